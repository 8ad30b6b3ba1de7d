#ifndef __AVR__

#include "Sha256.h"

#include <string.h>

namespace streamwire {

namespace {

const uint32_t ROUND[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t turn(uint32_t value, uint8_t by) { return value >> by | value << (32 - by); }

}  // namespace

void Sha256::add(const void* data, size_t length) {
  const uint8_t* bytes = static_cast<const uint8_t*>(data);
  while (length > 0) {
    const size_t filled = static_cast<size_t>(length_ % sizeof pending_);
    const size_t piece = length < sizeof pending_ - filled ? length : sizeof pending_ - filled;
    memcpy(pending_ + filled, bytes, piece);
    length_ += piece;
    bytes += piece;
    length -= piece;
    if (length_ % sizeof pending_ == 0) {
      block(pending_);
    }
  }
}

void Sha256::digest(uint8_t* bytes) {
  const uint64_t bits = length_ * 8;
  const uint8_t one = 0x80;
  const uint8_t zero = 0;
  add(&one, 1);
  while (length_ % sizeof pending_ != 56) {
    add(&zero, 1);
  }
  uint8_t count[8];
  for (uint8_t i = 0; i < 8; i++) {
    count[i] = static_cast<uint8_t>(bits >> (56 - 8 * i));
  }
  add(count, sizeof count);
  for (uint8_t i = 0; i < BYTES; i++) {
    bytes[i] = static_cast<uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
  }
}

void Sha256::hex(char* text) {
  static const char DIGITS[] = "0123456789abcdef";
  uint8_t bytes[BYTES];
  digest(bytes);
  for (uint8_t i = 0; i < BYTES; i++) {
    text[2 * i] = DIGITS[bytes[i] >> 4];
    text[2 * i + 1] = DIGITS[bytes[i] & 0xF];
  }
  text[2 * BYTES] = 0;
}

void Sha256::block(const uint8_t* bytes) {
  uint32_t words[64];
  for (uint8_t i = 0; i < 16; i++) {
    words[i] = static_cast<uint32_t>(bytes[4 * i]) << 24 | static_cast<uint32_t>(bytes[4 * i + 1]) << 16 |
               static_cast<uint32_t>(bytes[4 * i + 2]) << 8 | bytes[4 * i + 3];
  }
  for (uint8_t i = 16; i < 64; i++) {
    const uint32_t a = words[i - 15];
    const uint32_t b = words[i - 2];
    words[i] = words[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) + words[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
  }
  uint32_t s[8];
  memcpy(s, state_, sizeof s);
  for (uint8_t i = 0; i < 64; i++) {
    const uint32_t first = s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) +
                           ROUND[i] + words[i];
    const uint32_t second = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    memmove(s + 1, s, 7 * sizeof s[0]);
    s[4] += first;
    s[0] = first + second;
  }
  for (uint8_t i = 0; i < 8; i++) {
    state_[i] += s[i];
  }
}

}  // namespace streamwire

#endif
