#pragma once

#include <stdint.h>
#include <string.h>

#ifdef __AVR__
#include <avr/pgmspace.h>
#else
#ifndef PROGMEM
#define PROGMEM
#endif
#ifndef PSTR
#define PSTR(text) (text)
#endif
#endif

namespace streamwire {

/** Reads what an AVR keeps in flash; elsewhere that is memory like any other. */
class Flash {
 public:
  template <typename T>
  static T read(const T& inFlash) {
    T value;
    copy(&value, &inFlash, sizeof value);
    return value;
  }

  static void copy(void* to, const void* inFlash, size_t bytes) {
#ifdef __AVR__
    memcpy_P(to, inFlash, bytes);
#else
    memcpy(to, inFlash, bytes);
#endif
  }

  static char character(const char* inFlash) {
#ifdef __AVR__
    return static_cast<char>(pgm_read_byte(inFlash));
#else
    return *inFlash;
#endif
  }

  static bool equal(const char* text, uint8_t length, const char* inFlash) {
    for (uint8_t i = 0; i < length; i++) {
      if (text[i] != character(inFlash + i)) {
        return false;
      }
    }
    return character(inFlash + length) == 0;
  }
};

}  // namespace streamwire
