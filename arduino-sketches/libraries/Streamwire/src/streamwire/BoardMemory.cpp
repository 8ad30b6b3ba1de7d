#include "BoardMemory.h"

#include <string.h>

#include "Crc16.h"

namespace streamwire {

namespace {

const uint8_t SHAPE[] = {'S', 'W', 1};
const uint8_t BOOTS_AT = 3;
const uint8_t LATCH_AT = 7;
const uint8_t UUID_AT = 8;
const uint8_t CRC_AT = 24;
const uint8_t NOT_LATCHED = 0x5A;
const uint8_t LATCHED = 0xA5;

}  // namespace

void BoardMemory::begin() {
  bool known = true;
  for (uint8_t i = 0; i < sizeof SHAPE; i++) {
    known = known && storage_.read(i) == SHAPE[i];
  }
  if (!known) {
    for (uint8_t at = BOOTS_AT; at < SIZE; at++) {
      put(at, 0);
    }
    put(LATCH_AT, NOT_LATCHED);
    put(CRC_AT, 1);
    put(CRC_AT + 1, 0);
    for (uint8_t i = 0; i < sizeof SHAPE; i++) {
      put(i, SHAPE[i]);
    }
  }
  boots_ = 0;
  for (uint8_t i = 0; i < 4; i++) {
    boots_ |= static_cast<uint32_t>(storage_.read(BOOTS_AT + i)) << (8 * i);
  }
  boots_++;
  for (uint8_t i = 0; i < 4; i++) {
    put(BOOTS_AT + i, static_cast<uint8_t>(boots_ >> (8 * i)));
  }
  latched_ = storage_.read(LATCH_AT) != NOT_LATCHED;
  for (uint8_t i = 0; i < UUID_BYTES; i++) {
    uuid_[i] = storage_.read(UUID_AT + i);
  }
  const uint16_t crc = static_cast<uint16_t>(storage_.read(CRC_AT) | storage_.read(CRC_AT + 1) << 8);
  named_ = crc == crcOfUuid();
  if (!named_) {
    memset(uuid_, 0, sizeof uuid_);
  }
}

void BoardMemory::latch(bool stop) {
  latched_ = stop;
  put(LATCH_AT, stop ? LATCHED : NOT_LATCHED);
}

void BoardMemory::name(const uint8_t* uuid) {
  memcpy(uuid_, uuid, sizeof uuid_);
  for (uint8_t i = 0; i < UUID_BYTES; i++) {
    put(UUID_AT + i, uuid_[i]);
  }
  const uint16_t crc = crcOfUuid();
  put(CRC_AT, static_cast<uint8_t>(crc));
  put(CRC_AT + 1, static_cast<uint8_t>(crc >> 8));
  named_ = true;
}

/** A cell of an EEPROM wears only when it changes. */
void BoardMemory::put(uint8_t at, uint8_t value) {
  if (storage_.read(at) != value) {
    storage_.write(at, value);
  }
}

uint16_t BoardMemory::crcOfUuid() const {
  return Crc16::of(reinterpret_cast<const char*>(uuid_), UUID_BYTES);
}

}  // namespace streamwire
