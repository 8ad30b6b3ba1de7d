#include "Duty.h"

#include <string.h>

namespace streamwire {

void Duty::add(uint32_t since, uint32_t now) {
  forget(now);
  const uint32_t sum = on_[newest_] + (now - since);
  on_[newest_] = sum > 0xFFFF ? 0xFFFF : static_cast<uint16_t>(sum);
}

uint32_t Duty::used(uint32_t now) {
  forget(now);
  uint32_t sum = 0;
  for (uint16_t i = 0; i <= BUCKETS; i++) {
    sum += on_[i];
  }
  return sum;
}

uint32_t Duty::untilLess(uint32_t now) {
  forget(now);
  for (uint16_t i = 1; i <= BUCKETS + 1; i++) {
    if (on_[(newest_ + i) % (BUCKETS + 1)] > 0) {
      return bucketEnd(now) + (i - 1) * BUCKET_MS;
    }
  }
  return 0;
}

void Duty::forget(uint32_t now) {
  if (now - newestStart_ >= (BUCKETS + 1) * BUCKET_MS) {
    memset(on_, 0, sizeof on_);
    newestStart_ = now;
    return;
  }
  while (now - newestStart_ >= BUCKET_MS) {
    newest_ = static_cast<uint16_t>((newest_ + 1) % (BUCKETS + 1));
    on_[newest_] = 0;
    newestStart_ += BUCKET_MS;
  }
}

}  // namespace streamwire
