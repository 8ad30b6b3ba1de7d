#pragma once

#if defined(ARDUINO_ARCH_ESP32)

#include <Arduino.h>
#include <HTTPClient.h>
#include <WiFiClientSecure.h>

#include "../net/FirmwareOffer.h"
#include "../net/NetBoard.h"
#include "../net/Sha256.h"
#include "Settings.h"

namespace streamwire {

/**
 * Installs firmware that comes over the network: only of a higher version, for this type of board,
 * signed with the key that was set by hand, and while it is disarmed. A board with TLS takes it by https only, and the
 * token goes to the broker's host only. A new firmware that does not reach the broker within two minutes gives way to
 * the old one.
 *
 * <pre>
 *   down/ota --> downloading --> verifying --> installed --> rebooting --> up/state with the new version
 *      | armed        |              |             ^  |                          |
 *      +--------------+--------------+--> failed   +--+ armed                    +--> rolled_back
 * </pre>
 */
class FirmwareUpdate {
 public:
  FirmwareUpdate(NetBoard::Uplink& uplink, const Capabilities& capabilities)
      : uplink_(uplink), capabilities_(capabilities) {}

  void begin(const Settings& settings);
  void received(const char* body, size_t length, bool retained, bool armed);

  /** Whether a new firmware has had its time to reach the broker; for any task. A restart brings back the old one. */
  bool failed(uint32_t now) const { return onTrial_ && now >= SELF_TEST_MS; }

  /** A piece of the download, if there is one; only the beginning of it waits, for 5 s at most. */
  void loop(uint32_t now, bool armed);

  /** The broker has taken a message. */
  void taken(uint16_t packet);

  /** The board has reached the broker: it is a good firmware. */
  void subscribed();

 private:
  static const size_t PIECE = 1024;
  static const uint16_t PATIENCE_MS = 5000;
  static const uint32_t SELF_TEST_MS = 120000;
  static const uint8_t REPORT_EVERY_PCT = 25;

  /** How long a restart waits until the broker has its announcement. */
  static const uint32_t FAREWELL_MS = 1000;

  enum class Stage : uint8_t { IDLE, ACCEPTED, DOWNLOADING, INSTALLED, REBOOTING };

  void open(uint32_t now);
  void download(uint32_t now);
  void verify();
  void fail(const char* why);
  uint16_t report(const char* version, const char* stage, int16_t pct, const char* why);

  NetBoard::Uplink& uplink_;
  const Capabilities& capabilities_;
  const Settings* settings_ = nullptr;
  Stage stage_ = Stage::IDLE;
  FirmwareOffer offer_;
  Sha256 sha_;
  HTTPClient http_;
  WiFiClient plain_;
  WiFiClientSecure secure_;
  uint32_t read_ = 0;
  uint32_t heardAt_ = 0;
  uint8_t told_ = 0;
  /** Announces the restart; 0 when there is nothing to wait for. */
  uint16_t farewell_ = 0;
  uint32_t farewellAt_ = 0;
  /** Until it is known: so that a hang before that ends, too. */
  volatile bool onTrial_ = true;
  bool rolledBack_ = false;
  char tried_[18] = {};
};

}  // namespace streamwire

#endif
