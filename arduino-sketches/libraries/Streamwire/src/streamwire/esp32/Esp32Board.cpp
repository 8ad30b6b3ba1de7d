#if defined(ARDUINO_ARCH_ESP32)

#include "Esp32Board.h"

#include <WiFi.h>
#include <esp_timer.h>
#include <string.h>

#include "Esp32Pins.h"

namespace streamwire {

namespace {

const char* suffix(NetBoard::Up topic) {
  switch (topic) {
    case NetBoard::Up::STATE:
      return "/up/state";
    case NetBoard::Up::DESCRIBE:
      return "/up/describe";
    case NetBoard::Up::ACK:
      return "/up/ack";
    case NetBoard::Up::CONFIG:
      return "/up/config";
    case NetBoard::Up::TELEMETRY:
      return "/up/telemetry";
    case NetBoard::Up::OTA:
      return "/up/ota";
  }
  return "/up/log";
}

}  // namespace

Esp32Board::Esp32Board(Actuators& actuators, Settings& settings, uint8_t stopPin)
    : stopPin_(stopPin),
      actuators_(actuators),
      board_(actuators, *this),
      update_(*this, actuators.capabilities()),
      settings_(settings),
      console_(settings),
      plain_(espMqttClientTypes::UseInternalTask::NO),
      secure_(espMqttClientTypes::UseInternalTask::NO) {}

void Esp32Board::begin() {
  // First what switches off, then what may hang: flash takes its time.
  board_.begin();
  startGuard();
  pinMode(stopPin_, INPUT_PULLUP);
  Serial.begin(115200);
  kept_ = loadLatch();
  board_.restore(countBoot(), kept_);
  settings_.load();
  console_.begin();
  update_.begin(settings_);
  // The topic of the workspace is that of the device up to its id.
  const char* const id = strrchr(settings_.root, '/');
  snprintf(workspace_, sizeof workspace_, "%.*s/all/down", id == nullptr ? 0 : static_cast<int>(id - settings_.root),
           settings_.root);
  if (settings_.tls) {
    secure_.setCACert(settings_.ca);
    configure(secure_);
  } else {
    configure(plain_);
  }
  Serial.printf("streamwire %s %s, %s\n", actuators_.capabilities().board, actuators_.capabilities().firmware,
                settings_.complete() ? "ready" : "not set up: type help");
  if (!board_.describable()) {
    Serial.println("too many commands, or too long: the hub cannot learn what this board can do");
  }
  WiFi.mode(WIFI_STA);
}

void Esp32Board::startGuard() {
  watch_.passed(millis());
  esp_timer_create_args_t timer = {};
  timer.callback = &Esp32Board::guard;
  timer.arg = this;
  timer.name = "guard";
  esp_timer_handle_t handle;
  esp_timer_create(&timer, &handle);
  esp_timer_start_periodic(handle, GUARD_US);
}

template <typename Client>
void Esp32Board::configure(Client& client) {
  client_ = &client;
  client.setServer(settings_.host, settings_.port)
      .setClientId(settings_.device)
      .setCredentials(settings_.device, settings_.token)
      .setCleanSession(true)
      .setKeepAlive(KEEP_ALIVE_S)
      .onConnect([this](bool) {
        failures_ = 0;
        board_.connected();
        char filter[LONGEST_TOPIC];
        snprintf(filter, sizeof filter, "%s/down/#", settings_.root);
        subscriptions_[0] = client_->subscribe(filter, 1);
        snprintf(filter, sizeof filter, "%s/#", workspace_);
        subscriptions_[1] = client_->subscribe(filter, 1);
      })
      .onSubscribe([this](uint16_t packet, const espMqttClientTypes::SubscribeReturncode*, size_t) {
        // The second one: the broker answers in order.
        if (packet == subscriptions_[1]) {
          board_.subscribed(local());
          update_.subscribed();
        }
      })
      .onDisconnect([this](espMqttClientTypes::DisconnectReason) { lost(); })
      .onPublish([this](uint16_t packet) {
        board_.taken(packet);
        update_.taken(packet);
      })
      .onMessage([this](const espMqttClientTypes::MessageProperties& properties, const char* topic,
                        const uint8_t* payload, size_t length, size_t index, size_t total) {
        message(properties, topic, payload, length, index, total);
      });
}

void Esp32Board::loop() {
  const uint32_t now = millis();
  watch_.passed(now);
  stopInput(now);
  board_.tick(local());
  console_.loop();
  if (!settings_.complete()) {
    return;
  }
  keepWifi(now);
  client_->loop();
  keepMqtt(now);
  update_.loop(now, board_.armed(local()));
}

/**
 * On a timer of its own: a hang of loop() with something on ends in a restart, which switches off, and so does
 * a new firmware that does not get on, which then gives way to the old one.
 */
void Esp32Board::guard(void* board) {
  const Esp32Board* const self = static_cast<const Esp32Board*>(board);
  const uint32_t now = millis();
  if ((self->actuators_.anyDriven() && self->watch_.stands(now)) || self->update_.failed(now)) {
    Esp32Pins::restart();
  }
}

void Esp32Board::stopInput(uint32_t now) {
  switch (stop_.take(digitalRead(stopPin_) == HIGH, now)) {
    case StopInput::Change::OPENED:
      board_.press(local());
      keepLatch();
      return;
    case StopInput::Change::CLOSED:
      board_.release(local());
      keepLatch();
      return;
    case StopInput::Change::NONE:
      return;
  }
}

/** Writes to flash only what has changed, when everything is off: a latched board moves nothing. */
void Esp32Board::keepLatch() {
  if (!(board_.latch() == kept_)) {
    kept_ = board_.latch();
    saveLatch(kept_);
  }
}

void Esp32Board::keepWifi(uint32_t now) {
  if (WiFi.status() == WL_CONNECTED) {
    wifiSince_ = now;
    linked_ = true;
    return;
  }
  if (linked_ || wifiSince_ == 0 || now - wifiSince_ > WIFI_PATIENCE_MS) {
    linked_ = false;
    wifiSince_ = now == 0 ? 1 : now;
    WiFi.disconnect();
    WiFi.begin(settings_.ssid, settings_.password);
  }
}

void Esp32Board::keepMqtt(uint32_t now) {
  if (!linked_ || !client_->disconnected() || static_cast<int32_t>(now - nextTry_) < 0) {
    return;
  }
  nextTry_ = now + backoff();
  char topic[LONGEST_TOPIC];
  snprintf(topic, sizeof topic, "%s/up/state", settings_.root);
  willLength_ = board_.will(will_, sizeof will_);
  strcpy(willTopic_, topic);
  if (settings_.tls) {
    secure_.setWill(willTopic_, 1, true, reinterpret_cast<const uint8_t*>(will_), willLength_);
  } else {
    plain_.setWill(willTopic_, 1, true, reinterpret_cast<const uint8_t*>(will_), willLength_);
  }
  board_.measured("rssi_dbm", WiFi.RSSI());
  board_.measured("heap_free", static_cast<int32_t>(ESP.getFreeHeap()));
  client_->connect();
}

void Esp32Board::lost() {
  board_.disconnected(local());
  nextTry_ = millis() + backoff();
}

/** Doubles with each failure; half of it is random, so that a fleet does not come at once. */
uint32_t Esp32Board::backoff() {
  uint32_t longest = FIRST_RETRY_MS << (failures_ < 6 ? failures_ : 6);
  longest = longest < LONGEST_RETRY_MS ? longest : LONGEST_RETRY_MS;
  failures_ = static_cast<uint8_t>(failures_ < 255 ? failures_ + 1 : failures_);
  return longest / 2 + esp_random() % (longest / 2);
}

void Esp32Board::message(const espMqttClientTypes::MessageProperties& properties, const char* topic,
                         const uint8_t* piece, size_t pieceLength, size_t index, size_t total) {
  if (!pieces_.add(piece, pieceLength, index, total)) {
    return;
  }
  const char* const body = pieces_.body();
  const size_t length = pieces_.length();
  const size_t root = strlen(settings_.root);
  const size_t workspace = strlen(workspace_);
  if (strncmp(topic, workspace_, workspace) == 0 && strcmp(topic + workspace, "/safety") == 0) {
    board_.received(NetBoard::Down::WORKSPACE_SAFETY, body, length, properties.retain, local());
    keepLatch();
    return;
  }
  if (strncmp(topic, settings_.root, root) != 0) {
    return;
  }
  const char* const name = topic + root;
  if (strcmp(name, "/down/cmd") == 0) {
    board_.received(NetBoard::Down::COMMAND, body, length, properties.retain, local());
  } else if (strcmp(name, "/down/safety") == 0) {
    board_.received(NetBoard::Down::SAFETY, body, length, properties.retain, local());
    keepLatch();
  } else if (strcmp(name, "/down/config") == 0) {
    board_.received(NetBoard::Down::CONFIG, body, length, properties.retain, local());
  } else if (strcmp(name, "/down/ota") == 0) {
    update_.received(body, length, properties.retain, board_.armed(local()));
  }
}

uint16_t Esp32Board::publish(NetBoard::Up topic, const char* body, size_t length, bool retain) {
  char name[LONGEST_TOPIC];
  snprintf(name, sizeof name, "%s%s", settings_.root, suffix(topic));
  const uint8_t qos = topic == NetBoard::Up::TELEMETRY ? 0 : 1;
  return client_->publish(name, qos, retain, reinterpret_cast<const uint8_t*>(body), length);
}

int64_t Esp32Board::local() { return esp_timer_get_time() / 1000; }

}  // namespace streamwire

#endif
