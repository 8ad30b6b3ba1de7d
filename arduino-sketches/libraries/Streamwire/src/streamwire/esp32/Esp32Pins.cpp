#if defined(ARDUINO_ARCH_ESP32)

#include "Esp32Pins.h"

#include <driver/gpio.h>
#include <esp_rom_gpio.h>
#include <soc/gpio_sig_map.h>

namespace streamwire {

namespace {

const uint32_t DIM_HERTZ = 5000;
const uint8_t DIM_BITS = 8;
const uint32_t SERVO_HERTZ = 50;
const uint8_t SERVO_BITS = 14;
const uint32_t SERVO_PERIOD_US = 20000;
const uint32_t SERVO_0_DEGREES_US = 544;
const uint32_t SERVO_180_DEGREES_US = 2400;
const int16_t HALF_TURN = 180;

// A channel is bound to timer channel / 2 % 4 of its group of 8, and a timer has one frequency.
#ifdef SOC_LEDC_SUPPORT_HS_MODE
const uint8_t FIRST_SERVO_CHANNEL = 8;
#else
const uint8_t FIRST_SERVO_CHANNEL = 4;
#endif

}  // namespace

volatile bool Esp32Pins::outputs_[PINS] = {};
volatile bool Esp32Pins::over_ = false;

/** Low before it becomes an output, or it would be high for a moment. */
void Esp32Pins::begin(uint8_t pin) {
  // Not digitalWrite(), which does nothing as long as the core does not know the pin as an output.
  gpio_set_level(static_cast<gpio_num_t>(pin), 0);
  pinMode(pin, OUTPUT);
  outputs_[pin] = true;
}

void Esp32Pins::write(uint8_t pin, bool on) {
  detach(pin);
  digitalWrite(pin, on && !over_ ? HIGH : LOW);
}

void Esp32Pins::pwm(uint8_t pin, uint8_t level) {
  if (level == 0 || !attach(pin, false) || !ledcWrite(pin, level)) {
    write(pin, false);
  }
}

void Esp32Pins::beginServo(uint8_t pin) { begin(pin); }

void Esp32Pins::servo(uint8_t pin, int16_t degrees) {
  const uint32_t angle = static_cast<uint32_t>(degrees < 0 ? 0 : degrees > HALF_TURN ? HALF_TURN : degrees);
  const uint32_t pulse = SERVO_0_DEGREES_US + (SERVO_180_DEGREES_US - SERVO_0_DEGREES_US) * angle / HALF_TURN;
  if (degrees == RELEASED || !attach(pin, true) || !ledcWrite(pin, (pulse << SERVO_BITS) / SERVO_PERIOD_US)) {
    write(pin, false);
  }
}

/** @return whether it has its channel: without one it stays off */
bool Esp32Pins::attach(uint8_t pin, bool servo) {
  if (over_) {
    return false;
  }
  if (channel_[pin] == 0) {
    uint8_t& taken = servo ? servos_ : dimmed_;
    if (taken == FIRST_SERVO_CHANNEL) {
      return false;
    }
    taken++;
    channel_[pin] = static_cast<uint8_t>(servo ? FIRST_SERVO_CHANNEL + taken : taken);
  }
  if (!attached_[pin]) {
    attached_[pin] = ledcAttachChannel(pin, servo ? SERVO_HERTZ : DIM_HERTZ, servo ? SERVO_BITS : DIM_BITS,
                                       static_cast<uint8_t>(channel_[pin] - 1));
    if (!attached_[pin]) {
      begin(pin);
    }
  }
  return attached_[pin];
}

void Esp32Pins::detach(uint8_t pin) {
  if (attached_[pin]) {
    ledcWrite(pin, 0);
    ledcDetach(pin);
    attached_[pin] = false;
    begin(pin);
  }
}

void Esp32Pins::allOff() {
  over_ = true;
  for (uint8_t pin = 0; pin < PINS; pin++) {
    if (outputs_[pin]) {
      gpio_set_level(static_cast<gpio_num_t>(pin), 0);
      esp_rom_gpio_connect_out_signal(pin, SIG_GPIO_OUT_IDX, false, false);
    }
  }
}

void Esp32Pins::restart() {
  allOff();
  ESP.restart();
}

}  // namespace streamwire

#endif
