#pragma once

#include <stdint.h>

namespace streamwire {

/** CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, nothing reflected; "123456789" gives 0x29B1. */
class Crc16 {
 public:
  void add(uint8_t byte) {
    value_ = static_cast<uint16_t>(value_ ^ (static_cast<uint16_t>(byte) << 8));
    for (uint8_t bit = 0; bit < 8; bit++) {
      const bool carry = (value_ & 0x8000) != 0;
      value_ = static_cast<uint16_t>(value_ << 1);
      if (carry) {
        value_ ^= 0x1021;
      }
    }
  }

  uint16_t value() const { return value_; }

  static uint16_t of(const char* text, uint8_t length) {
    Crc16 crc;
    for (uint8_t i = 0; i < length; i++) {
      crc.add(static_cast<uint8_t>(text[i]));
    }
    return crc.value();
  }

 private:
  uint16_t value_ = 0xFFFF;
};

}  // namespace streamwire
