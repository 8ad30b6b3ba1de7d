#pragma once

#include <stdint.h>

#include "Flash.h"

namespace streamwire {

/** How an output moves. */
enum class Kind : uint8_t {
  /** On for its time. */
  RELAY,
  /** On at `level` percent; reaches 100 % from 0 in `tuning` ms, and goes back as slowly before its time is over. */
  PWM,
  /** Goes to `angle` degrees, after its time back to `tuning` degrees, and is let go. */
  SERVO,
  /** On and off in turns of `period` ms, or of `tuning` ms when it has no such argument. */
  BLINK,
  /** `steps` steps at `rate` per second, on the pins step and direction; until it is done. */
  STEPPER
};

/** An argument and its range, both ends included. */
struct Argument {
  char name[9];
  char unit[6];
  int32_t min;
  int32_t max;
};

/** One command on one output, with its limits: what is not in a board's table cannot move. */
struct Channel {
  static const uint8_t MOST_ARGUMENTS = 2;

  char name[17];
  Kind kind;
  /** Channels of one group are never on at the same time; empty for none. */
  char group[13];
  uint8_t pin;
  /** Direction of a stepper. */
  uint8_t secondPin;
  /** Of the kind: see there. */
  uint16_t tuning;
  /** Longest time on, ms. */
  uint32_t maxOnMs;
  /** Shortest time from off to on, ms. */
  uint32_t minGapMs;
  /** Most of any minute on, 0 to 100 %. */
  uint8_t maxDutyPct;
  uint8_t arguments;
  Argument argument[MOST_ARGUMENTS];
};

/** All that a board can do, in flash. */
struct Capabilities {
  /** Firmware version, board type and sketch: at most 11, 8 and 16 characters. */
  const char* firmware;
  const char* board;
  const char* sketch;
  const Channel* channels;
  uint8_t count;

  Channel channel(uint8_t index) const { return Flash::read(channels[index]); }
};

/** The word for a kind, in flash. */
inline const char* kindWord(Kind kind) {
  switch (kind) {
    case Kind::RELAY:
      return PSTR("relay");
    case Kind::PWM:
      return PSTR("pwm");
    case Kind::SERVO:
      return PSTR("servo");
    case Kind::BLINK:
      return PSTR("blink");
    case Kind::STEPPER:
      return PSTR("stepper");
  }
  return PSTR("relay");
}

}  // namespace streamwire
