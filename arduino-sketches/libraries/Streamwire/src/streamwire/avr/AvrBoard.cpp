#if defined(ARDUINO_ARCH_AVR)

#include "AvrBoard.h"

#include <avr/eeprom.h>
#include <avr/io.h>

namespace {

uint8_t resetFlags __attribute__((section(".noinit")));

}  // namespace

/** The watchdog stays on over a reset, so it is ended before the start-up code, which may take longer. */
extern "C" void streamwireKeepResetFlags() __attribute__((naked, used, section(".init3")));
extern "C" void streamwireKeepResetFlags() {
  resetFlags = MCUSR;
  MCUSR = 0;
  wdt_disable();
}

namespace streamwire {

namespace {

// Timer 1 counts half microseconds.
const uint16_t SERVO_PERIOD = 40000;  // 20 ms
const uint16_t SERVO_0_DEGREES = 1088;  // 544 us
const uint16_t SERVO_180_DEGREES = 4800;  // 2400 us
const int16_t HALF_TURN = 180;

#if defined(__AVR_ATmega2560__)
const uint8_t SERVO_PIN_A = 11;
#else
const uint8_t SERVO_PIN_A = 9;
#endif

}  // namespace

SerialBoard::Cause resetCause() {
  if (resetFlags & _BV(WDRF)) {
    return SerialBoard::Cause::WATCHDOG;
  }
  if (resetFlags & _BV(PORF)) {
    return SerialBoard::Cause::POWER;
  }
  if (resetFlags & _BV(BORF)) {
    return SerialBoard::Cause::BROWN_OUT;
  }
  return resetFlags & _BV(EXTRF) ? SerialBoard::Cause::PIN : SerialBoard::Cause::UNKNOWN;
}

/** Low before it becomes an output, or it would be high for a moment. */
void AvrPins::begin(uint8_t pin) {
  digitalWrite(pin, LOW);
  pinMode(pin, OUTPUT);
}

void AvrPins::write(uint8_t pin, bool on) { digitalWrite(pin, on ? HIGH : LOW); }

void AvrPins::pwm(uint8_t pin, uint8_t level) { analogWrite(pin, level); }

void AvrPins::beginServo(uint8_t pin) {
  begin(pin);
  TCCR1A = _BV(WGM11);
  TCCR1B = _BV(WGM13) | _BV(WGM12) | _BV(CS11);
  ICR1 = SERVO_PERIOD - 1;
}

void AvrPins::servo(uint8_t pin, int16_t degrees) {
  const uint8_t connect = pin == SERVO_PIN_A ? _BV(COM1A1) : _BV(COM1B1);
  if (degrees == RELEASED) {
    TCCR1A &= static_cast<uint8_t>(~connect);
    return;
  }
  const int16_t angle = constrain(degrees, 0, HALF_TURN);
  const uint16_t ticks = SERVO_0_DEGREES + static_cast<uint32_t>(SERVO_180_DEGREES - SERVO_0_DEGREES) *
                                               static_cast<uint16_t>(angle) / HALF_TURN;
  if (pin == SERVO_PIN_A) {
    OCR1A = ticks;
  } else {
    OCR1B = ticks;
  }
  TCCR1A |= connect;
}

uint8_t Eeprom::read(uint8_t at) { return eeprom_read_byte(reinterpret_cast<const uint8_t*>(at)); }

void Eeprom::write(uint8_t at, uint8_t value) { eeprom_write_byte(reinterpret_cast<uint8_t*>(at), value); }

void SerialLines::write(const char* line, uint8_t length) {
  Serial.write(reinterpret_cast<const uint8_t*>(line), length);
}

}  // namespace streamwire

#endif
