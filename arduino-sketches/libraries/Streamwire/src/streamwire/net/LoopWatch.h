#pragma once

#include <stdint.h>

namespace streamwire {

/** Notices that loop() stands still. One task tells it, another one asks. */
class LoopWatch {
 public:
  static const int32_t LONGEST_MS = 250;

  void passed(uint32_t now) { passedAt_ = now; }

  /** @param now may have been read before loop() passed the last time */
  bool stands(uint32_t now) const { return static_cast<int32_t>(now - passedAt_) > LONGEST_MS; }

 private:
  volatile uint32_t passedAt_ = 0;
};

}  // namespace streamwire
