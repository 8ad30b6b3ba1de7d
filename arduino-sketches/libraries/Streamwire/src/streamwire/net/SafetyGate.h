#pragma once

#include <stdint.h>

namespace streamwire {

/**
 * Whether the board may move, from the two safety topics and its own stop input. The higher epoch
 * wins, a stop wins a tie, and an arming is a lease on the board's own clock. Times are its ms.
 */
class SafetyGate {
 public:
  static const int64_t LONGEST_LEASE_MS = 30000;

  /** Which of the two topics a message came on: the board's own, or that of its workspace. */
  enum class Scope : uint8_t { OWN, WORKSPACE };

  /** Of a time: nobody knows it. */
  static const int64_t UNKNOWN = INT64_MIN;

  /** The stop of the stop input. */
  struct Latch {
    bool held;

    /** The last epoch that cannot end it: an epoch is never below the hub's time at which it was given. */
    int64_t epoch;

    /** Whether the input is open, or has closed at a time that nobody knows: no epoch can end it yet. */
    bool undated;

    bool operator==(const Latch& other) const {
      return held == other.held && epoch == other.epoch && undated == other.undated;
    }
  };

  struct Message {
    bool armed;
    int64_t epoch;
    bool hasUntil;
    int64_t until;
    int64_t now;
  };

  /** @param retained such a message may stop or raise the epoch, but never arm */
  void obey(Scope scope, const Message& message, bool retained, int64_t local) {
    Topic& topic = scope == Scope::OWN ? own_ : workspace_;
    if (!pressed_ && !retained) {
      date(larger(message.epoch, message.now));
    }
    if (message.epoch < topic.epoch) {
      return;
    }
    if (message.epoch > topic.epoch) {
      topic.epoch = message.epoch;
      topic.stopped = false;
      topic.leaseEnd = NO_LEASE;
    }
    if (!message.armed) {
      topic.stopped = true;
      topic.leaseEnd = NO_LEASE;
      return;
    }
    if (retained || !message.hasUntil || topic.stopped) {
      return;
    }
    // Not as a difference, which could overflow when a message is forged or damaged.
    const int64_t lease = message.until <= message.now                      ? 0
                          : message.until - LONGEST_LEASE_MS > message.now ? LONGEST_LEASE_MS
                                                                            : message.until - message.now;
    topic.leaseEnd = larger(topic.leaseEnd, local + lease);
    if (!latch_.undated && message.epoch > latch_.epoch) {
      latch_ = {};
    }
  }

  /** The stop input opens: only an arming that is given after it has closed ends the stop. */
  void press() {
    pressed_ = true;
    latch_ = {true, latch_.epoch, true};
    dropLeases();
  }

  /**
   * The stop input closes. While the hub's time is not known, its next message tells it.
   *
   * @param hubNow the hub's time, or UNKNOWN
   */
  void release(int64_t hubNow) {
    pressed_ = false;
    if (hubNow != UNKNOWN) {
      date(hubNow);
    }
  }

  bool latched() const { return latch_.held; }

  const Latch& latch() const { return latch_; }

  /** As it was before the board started. */
  void restore(const Latch& latch) { latch_ = latch; }

  /** Ends every lease, because the hub cannot be heard any more. */
  void dropLeases() {
    own_.leaseEnd = NO_LEASE;
    workspace_.leaseEnd = NO_LEASE;
  }

  /** The epoch in force; 0 before the first message. */
  int64_t epoch() const { return larger(own_.epoch, workspace_.epoch); }

  /** Whether somebody stopped the board, and nobody armed it since. */
  bool stopped() const {
    return latch_.held || (own_.epoch == epoch() && own_.stopped) || (workspace_.epoch == epoch() && workspace_.stopped);
  }

  bool armed(int64_t local) const { return !stopped() && leaseEnd() > local; }

  int64_t leaseEnd() const {
    return larger(own_.epoch == epoch() ? own_.leaseEnd : NO_LEASE,
                  workspace_.epoch == epoch() ? workspace_.leaseEnd : NO_LEASE);
  }

 private:
  static const int64_t NO_LEASE = INT64_MIN;

  struct Topic {
    int64_t epoch;
    bool stopped;
    int64_t leaseEnd;
  };

  static int64_t larger(int64_t one, int64_t other) { return one > other ? one : other; }

  /** The input was closed by then: whatever is not younger cannot end the stop. */
  void date(int64_t hubNow) {
    if (latch_.undated) {
      latch_ = {latch_.held, larger(latch_.epoch, larger(epoch(), hubNow)), false};
    }
  }

  Topic own_ = {0, false, NO_LEASE};
  Topic workspace_ = {0, false, NO_LEASE};
  bool pressed_ = false;
  Latch latch_ = {};
};

}  // namespace streamwire
