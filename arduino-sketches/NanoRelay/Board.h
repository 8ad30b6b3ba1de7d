#pragma once

#include <streamwire/Capabilities.h>

// Four relays, for example for a bubble machine, a lamp and two valves. See UnoActuators/Board.h
// for what a line may hold.

/** Normally closed, to ground: an open circuit is a stop. */
const uint8_t STOP_PIN = 2;

const char FIRMWARE[] PROGMEM = "1.0.0";
const char BOARD[] PROGMEM = "nano";
const char SKETCH[] PROGMEM = "NanoRelay";

const streamwire::Channel CHANNELS[] PROGMEM = {
    // name, kind, group, pin, second pin, tuning, max-on ms, min gap ms, max duty %, arguments
    {"relay_1", streamwire::Kind::RELAY, "", 4, 0, 0, 10000, 200, 50, 1, {{"ms", "ms", 50, 10000}}},
    {"relay_2", streamwire::Kind::RELAY, "", 5, 0, 0, 10000, 200, 50, 1, {{"ms", "ms", 50, 10000}}},
    // Never both, as for a motor that is turned by two relays.
    {"relay_3", streamwire::Kind::RELAY, "pair", 6, 0, 0, 5000, 500, 30, 1, {{"ms", "ms", 50, 5000}}},
    {"relay_4", streamwire::Kind::RELAY, "pair", 7, 0, 0, 5000, 500, 30, 1, {{"ms", "ms", 50, 5000}}},
    // The lamp on the board itself.
    {"identify", streamwire::Kind::BLINK, "", 13, 0, 200, 5000, 0, 100, 1, {{"ms", "ms", 100, 5000}}},
};

const uint8_t CHANNEL_COUNT = sizeof CHANNELS / sizeof CHANNELS[0];

const streamwire::Capabilities CAPABILITIES = {FIRMWARE, BOARD, SKETCH, CHANNELS, CHANNEL_COUNT};
