#pragma once

// What the ESP32 sketch uses of the Arduino core, on this machine: pins are lines on stdout, the
// serial port and the inputs are lines on stdin. See Esp32.cpp.

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HIGH 1
#define LOW 0
#define OUTPUT 3
#define INPUT_PULLUP 5
#define constrain(value, low, high) ((value) < (low) ? (low) : (value) > (high) ? (high) : (value))

void pinMode(uint8_t pin, uint8_t mode);
void digitalWrite(uint8_t pin, uint8_t value);
int digitalRead(uint8_t pin);
#define SOC_LEDC_SUPPORT_HS_MODE 1
bool ledcAttachChannel(uint8_t pin, uint32_t hertz, uint8_t bits, uint8_t channel);
bool ledcWrite(uint8_t pin, uint32_t duty);
bool ledcDetach(uint8_t pin);
uint32_t millis();
uint32_t esp_random();
long random(long end);
size_t shim_strlcpy(char* to, const char* from, size_t size);
#define strlcpy shim_strlcpy

class HostSerial {
 public:
  void begin(unsigned long) {}
  int available();
  int read();
  void println(const char* line);
  void printf(const char* format, ...) __attribute__((format(printf, 2, 3)));
};
extern HostSerial Serial;

class HostChip {
 public:
  [[noreturn]] void restart();
  uint32_t getFreeHeap() { return 200000; }
};
extern HostChip ESP;
