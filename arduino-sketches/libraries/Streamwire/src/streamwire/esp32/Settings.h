#pragma once

#if defined(ARDUINO_ARCH_ESP32)

#include <stddef.h>
#include <stdint.h>

#include "../net/SafetyGate.h"

namespace streamwire {

/** What a board has to know about its network, kept in flash. */
struct Settings {
  char ssid[33];
  char password[65];
  char host[65];
  uint16_t port;
  bool tls;
  /** MQTT client id and user name. */
  char device[37];
  char token[129];
  /** sw/1/{workspace}/{device}. */
  char root[84];
  /** The certificate of the authority that signed the broker's, PEM. */
  char ca[2049];
  /** Ed25519 public key of whoever may sign firmware, 64 hex digits; empty for nobody. */
  char key[65];

  bool complete() const { return ssid[0] != 0 && host[0] != 0 && device[0] != 0 && token[0] != 0 && root[0] != 0; }

  /** Takes what is in flash; what is not there stays as it is. */
  void load();
  void save() const;
  static void forget();
};

/** Counts the starts of this board, for life. */
int64_t countBoot();

/** The stop of the input, which outlives a restart and forget(). */
SafetyGate::Latch loadLatch();
void saveLatch(const SafetyGate::Latch& latch);

/** Lines on the serial port with which a board is set up: help lists them. They are in effect after a restart. */
class Console {
 public:
  explicit Console(const Settings& inUse) : inUse_(inUse) {}

  /** To be called when the settings in use are loaded; also forgets what is not saved. */
  void begin();

  /** Reads what has come, and never waits. */
  void loop();

 private:
  static const size_t LONGEST_LINE = 200;
  static const uint8_t MOST_WORDS = 4;

  void take(char character);
  void obey();
  void show();
  bool addToCa();

  const Settings& inUse_;
  /** What will be in use. */
  Settings settings_ = {};
  char line_[LONGEST_LINE + 1];
  size_t length_ = 0;
  bool tooLong_ = false;
  bool pasting_ = false;
};

}  // namespace streamwire

#endif
