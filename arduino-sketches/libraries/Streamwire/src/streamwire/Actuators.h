#pragma once

#include <stdint.h>

#include "Capabilities.h"
#include "Duty.h"
#include "Pins.h"

namespace streamwire {

/** How a movement ended. */
enum class End : uint8_t {
  /** It has not. */
  RUNNING,
  DONE,
  STOP,
  ESTOP,
  LAPSED,
  SILENCE,
  HELLO,
  LINK_LOST
};

/**
 * The outputs of a board with their limits. Whoever may move at all is decided before; here no
 * limit of the table is exceeded, whatever is asked. All times are ms of the board's clock, which wraps.
 */
class Actuators {
 public:
  enum class Check : uint8_t { FREE, UNKNOWN_CHANNEL, WRONG_ARGUMENTS, OUT_OF_RANGE, BUSY, TOO_SOON };

  /** What is in the way of a movement, and for how long (0 = for ever, or not known). */
  struct Verdict {
    Check check;
    uint32_t waitMs;
  };

  /** One channel at work. */
  struct Run {
    End end;
    /** Whether tag, since and until say something. */
    bool ran;
    uint16_t tag;
    uint32_t since;
    uint32_t forMs;
    uint32_t until;
    int32_t values[Channel::MOST_ARGUMENTS];
    /** What was written last, and of what is on in turns, when. */
    int16_t written;
    uint32_t turned;

    // The limits in force, never wider than the table's.
    uint32_t maxOnMs;
    uint32_t minGapMs;
    uint8_t maxDutyPct;
    int32_t min[Channel::MOST_ARGUMENTS];
    int32_t max[Channel::MOST_ARGUMENTS];
    Duty duty;

    bool on() const { return ran && end == End::RUNNING; }
  };

  class Listener {
   public:
    /** The output is off already. */
    virtual void ended(uint8_t channel, const Run& run) = 0;

   protected:
    ~Listener() = default;
  };

  Actuators(const Capabilities& capabilities, Run* runs, Pins& pins)
      : capabilities_(capabilities), runs_(runs), pins_(pins) {}

  Actuators(const Actuators&) = delete;
  Actuators& operator=(const Actuators&) = delete;

  /** Everything off, limits as in the table. */
  void begin(Listener& listener);

  const Capabilities& capabilities() const { return capabilities_; }
  const Run& run(uint8_t channel) const { return runs_[channel]; }

  /** What the table and tightened limits say about a movement, but not whether it may be now. */
  Check arguments(uint8_t channel, const int32_t* values, uint8_t count) const;

  /** What is in the way of a movement now. */
  Verdict check(uint8_t channel, const int32_t* values, uint8_t count, uint32_t now);

  /** Ms until neither the group nor the minimum gap is in the way; 0 when they are not. */
  uint32_t waitMs(uint8_t channel, uint32_t now) const;

  /** Switches on, if check() says FREE; else nothing moves. */
  Verdict start(uint8_t channel, const int32_t* values, uint8_t count, uint16_t tag, uint32_t now);

  /** Moves what moves by itself, and switches off what has had its time. */
  void tick(uint32_t now);

  /** Everything off at once; listeners hear of it afterwards. */
  void cut(End why, uint32_t now);

  bool anyOn() const;

  /** Whether anything is on, or a servo on its way back. */
  bool anyDriven() const;

  /** The board's own limits again. */
  void resetLimits();

  /** Tightens the limits of a channel; what would be wider than the table's is the table's. */
  void tighten(uint8_t channel, uint32_t maxOnMs, uint32_t minGapMs, uint8_t maxDutyPct);

  /** Tightens the range of an argument in the same way. */
  void tightenRange(uint8_t channel, uint8_t argument, int32_t min, int32_t max);

  /** Largest value of an argument: of `ms` no more than max-on. */
  int32_t largest(uint8_t channel, uint8_t argument) const;

  /** Whether two channels are never on together: the same one, or of one group. */
  bool exclude(uint8_t one, uint8_t other) const;

 private:
  static const uint16_t SERVO_RETURN_MS = 600;

  int8_t indexOf(const Channel& channel, const char* argument) const;
  int32_t value(const Channel& channel, const Run& run, const char* argument, int32_t otherwise) const;
  uint32_t duration(const Channel& channel, const int32_t* values, const Run& run) const;
  void move(const Channel& channel, Run& run, uint32_t now);
  void write(const Channel& channel, Run& run, int16_t level);
  void off(const Channel& channel, Run& run);
  void end(uint8_t index, End why, uint32_t now);

  const Capabilities& capabilities_;
  Run* const runs_;
  Pins& pins_;
  Listener* listener_ = nullptr;
};

/** The outputs of a board with that many channels. */
template <uint8_t COUNT>
class ActuatorsOf : public Actuators {
 public:
  ActuatorsOf(const Capabilities& capabilities, Pins& pins) : Actuators(capabilities, runs_, pins), runs_() {}

 private:
  Run runs_[COUNT];
};

}  // namespace streamwire
