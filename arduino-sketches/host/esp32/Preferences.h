#pragma once

#include <stddef.h>
#include <stdint.h>

#include <map>
#include <string>

/** Flash of the ESP32 as a file for each name space, below $STREAMWIRE_FLASH. */
class Preferences {
 public:
  bool begin(const char* name, bool readOnly);
  void end() {}
  bool isKey(const char* key);
  size_t getString(const char* key, char* text, size_t size);
  uint16_t getUShort(const char* key, uint16_t otherwise);
  bool getBool(const char* key, bool otherwise);
  int64_t getLong64(const char* key, int64_t otherwise);
  size_t putString(const char* key, const char* text);
  size_t putUShort(const char* key, uint16_t value);
  size_t putBool(const char* key, bool value);
  size_t putLong64(const char* key, int64_t value);
  bool remove(const char* key);
  bool clear();

 private:
  void store();

  std::string path_;
  std::map<std::string, std::string> values_;
};
