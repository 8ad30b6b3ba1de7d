#pragma once

#include <stdint.h>

namespace streamwire {

/**
 * The hub's clock, from messages that the hub stamped with it. A stamp is a lower bound when the
 * message arrives, so the largest `stamp - local` of the last half to whole minute counts: a late
 * message never sets the clock back. Older ones are forgotten, because a board's crystal may be fast, by up to 2 %.
 */
class HubClock {
 public:
  static const int64_t WINDOW_MS = 30000;

  /** Takes in a message that was stamped no later than it was sent. */
  void observe(int64_t stamp, int64_t local) {
    const int64_t seen = stamp - local;
    const int64_t age = local - since_;
    if (!known_) {
      begin(seen, seen, local);
      known_ = true;
    } else if (age < WINDOW_MS) {
      current_ = larger(current_, seen);
    } else if (age < 2 * WINDOW_MS) {
      begin(current_, seen, local);
    } else {  // a long silence: the offset has sunk no further than a fast crystal makes it
      begin(larger(current_, previous_) - age / FAST_ONE_IN, seen, local);
    }
  }

  bool known() const { return known_; }

  /** Ms since the epoch, when it is known. */
  int64_t now(int64_t local) const { return local + larger(current_, previous_); }

 private:
  /** One in so many ms is the most that a crystal may be fast. */
  static const int64_t FAST_ONE_IN = 50;

  static int64_t larger(int64_t one, int64_t other) { return one > other ? one : other; }

  void begin(int64_t last, int64_t seen, int64_t local) {
    previous_ = last;
    current_ = seen;
    since_ = local;
  }

  bool known_ = false;
  int64_t since_ = 0;
  int64_t current_ = 0;
  int64_t previous_ = 0;
};

}  // namespace streamwire
