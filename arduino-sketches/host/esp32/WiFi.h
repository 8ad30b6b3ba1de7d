#pragma once

// A network that is always there: the machine's own.

enum { WIFI_STA = 1 };
enum { WL_CONNECTED = 3, WL_DISCONNECTED = 6 };

class HostWifi {
 public:
  void mode(int) {}
  void disconnect() { up_ = false; }
  void begin(const char*, const char*) { up_ = true; }
  bool isConnected() const { return up_; }
  int status() const { return up_ ? WL_CONNECTED : WL_DISCONNECTED; }
  int RSSI() const { return -50; }

 private:
  bool up_ = false;
};
extern HostWifi WiFi;
