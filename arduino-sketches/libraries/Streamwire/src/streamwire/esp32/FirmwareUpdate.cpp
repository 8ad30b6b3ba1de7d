#if defined(ARDUINO_ARCH_ESP32)

#include "FirmwareUpdate.h"

#include <Ed25519.h>
#include <Preferences.h>
#include <Update.h>
#include <esp_ota_ops.h>
#include <string.h>

#include "Esp32Pins.h"

/** The Arduino core would call every new firmware a good one before it has run. */
extern "C" bool verifyRollbackLater() { return true; }

namespace streamwire {

namespace {

const char NAMESPACE[] = "streamwire-ota";
const char TRIED[] = "tried";

}  // namespace

void FirmwareUpdate::begin(const Settings& settings) {
  settings_ = &settings;
  esp_ota_img_states_t state;
  onTrial_ = esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) == ESP_OK &&
             state == ESP_OTA_IMG_PENDING_VERIFY;
  Preferences flash;
  flash.begin(NAMESPACE, false);
  if (onTrial_) {
    flash.putString(TRIED, capabilities_.firmware);  // the power may have gone before the old one could
  } else if (flash.isKey(TRIED)) {
    flash.getString(TRIED, tried_, sizeof tried_);
    rolledBack_ = strcmp(tried_, capabilities_.firmware) != 0;
    flash.remove(TRIED);
  }
  flash.end();
}

void FirmwareUpdate::subscribed() {
  if (onTrial_) {
    esp_ota_mark_app_valid_cancel_rollback();
    onTrial_ = false;
    Preferences flash;
    flash.begin(NAMESPACE, false);
    flash.remove(TRIED);
    flash.end();
  }
  if (rolledBack_) {
    rolledBack_ = false;
    report(tried_, "rolled_back", -1, "self_test_failed");
  }
}

void FirmwareUpdate::received(const char* body, size_t length, bool retained, bool armed) {
  FirmwareOffer offer;
  if (retained || !offer.read(body, length)) {
    return;
  }
  if (stage_ != Stage::IDLE) {
    if (!offer.same(offer_)) {
      report(offer.version(), "failed", -1, "busy");
    }
    return;
  }
  uint8_t key[FirmwareOffer::KEY_BYTES];
  const bool trusts = FirmwareOffer::parseKey(settings_->key, key);
  const char* const why =
      offer.refusal(capabilities_.firmware, capabilities_.board, trusts ? key : nullptr, armed);
  if (why != nullptr) {
    report(offer.version(), "failed", -1, why);
    return;
  }
  if (strcmp(offer.version(), capabilities_.firmware) == 0) {
    report(offer.version(), "installed", -1, nullptr);
    return;
  }
  offer_ = offer;
  stage_ = Stage::ACCEPTED;
  report(offer_.version(), "downloading", 0, nullptr);
}

void FirmwareUpdate::loop(uint32_t now, bool armed) {
  if (armed && (stage_ == Stage::ACCEPTED || stage_ == Stage::DOWNLOADING)) {
    fail("armed");  // writing to flash holds loop() up
    return;
  }
  switch (stage_) {
    case Stage::IDLE:
      return;
    case Stage::ACCEPTED:
      open(now);
      return;
    case Stage::DOWNLOADING:
      download(now);
      return;
    case Stage::INSTALLED:
      if (!armed) {
        farewell_ = report(offer_.version(), "rebooting", -1, nullptr);
        farewellAt_ = now;
        stage_ = Stage::REBOOTING;
      }
      return;
    case Stage::REBOOTING:
      if (armed) {
        stage_ = Stage::INSTALLED;
      } else if (farewell_ == 0 || now - farewellAt_ >= FAREWELL_MS) {
        Esp32Pins::restart();
      }
      return;
  }
}

void FirmwareUpdate::taken(uint16_t packet) {
  if (packet == farewell_) {
    farewell_ = 0;
  }
}

