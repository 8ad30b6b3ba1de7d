#pragma once

#include <streamwire/Capabilities.h>

// Eight outputs of every kind, and the lamp on the board. See UnoActuators/Board.h for what a line may hold.

/** Normally closed, to ground: an open circuit is a stop. */
const uint8_t STOP_PIN = 2;

const char FIRMWARE[] PROGMEM = "1.0.0";
const char BOARD[] PROGMEM = "mega";
const char SKETCH[] PROGMEM = "MegaEight";

const streamwire::Channel CHANNELS[] PROGMEM = {
    // name, kind, group, pin, second pin, tuning, max-on ms, min gap ms, max duty %, arguments
    {"relay_1", streamwire::Kind::RELAY, "", 22, 0, 0, 10000, 200, 50, 1, {{"ms", "ms", 50, 10000}}},
    {"relay_2", streamwire::Kind::RELAY, "", 23, 0, 0, 10000, 200, 50, 1, {{"ms", "ms", 50, 10000}}},
    {"motor_spin", streamwire::Kind::PWM, "motors", 5, 0, 100, 5000, 200, 50, 2,
     {{"level", "%", 0, 100}, {"ms", "ms", 50, 5000}}},
    {"motor_back", streamwire::Kind::PWM, "motors", 6, 0, 100, 5000, 200, 50, 2,
     {{"level", "%", 0, 100}, {"ms", "ms", 50, 5000}}},
    {"servo_left", streamwire::Kind::SERVO, "", 11, 0, 90, 5000, 0, 100, 2,
     {{"angle", "deg", 0, 180}, {"ms", "ms", 200, 5000}}},
    {"servo_right", streamwire::Kind::SERVO, "", 12, 0, 90, 5000, 0, 100, 2,
     {{"angle", "deg", 0, 180}, {"ms", "ms", 200, 5000}}},
    // A step and direction driver such as the A4988.
    {"turn", streamwire::Kind::STEPPER, "", 30, 31, 0, 10000, 200, 50, 2,
     {{"steps", "", -2000, 2000}, {"rate", "/s", 10, 400}}},
    {"strobe", streamwire::Kind::BLINK, "", 24, 0, 500, 5000, 500, 30, 2,
     {{"period", "ms", 350, 2000}, {"ms", "ms", 100, 5000}}},
    {"identify", streamwire::Kind::BLINK, "", 13, 0, 200, 5000, 0, 100, 1, {{"ms", "ms", 100, 5000}}},
};

const uint8_t CHANNEL_COUNT = sizeof CHANNELS / sizeof CHANNELS[0];

const streamwire::Capabilities CAPABILITIES = {FIRMWARE, BOARD, SKETCH, CHANNELS, CHANNEL_COUNT};
