#pragma once

#if defined(ARDUINO_ARCH_AVR)

#include <Arduino.h>
#include <avr/wdt.h>

#include "../Actuators.h"
#include "../BoardMemory.h"
#include "../Frame.h"
#include "../SerialBoard.h"

namespace streamwire {

/**
 * Outputs of an AVR board. A servo needs a pin of timer 1 (9 or 10 of an Uno and Nano, 11 or 12 of a
 * Mega), and then no other output of that timer can dim.
 */
class AvrPins : public Pins {
 public:
  void begin(uint8_t pin) override;
  void write(uint8_t pin, bool on) override;
  void pwm(uint8_t pin, uint8_t level) override;
  void beginServo(uint8_t pin) override;
  void servo(uint8_t pin, int16_t degrees) override;
};

/** The first bytes of the EEPROM. */
class Eeprom : public Storage {
 public:
  uint8_t read(uint8_t at) override;
  void write(uint8_t at, uint8_t value) override;
};

class SerialLines : public LineSink {
 public:
  void write(const char* line, uint8_t length) override;
};

/** Why the board started; read before anything else runs. */
SerialBoard::Cause resetCause();

/**
 * A whole board: the outputs of its table, USB serial at 115200 baud, a stop input that is normally
 * closed to ground, and the watchdog.
 */
template <uint8_t COUNT>
class AvrBoard {
  static_assert(COUNT <= SerialBoard::MOST_CHANNELS, "a board on a cable has at most 32 commands");

 public:
  AvrBoard(const Capabilities& capabilities, uint8_t stopPin)
      : stopPin_(stopPin), memory_(eeprom_), actuators_(capabilities, pins_), board_(actuators_, memory_, lines_) {}

  void begin() {
    pinMode(stopPin_, INPUT_PULLUP);
    Serial.begin(115200);
    board_.begin(resetCause());
#ifndef STREAMWIRE_NO_WATCHDOG
    wdt_enable(WDTO_250MS);
#endif
  }

  void loop() {
    wdt_reset();
    board_.tick(digitalRead(stopPin_) == HIGH, millis());
    for (uint8_t count = 0; count < MOST_BYTES_AT_ONCE && Serial.available() > 0; count++) {
      board_.take(static_cast<uint8_t>(Serial.read()), millis());
    }
  }

 private:
  /** So that the stop input is looked at at least that often. */
  static const uint8_t MOST_BYTES_AT_ONCE = 16;

  const uint8_t stopPin_;
  AvrPins pins_;
  Eeprom eeprom_;
  SerialLines lines_;
  BoardMemory memory_;
  ActuatorsOf<COUNT> actuators_;
  SerialBoard board_;
};

}  // namespace streamwire

#endif
