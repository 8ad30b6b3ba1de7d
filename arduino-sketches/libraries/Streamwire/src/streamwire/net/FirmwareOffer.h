#pragma once

#include <stddef.h>
#include <stdint.h>

namespace streamwire {

/** A firmware that the hub offers on down/ota: what it says of itself, and what speaks against it. */
class FirmwareOffer {
 public:
  static const uint8_t KEY_BYTES = 32;
  static const uint8_t SIGNATURE_BYTES = 64;
  static const uint32_t LARGEST_IMAGE = 4UL << 20;

  /** Longest text that is signed. */
  static const size_t LONGEST_SIGNED = 160;

  /** Takes a message; false when it cannot be read. */
  bool read(const char* body, size_t length);

  /**
   * Why it may not be installed, as up/ota says it; null when it may.
   *
   * @param key whose firmware is trusted, or null
   */
  const char* refusal(const char* runs, const char* board, const uint8_t* key, bool armed) const;

  /** The text that is signed: five lines, each ended by a line feed. */
  size_t signedText(char* text, size_t size) const;

  const char* url() const { return url_; }
  const char* sha256() const { return sha256_; }
  const uint8_t* signature() const { return signature_; }
  const char* version() const { return version_; }
  uint32_t size() const { return static_cast<uint32_t>(size_); }

  /** Whether it comes by https. */
  bool encrypted() const;

  /** Whether it comes from that host, on whatever port. */
  bool isFrom(const char* host) const;

  bool same(const FirmwareOffer& other) const;

  /** A public key from 64 lower-case hex digits. */
  static bool parseKey(const char* hex, uint8_t* key);

 private:
  char url_[513] = {};
  char sha256_[65] = {};
  uint8_t signature_[SIGNATURE_BYTES] = {};
  char key_[17] = {};
  char board_[33] = {};
  char version_[18] = {};
  int64_t size_ = 0;
};

}  // namespace streamwire
