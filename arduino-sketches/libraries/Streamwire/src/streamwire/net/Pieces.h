#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace streamwire {

/** Puts a message together again: an MQTT library hands out what one read held of it. */
class Pieces {
 public:
  /** A longer message is none for a board. */
  static const size_t LONGEST = 2048;

  /**
   * Takes the next piece; one that is out of place makes its message none.
   *
   * @return whether the message is whole
   */
  bool add(const void* piece, size_t length, size_t index, size_t total) {
    if (index == 0) {
      length_ = 0;
    }
    if (index != length_ || total > LONGEST || length > total - index) {
      length_ = NONE;
      return false;
    }
    if (length > 0) {
      memcpy(body_ + index, piece, length);
    }
    length_ += length;
    return length_ == total;
  }

  const char* body() const { return body_; }
  size_t length() const { return length_; }

 private:
  static const size_t NONE = LONGEST + 1;

  char body_[LONGEST];
  size_t length_ = NONE;
};

}  // namespace streamwire
