#pragma once

#include <streamwire/Capabilities.h>

// All that this board can do. The hub reads it from here, what is not in it cannot move, and no limit
// in it is exceeded. Change it to what you have connected, and the version with it.

/** Normally closed, to ground: an open circuit is a stop. */
const uint8_t STOP_PIN = 27;

#ifndef FIRMWARE_VERSION
#define FIRMWARE_VERSION "1.0.0"
#endif

const char FIRMWARE[] = FIRMWARE_VERSION;
const char BOARD[] = "esp32";
const char SKETCH[] = "Esp32Actuators";

const streamwire::Channel CHANNELS[] = {
    // name, kind, group, pin, second pin, tuning, max-on ms, min gap ms, max duty %, arguments
    {"relay_pulse", streamwire::Kind::RELAY, "", 26, 0, 0, 5000, 200, 50, 1, {{"ms", "ms", 50, 5000}}},
    // Two directions of one motor: never both. They reach full speed in 100 ms.
    {"motor_spin", streamwire::Kind::PWM, "motors", 32, 0, 100, 5000, 200, 50, 2,
     {{"level", "%", 0, 100}, {"ms", "ms", 50, 5000}}},
    {"motor_back", streamwire::Kind::PWM, "motors", 33, 0, 100, 5000, 200, 50, 2,
     {{"level", "%", 0, 100}, {"ms", "ms", 50, 5000}}},
    // Rests at 90 degrees.
    {"servo_move", streamwire::Kind::SERVO, "", 25, 0, 90, 5000, 0, 100, 2,
     {{"angle", "deg", 0, 180}, {"ms", "ms", 200, 5000}}},
    {"light_on", streamwire::Kind::RELAY, "", 4, 0, 0, 10000, 0, 100, 1, {{"ms", "ms", 5, 10000}}},
    // The lamp that most boards have.
    {"identify", streamwire::Kind::BLINK, "", 2, 0, 200, 5000, 0, 100, 1, {{"ms", "ms", 100, 5000}}},
};

const uint8_t CHANNEL_COUNT = sizeof CHANNELS / sizeof CHANNELS[0];

const streamwire::Capabilities CAPABILITIES = {FIRMWARE, BOARD, SKETCH, CHANNELS, CHANNEL_COUNT};
