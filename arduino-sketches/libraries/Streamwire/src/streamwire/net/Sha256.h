#pragma once

#include <stddef.h>
#include <stdint.h>

namespace streamwire {

/** SHA-256 (FIPS 180-4) of bytes that come piece by piece. */
class Sha256 {
 public:
  static const uint8_t BYTES = 32;

  void add(const void* data, size_t length);

  /** Ends it. */
  void digest(uint8_t* bytes);

  /** The same as 64 lower-case hex digits and a zero. */
  void hex(char* text);

 private:
  void block(const uint8_t* bytes);

  uint32_t state_[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint64_t length_ = 0;
  uint8_t pending_[64];
};

}  // namespace streamwire
