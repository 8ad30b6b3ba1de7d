#pragma once

#include <stdint.h>
#include <stddef.h>

/** A TCP connection. */
class WiFiClient {
 public:
  int available();
  int read(uint8_t* bytes, size_t length);
  bool open(const char* host, const char* port, int timeoutMs);
  bool send(const char* text);
  void stop();
  ~WiFiClient() { stop(); }

 private:
  int socket_ = -1;
};

class WiFiClientSecure : public WiFiClient {
 public:
  void setCACert(const char*) {}
};
