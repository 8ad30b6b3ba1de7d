#pragma once

#if defined(ARDUINO_ARCH_ESP32)

#include <Arduino.h>

#include "../Pins.h"

namespace streamwire {

/**
 * Outputs of an ESP32: dimmed with 5 kHz, servos with 50 Hz. Each such pin has a channel of its own from its first
 * use on: 8 for dimming and 8 for servos, of a chip with one group of timers 4 each. One too many stays off.
 */
class Esp32Pins : public Pins {
 public:
  void begin(uint8_t pin) override;
  void write(uint8_t pin, bool on) override;
  void pwm(uint8_t pin, uint8_t level) override;
  void beginServo(uint8_t pin) override;
  void servo(uint8_t pin, int16_t degrees) override;

  /** Everything off, for good: for any task, and whatever another one holds, since it takes no lock. */
  static void allOff();

  /** Starts the chip anew, which alone would leave a pin as it is until setup(). */
  static void restart();

 private:
  static const uint8_t PINS = 64;

  bool attach(uint8_t pin, bool servo);
  void detach(uint8_t pin);

  /** A chip has one set of pins, and allOff() knows no board. */
  static volatile bool outputs_[PINS];
  static volatile bool over_;

  bool attached_[PINS] = {};
  /** Which channel a pin has, from 1; 0 is none yet. */
  uint8_t channel_[PINS] = {};
  uint8_t dimmed_ = 0;
  uint8_t servos_ = 0;
};

}  // namespace streamwire

#endif
