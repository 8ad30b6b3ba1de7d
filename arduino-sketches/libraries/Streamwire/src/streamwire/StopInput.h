#pragma once

#include <stdint.h>

namespace streamwire {

/**
 * A stop button that is wired normally closed, so that a broken wire stops. It opens at once, and
 * has closed when it was closed for 50 ms.
 */
class StopInput {
 public:
  enum class Change : uint8_t { NONE, OPENED, CLOSED };

  static const uint8_t SETTLE_MS = 50;

  Change take(bool open, uint32_t now) {
    if (open) {
      closing_ = false;
      if (open_) {
        return Change::NONE;
      }
      open_ = true;
      return Change::OPENED;
    }
    if (!open_) {
      return Change::NONE;
    }
    if (!closing_) {
      closing_ = true;
      closedAt_ = now;
    }
    if (now - closedAt_ < SETTLE_MS) {
      return Change::NONE;
    }
    open_ = false;
    closing_ = false;
    return Change::CLOSED;
  }

  bool open() const { return open_; }

 private:
  bool open_ = false;
  bool closing_ = false;
  uint32_t closedAt_ = 0;
};

}  // namespace streamwire
