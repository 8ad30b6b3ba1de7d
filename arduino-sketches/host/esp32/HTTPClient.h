#pragma once

#include <string>

#include "WiFiClientSecure.h"

enum { HTTPC_DISABLE_FOLLOW_REDIRECTS = 0, HTTP_CODE_OK = 200 };

/** GET over plain HTTP/1.0. */
class HTTPClient {
 public:
  void setConnectTimeout(int ms) { timeoutMs_ = ms; }
  void setTimeout(uint16_t) {}
  void setFollowRedirects(int) {}
  bool begin(WiFiClient& client, const char* url);
  void addHeader(const char* name, const char* value);
  int GET();
  int getSize() const { return size_; }
  WiFiClient* getStreamPtr() { return client_; }
  void end();

 private:
  WiFiClient* client_ = nullptr;
  int timeoutMs_ = 5000;
  int size_ = -1;
  std::string host_;
  std::string port_;
  std::string path_;
  std::string headers_;
};
