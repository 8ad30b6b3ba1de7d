#if defined(ARDUINO_ARCH_ESP32)

#include "Settings.h"

#include <Arduino.h>
#include <Preferences.h>
#include <string.h>

#include "Esp32Pins.h"

namespace streamwire {

namespace {

const char NAMESPACE[] = "streamwire";
const char NAMESPACE_OF_LATCH[] = "streamwire-stop";
/** Of the latch; there while it holds, and below 0 while it is undated, so that one write changes all. */
const char EPOCH[] = "epoch";

template <size_t SIZE>
void loadText(Preferences& flash, const char* key, char (&text)[SIZE]) {
  if (flash.isKey(key)) {
    flash.getString(key, text, SIZE);
  }
}

template <size_t SIZE>
bool copy(char (&to)[SIZE], const char* from) {
  if (strlen(from) >= SIZE) {
    return false;
  }
  strcpy(to, from);
  return true;
}

/** Cuts a line into words; one in quotes may have spaces. */
uint8_t split(char* line, char** words, uint8_t most) {
  uint8_t count = 0;
  while (count < most) {
    while (*line == ' ') {
      line++;
    }
    if (*line == 0) {
      break;
    }
    const char end = *line == '"' ? '"' : ' ';
    line += end == '"' ? 1 : 0;
    words[count++] = line;
    while (*line != 0 && *line != end) {
      line++;
    }
    if (*line != 0) {
      *line++ = 0;
    }
  }
  return count;
}

bool isRoot(const char* text) {
  uint8_t parts = 1;
  for (const char* at = text; *at != 0; at++) {
    parts = static_cast<uint8_t>(parts + (*at == '/' ? 1 : 0));
    if (*at == '+' || *at == '#') {
      return false;
    }
  }
  return strncmp(text, "sw/1/", 5) == 0 && parts == 4;
}

bool isKey(const char* text) { return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64; }

}  // namespace

void Settings::load() {
  Preferences flash;
  if (!flash.begin(NAMESPACE, true)) {
    return;
  }
  loadText(flash, "ssid", ssid);
  loadText(flash, "password", password);
  loadText(flash, "host", host);
  port = flash.getUShort("port", port);
  tls = flash.getBool("tls", tls);
  loadText(flash, "device", device);
  loadText(flash, "token", token);
  loadText(flash, "root", root);
  loadText(flash, "ca", ca);
  loadText(flash, "key", key);
  flash.end();
}

void Settings::save() const {
  Preferences flash;
  flash.begin(NAMESPACE, false);
  flash.putString("ssid", ssid);
  flash.putString("password", password);
  flash.putString("host", host);
  flash.putUShort("port", port);
  flash.putBool("tls", tls);
  flash.putString("device", device);
  flash.putString("token", token);
  flash.putString("root", root);
  flash.putString("ca", ca);
  flash.putString("key", key);
  flash.end();
}

void Settings::forget() {
  Preferences flash;
  flash.begin(NAMESPACE, false);
  const int64_t boots = flash.getLong64("boots", 0);
  flash.clear();
  flash.putLong64("boots", boots);
  flash.end();
}

int64_t countBoot() {
  Preferences flash;
  flash.begin(NAMESPACE, false);
  const int64_t boots = flash.getLong64("boots", 0) + 1;
  flash.putLong64("boots", boots);
  flash.end();
  return boots;
}

SafetyGate::Latch loadLatch() {
  Preferences flash;
  flash.begin(NAMESPACE_OF_LATCH, false);
  const bool held = flash.isKey(EPOCH);
  const int64_t epoch = flash.getLong64(EPOCH, 0);
  flash.end();
  return {held, epoch < 0 ? ~epoch : epoch, epoch < 0};
}

void saveLatch(const SafetyGate::Latch& latch) {
  Preferences flash;
  flash.begin(NAMESPACE_OF_LATCH, false);
  if (latch.held) {
    flash.putLong64(EPOCH, latch.undated ? ~latch.epoch : latch.epoch);
  } else {
    flash.remove(EPOCH);
  }
  flash.end();
}

void Console::begin() {
  settings_ = inUse_;
  settings_.load();
}

void Console::loop() {
  while (Serial.available() > 0) {
    take(static_cast<char>(Serial.read()));
  }
}

void Console::take(char character) {
  if (character == '\r') {
    return;
  }
  if (character != '\n') {
    if (length_ < LONGEST_LINE) {
      line_[length_++] = character;
    } else {
      tooLong_ = true;
    }
    return;
  }
  line_[length_] = 0;
  if (tooLong_) {
    Serial.println("too long");
  } else if (pasting_) {
    pasting_ = addToCa();
  } else if (length_ > 0) {
    obey();
  }
  length_ = 0;
  tooLong_ = false;
}

/** @return whether more has to come */
bool Console::addToCa() {
  if (strlen(settings_.ca) + length_ + 2 > sizeof settings_.ca) {
    begin();
    Serial.println("too long for a certificate: the old one stays");
    return false;
  }
  strcat(settings_.ca, line_);
  strcat(settings_.ca, "\n");
  if (strstr(line_, "-----END CERTIFICATE-----") == nullptr) {
    return true;
  }
  settings_.save();
  Serial.println("ok, restart to use it");
  return false;
}

void Console::obey() {
  char* words[MOST_WORDS] = {};
  const uint8_t count = split(line_, words, MOST_WORDS);
  if (count == 0) {
    return;
  }
  bool right = false;
  if (strcmp(words[0], "show") == 0) {
    show();
    return;
  }
  if (strcmp(words[0], "restart") == 0) {
    Esp32Pins::restart();
    return;
  }
  if (strcmp(words[0], "forget") == 0) {
    Settings::forget();
    Esp32Pins::restart();
    return;
  }
  if (strcmp(words[0], "ca") == 0) {
    settings_.ca[0] = 0;
    pasting_ = true;
    Serial.println("paste the certificate, from BEGIN to END");
    return;
  }
  if (strcmp(words[0], "wifi") == 0 && count >= 2) {
    right = copy(settings_.ssid, words[1]) && copy(settings_.password, count > 2 ? words[2] : "");
  } else if (strcmp(words[0], "hub") == 0 && count >= 3) {
    const long port = atol(words[2]);
    right = port > 0 && port < 65536 && copy(settings_.host, words[1]);
    settings_.port = static_cast<uint16_t>(port);
    settings_.tls = count > 3 && strcmp(words[3], "tls") == 0;
  } else if (strcmp(words[0], "device") == 0 && count == 3 && isRoot(words[1])) {
    right = copy(settings_.root, words[1]) && copy(settings_.device, strrchr(words[1], '/') + 1) &&
            copy(settings_.token, words[2]);
  } else if (strcmp(words[0], "key") == 0 && count == 2 && isKey(words[1])) {
    right = copy(settings_.key, words[1]);
  } else {
    Serial.println("show | wifi \"name\" \"password\" | hub host port [tls] | device root token | ca | key hex | restart | forget");
    return;
  }
  if (!right) {
    begin();
    Serial.println("too long, or out of range");
    return;
  }
  settings_.save();
  Serial.println("ok, restart to use it");
}

/** Never a password or a token. */
void Console::show() {
  Serial.printf("wifi \"%s\"\n", settings_.ssid);
  Serial.printf("hub %s %u%s\n", settings_.host, settings_.port, settings_.tls ? " tls" : "");
  Serial.printf("device %s %s\n", settings_.root, settings_.token[0] == 0 ? "(no token)" : "(token)");
  Serial.printf("ca %u bytes, key %s\n", static_cast<unsigned>(strlen(settings_.ca)),
                settings_.key[0] == 0 ? "none" : settings_.key);
}

}  // namespace streamwire

#endif
