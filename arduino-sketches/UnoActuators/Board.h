#pragma once

#include <streamwire/Capabilities.h>

// All that this board can do. The bridge reads it from here, what is not in it cannot move, and no
// limit in it is exceeded. Change it to what you have connected.

/** Normally closed, to ground: an open circuit is a stop. */
const uint8_t STOP_PIN = 2;

const char FIRMWARE[] PROGMEM = "1.0.0";
const char BOARD[] PROGMEM = "uno";
const char SKETCH[] PROGMEM = "UnoActuators";

const streamwire::Channel CHANNELS[] PROGMEM = {
    // name, kind, group, pin, second pin, tuning, max-on ms, min gap ms, max duty %, arguments
    {"relay_pulse", streamwire::Kind::RELAY, "", 7, 0, 0, 5000, 200, 50, 1, {{"ms", "ms", 50, 5000}}},
    // Two directions of one motor: never both. They reach full speed in 100 ms.
    {"motor_spin", streamwire::Kind::PWM, "motors", 5, 0, 100, 5000, 200, 50, 2,
     {{"level", "%", 0, 100}, {"ms", "ms", 50, 5000}}},
    {"motor_back", streamwire::Kind::PWM, "motors", 6, 0, 100, 5000, 200, 50, 2,
     {{"level", "%", 0, 100}, {"ms", "ms", 50, 5000}}},
    // Rests at 90 degrees.
    {"servo_move", streamwire::Kind::SERVO, "", 9, 0, 90, 5000, 0, 100, 2,
     {{"angle", "deg", 0, 180}, {"ms", "ms", 200, 5000}}},
    // The lamp on the board itself.
    {"light_blink", streamwire::Kind::BLINK, "lamp", 13, 0, 500, 10000, 0, 100, 2,
     {{"period", "ms", 50, 2000}, {"ms", "ms", 100, 10000}}},
    {"identify", streamwire::Kind::BLINK, "lamp", 13, 0, 200, 5000, 0, 100, 1, {{"ms", "ms", 100, 5000}}},
};

const uint8_t CHANNEL_COUNT = sizeof CHANNELS / sizeof CHANNELS[0];

const streamwire::Capabilities CAPABILITIES = {FIRMWARE, BOARD, SKETCH, CHANNELS, CHANNEL_COUNT};
