#ifndef __AVR__

#include "FirmwareOffer.h"

#include <stdio.h>
#include <string.h>

#include "../Json.h"
#include "Sha256.h"

namespace streamwire {

namespace {

bool decode(const char* base64, uint8_t* bytes, size_t size) {
  static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t length = 0;
  uint32_t bits = 0;
  uint8_t count = 0;
  for (; *base64 != 0 && *base64 != '='; base64++) {
    const char* const digit = strchr(DIGITS, *base64);
    if (digit == nullptr) {
      return false;
    }
    bits = bits << 6 | static_cast<uint32_t>(digit - DIGITS);
    count = static_cast<uint8_t>(count + 6);
    if (count >= 8) {
      count = static_cast<uint8_t>(count - 8);
      if (length == size) {
        return false;
      }
      bytes[length++] = static_cast<uint8_t>(bits >> count);
    }
  }
  return length == size;
}

/** Three numbers of one to five digits; false for anything else. */
bool parse(const char* text, uint32_t* numbers) {
  for (uint8_t i = 0; i < 3; i++) {
    uint8_t digits = 0;
    numbers[i] = 0;
    while (*text >= '0' && *text <= '9' && digits < 6) {
      numbers[i] = numbers[i] * 10 + static_cast<uint32_t>(*text++ - '0');
      digits++;
    }
    if (digits == 0 || digits > 5 || *text != (i < 2 ? '.' : 0)) {
      return false;
    }
    text += i < 2 ? 1 : 0;
  }
  return true;
}

}  // namespace

bool FirmwareOffer::read(const char* body, size_t length) {
  JsonReader json(body, length);
  char name[12];
  char signature[96] = "";
  bool decoded = false;
  if (!json.object()) {
    return false;
  }
  while (json.nextKey(name, sizeof name)) {
    if (strcmp(name, "url") == 0) {
      json.string(url_, sizeof url_);
    } else if (strcmp(name, "sha256") == 0) {
      json.string(sha256_, sizeof sha256_);
    } else if (strcmp(name, "signature") == 0) {
      decoded = json.string(signature, sizeof signature) && decode(signature, signature_, sizeof signature_);
    } else if (strcmp(name, "key") == 0) {
      json.string(key_, sizeof key_);
    } else if (strcmp(name, "board") == 0) {
      json.string(board_, sizeof board_);
    } else if (strcmp(name, "version") == 0) {
      json.string(version_, sizeof version_);
    } else if (strcmp(name, "size") == 0) {
      json.integer(size_);
    } else {
      json.skip();
    }
  }
  return json.atEnd() && decoded && version_[0] != 0;
}

const char* FirmwareOffer::refusal(const char* runs, const char* board, const uint8_t* key, bool armed) const {
  uint32_t mine[3];
  uint32_t offered[3];
  if (!parse(version_, offered) || !parse(runs, mine)) {
    return "downgrade";
  }
  for (uint8_t i = 0; i < 3 && offered[i] <= mine[i]; i++) {
    if (offered[i] < mine[i]) {
      return "downgrade";
    }
  }
  if (strcmp(board_, board) != 0) {
    return "wrong_board";
  }
  if (key == nullptr) {
    return "unknown_key";
  }
  char id[2 * Sha256::BYTES + 1];
  Sha256 sha;
  sha.add(key, KEY_BYTES);
  sha.hex(id);
  if (strlen(key_) != 16 || strncmp(key_, id, 16) != 0) {
    return "unknown_key";
  }
  if (size_ < 1 || size_ > static_cast<int64_t>(LARGEST_IMAGE)) {
    return "too_large";
  }
  return armed ? "armed" : nullptr;
}

size_t FirmwareOffer::signedText(char* text, size_t size) const {
  const int length = snprintf(text, size, "streamwire-firmware-1\n%s\n%s\n%lu\n%s\n", board_, version_,
                              static_cast<unsigned long>(size_), sha256_);
  return length < 0 || static_cast<size_t>(length) >= size ? 0 : static_cast<size_t>(length);
}

bool FirmwareOffer::encrypted() const { return strncmp(url_, "https://", 8) == 0; }

/** Strictly: with a user, or anything else behind the host, it is from elsewhere. */
bool FirmwareOffer::isFrom(const char* host) const {
  const size_t scheme = encrypted() ? 8 : 7;
  const size_t length = strlen(host);
  if ((!encrypted() && strncmp(url_, "http://", 7) != 0) || length == 0 || strncmp(url_ + scheme, host, length) != 0) {
    return false;
  }
  const char* rest = url_ + scheme + length;
  if (*rest == ':') {
    rest += 1 + strspn(rest + 1, "0123456789");
  }
  return *rest == '/' || *rest == 0;
}

bool FirmwareOffer::same(const FirmwareOffer& other) const {
  return strcmp(url_, other.url_) == 0 && strcmp(sha256_, other.sha256_) == 0 && strcmp(version_, other.version_) == 0;
}

bool FirmwareOffer::parseKey(const char* hex, uint8_t* key) {
  if (strlen(hex) != 2 * KEY_BYTES) {
    return false;
  }
  for (uint8_t i = 0; i < 2 * KEY_BYTES; i++) {
    const char digit = hex[i];
    const bool letter = digit >= 'a' && digit <= 'f';
    if (!letter && (digit < '0' || digit > '9')) {
      return false;
    }
    const uint8_t value = static_cast<uint8_t>(letter ? digit - 'a' + 10 : digit - '0');
    key[i / 2] = static_cast<uint8_t>(i % 2 == 0 ? value << 4 : key[i / 2] | value);
  }
  return true;
}

}  // namespace streamwire

#endif
