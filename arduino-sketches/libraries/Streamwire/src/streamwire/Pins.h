#pragma once

#include <stdint.h>

namespace streamwire {

/** A board's outputs. Every one is off before the first call. */
class Pins {
 public:
  /** Makes it an output that is off. */
  virtual void begin(uint8_t pin) = 0;
  virtual void write(uint8_t pin, bool on) = 0;

  /** @param level 0 (off) to 255 (fully on) */
  virtual void pwm(uint8_t pin, uint8_t level) = 0;

  /** Makes it a servo's signal, which is off. */
  virtual void beginServo(uint8_t pin) = 0;

  /** @param degrees 0 to 180, or RELEASED for no signal at all */
  virtual void servo(uint8_t pin, int16_t degrees) = 0;

  static const int16_t RELEASED = -1;

 protected:
  ~Pins() = default;
};

}  // namespace streamwire