void FirmwareUpdate::open(uint32_t now) {
  http_.setConnectTimeout(PATIENCE_MS);
  http_.setTimeout(PATIENCE_MS);
  http_.setFollowRedirects(HTTPC_DISABLE_FOLLOW_REDIRECTS);
  if (settings_->tls && !offer_.encrypted()) {
    fail("download_failed");
    return;
  }
  if (offer_.encrypted()) {
    secure_.setCACert(settings_->ca);
  }
  if (!http_.begin(offer_.encrypted() ? static_cast<WiFiClient&>(secure_) : plain_, offer_.url())) {
    fail("download_failed");
    return;
  }
  if (offer_.isFrom(settings_->host)) {
    char bearer[sizeof settings_->token + 8];
    snprintf(bearer, sizeof bearer, "Bearer %s", settings_->token);
    http_.addHeader("Authorization", bearer);
  }
  // Update writes as it reads, but the old firmware stays the one that starts until end().
  if (http_.GET() != HTTP_CODE_OK || http_.getSize() != static_cast<int>(offer_.size()) ||
      !Update.begin(offer_.size())) {
    fail("download_failed");
    return;
  }
  sha_ = Sha256();
  read_ = 0;
  told_ = 0;
  heardAt_ = now;
  stage_ = Stage::DOWNLOADING;
}

void FirmwareUpdate::download(uint32_t now) {
  uint8_t piece[PIECE];
  const uint32_t left = offer_.size() - read_;
  const int there = http_.getStreamPtr()->available();
  const size_t wanted = there <= 0 ? 0 : static_cast<size_t>(there) < PIECE ? static_cast<size_t>(there) : PIECE;
  const int count = wanted == 0 ? 0 : http_.getStreamPtr()->read(piece, wanted < left ? wanted : left);
  if (count <= 0) {
    if (now - heardAt_ > PATIENCE_MS) {
      fail("download_failed");
    }
    return;
  }
  heardAt_ = now;
  sha_.add(piece, static_cast<size_t>(count));
  if (Update.write(piece, static_cast<size_t>(count)) != static_cast<size_t>(count)) {
    fail("download_failed");
    return;
  }
  read_ += static_cast<uint32_t>(count);
  const uint8_t pct = static_cast<uint8_t>(static_cast<uint64_t>(read_) * 100 / offer_.size());
  if (pct >= told_ + REPORT_EVERY_PCT) {
    told_ = pct;
    report(offer_.version(), "downloading", pct, nullptr);
  }
  if (read_ == offer_.size()) {
    http_.end();
    verify();
  }
}

void FirmwareUpdate::verify() {
  report(offer_.version(), "verifying", -1, nullptr);
  char hash[2 * Sha256::BYTES + 1];
  sha_.hex(hash);
  if (strcmp(hash, offer_.sha256()) != 0) {
    fail("bad_hash");
    return;
  }
  char text[FirmwareOffer::LONGEST_SIGNED];
  uint8_t key[FirmwareOffer::KEY_BYTES];
  const size_t length = offer_.signedText(text, sizeof text);
  if (length == 0 || !FirmwareOffer::parseKey(settings_->key, key) ||
      !Ed25519::verify(offer_.signature(), key, text, length)) {
    fail("bad_signature");
    return;
  }
  if (!Update.end()) {
    fail("download_failed");
    return;
  }
  Preferences flash;
  flash.begin(NAMESPACE, false);
  flash.putString(TRIED, offer_.version());
  flash.end();
  stage_ = Stage::INSTALLED;
  report(offer_.version(), "installed", -1, nullptr);
}

void FirmwareUpdate::fail(const char* why) {
  Update.abort();
  http_.end();
  stage_ = Stage::IDLE;
  report(offer_.version(), "failed", -1, why);
}

uint16_t FirmwareUpdate::report(const char* version, const char* stage, int16_t pct, const char* why) {
  char body[128];
  JsonWriter json(body, sizeof body);
  json.open('{').key("version").string(version).key("st").string(stage);
  if (pct >= 0) {
    json.key("pct").integer(pct);
  }
  if (why != nullptr) {
    json.key("why").string(why);
  }
  json.close('}');
  return uplink_.publish(NetBoard::Up::OTA, body, json.length(), false);
}

}  // namespace streamwire

#endif
