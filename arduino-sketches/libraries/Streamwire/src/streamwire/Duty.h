#pragma once

#include <stdint.h>

#ifndef STREAMWIRE_DUTY_BUCKETS
#ifdef __AVR__
#define STREAMWIRE_DUTY_BUCKETS 12
#else
#define STREAMWIRE_DUTY_BUCKETS 240
#endif
#endif

namespace streamwire {

/**
 * For how long an output was on in the last minute, in buckets of 5 s (AVR) or 250 ms. It never
 * counts less than the true time, and looks back by up to one bucket more than a minute.
 */
class Duty {
 public:
  static const uint32_t WINDOW_MS = 60000;
  static const uint16_t BUCKETS = STREAMWIRE_DUTY_BUCKETS;
  static const uint32_t BUCKET_MS = WINDOW_MS / BUCKETS;

  /** Counts the time from `since` to `now`. */
  void add(uint32_t since, uint32_t now);

  /** Time on, ms. */
  uint32_t used(uint32_t now);

  /** Ms after which the oldest time on is forgotten; 0 when there is none. */
  uint32_t untilLess(uint32_t now);

 private:
  void forget(uint32_t now);
  uint32_t bucketEnd(uint32_t now) const { return BUCKET_MS - (now - newestStart_); }

  uint16_t on_[BUCKETS + 1] = {};
  uint16_t newest_ = 0;
  uint32_t newestStart_ = 0;
};

}  // namespace streamwire
