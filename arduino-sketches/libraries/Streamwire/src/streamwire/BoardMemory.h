#pragma once

#include <stdint.h>

namespace streamwire {

/** Bytes that outlive a reset: EEPROM, or a file. */
class Storage {
 public:
  virtual uint8_t read(uint8_t at) = 0;
  virtual void write(uint8_t at, uint8_t value) = 0;

 protected:
  ~Storage() = default;
};

/**
 * What a board remembers for life: how often it started, whether a stop is latched, its UUID.
 *
 * <pre>
 *   0  'S' 'W' 1            shape of this table; anything else is begun anew
 *   3  boots, 4 bytes, the lowest first
 *   7  0x5A when no stop is latched; anything else is a stop
 *   8  UUID, 16 bytes
 *   24 CRC-16 of the UUID, the lower byte first; a wrong one means that there is none
 * </pre>
 */
class BoardMemory {
 public:
  static const uint8_t UUID_BYTES = 16;

  /** What it takes, in bytes. */
  static const uint8_t SIZE = 26;

  explicit BoardMemory(Storage& storage) : storage_(storage) {}

  /** Counts a start. */
  void begin();

  uint32_t boots() const { return boots_; }
  bool latched() const { return latched_; }
  void latch(bool stop);

  /** All zero when it has none. */
  const uint8_t* uuid() const { return uuid_; }
  bool named() const { return named_; }
  void name(const uint8_t* uuid);

 private:
  void put(uint8_t at, uint8_t value);
  uint16_t crcOfUuid() const;

  Storage& storage_;
  uint32_t boots_ = 0;
  bool latched_ = false;
  bool named_ = false;
  uint8_t uuid_[UUID_BYTES] = {};
};

}  // namespace streamwire
