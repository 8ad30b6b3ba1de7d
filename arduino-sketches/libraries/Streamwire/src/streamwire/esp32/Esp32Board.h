#pragma once

#if defined(ARDUINO_ARCH_ESP32)

#include <Arduino.h>
#include <espMqttClient.h>

#include "../StopInput.h"
#include "../net/LoopWatch.h"
#include "../net/NetBoard.h"
#include "../net/Pieces.h"
#include "Settings.h"
#include "FirmwareUpdate.h"

namespace streamwire {

/**
 * A whole ESP32: Wi-Fi, MQTT 3.1.1 with or without TLS, the stop input, set-up on the serial port,
 * firmware over the network. Nothing in loop() waits, but for a new connection, and then everything is off.
 */
class Esp32Board : private NetBoard::Uplink {
 public:
  /**
   * @param settings those that are not in flash; stays in use
   * @param stopPin normally closed to ground: an open circuit is a stop
   */
  Esp32Board(Actuators& actuators, Settings& settings, uint8_t stopPin);

  void begin();
  void loop();

 private:
  static const uint32_t WIFI_PATIENCE_MS = 15000;
  static const uint32_t FIRST_RETRY_MS = 500;
  static const uint32_t LONGEST_RETRY_MS = 30000;
  static const uint16_t KEEP_ALIVE_S = 15;
  static const uint64_t GUARD_US = 50000;
  static const size_t LONGEST_TOPIC = 100;

  template <typename Client>
  void configure(Client& client);

  void startGuard();
  void keepWifi(uint32_t now);
  void keepMqtt(uint32_t now);
  void lost();
  uint32_t backoff();
  void message(const espMqttClientTypes::MessageProperties& properties, const char* topic, const uint8_t* piece,
               size_t pieceLength, size_t index, size_t total);
  void stopInput(uint32_t now);
  void keepLatch();
  uint16_t publish(NetBoard::Up topic, const char* body, size_t length, bool retain) override;
  static int64_t local();
  static void guard(void* board);

  const uint8_t stopPin_;
  Actuators& actuators_;
  StopInput stop_;
  /** As it is in flash. */
  SafetyGate::Latch kept_ = {};
  NetBoard board_;
  Pieces pieces_;
  FirmwareUpdate update_;
  Settings& settings_;
  Console console_;
  espMqttClient plain_;
  espMqttClientSecure secure_;
  MqttClient* client_ = nullptr;
  char will_[200];
  char willTopic_[LONGEST_TOPIC];
  size_t willLength_ = 0;
  char workspace_[sizeof(Settings::root) + 9];
  uint16_t subscriptions_[2] = {};
  uint32_t wifiSince_ = 0;
  uint32_t nextTry_ = 0;
  uint8_t failures_ = 0;
  bool linked_ = false;
  LoopWatch watch_;
};

}  // namespace streamwire

#endif
