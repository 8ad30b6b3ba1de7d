// The least that moves something for Streamwire: one lamp on GPIO 2, for 500 ms at a time. To learn what a board needs.
// It has no stop input, no watchdog and no TLS: for a lamp only. Esp32Actuators has all of it.

#include <WiFi.h>
#include <espMqttClient.h>
#include <esp_timer.h>
#include <streamwire/esp32/Esp32Pins.h>
#include <streamwire/net/NetBoard.h>
#include <streamwire/net/Pieces.h>

#include "secrets.h"  // GET /api/v1/devices/{id}/snippet writes it

using streamwire::NetBoard;

// Name, kind, group, pin, second pin, tuning, max-on ms, min gap ms, max duty %, arguments.
const streamwire::Channel CHANNELS[] = {{"light_on", streamwire::Kind::RELAY, "", 2, 0, 0, 500, 500, 50, 0, {}}};
const streamwire::Capabilities CAPABILITIES = {"1.0.0", "esp32", "Esp32Minimal", CHANNELS, 1};

static espMqttClient mqtt(espMqttClientTypes::UseInternalTask::NO);

struct Uplink : NetBoard::Uplink {
  uint16_t publish(NetBoard::Up topic, const char* body, size_t length, bool retain) override {
    const char* const names[] = {"state", "describe", "ack", "config", "telemetry", "ota"};
    char name[100];
    snprintf(name, sizeof name, "%s/up/%s", STREAMWIRE_ROOT, names[static_cast<uint8_t>(topic)]);
    return mqtt.publish(name, 1, retain, reinterpret_cast<const uint8_t*>(body), length);
  }
};

static streamwire::Esp32Pins pins;
static streamwire::ActuatorsOf<1> actuators(CAPABILITIES, pins);
static Uplink uplink;
static NetBoard board(actuators, uplink);  // limits, leases, stops, acknowledgements: all that a board has to keep to
static streamwire::Pieces pieces;
static uint16_t lastSubscription = 0;
static int64_t nextTry = 0;

static int64_t local() { return esp_timer_get_time() / 1000; }

static void heard(const espMqttClientTypes::MessageProperties& about, const char* topic, const uint8_t* piece,
                  size_t length, size_t index, size_t total) {
  if (!pieces.add(piece, length, index, total)) return;
  const bool ofAll = strncmp(topic, STREAMWIRE_ROOT, strlen(STREAMWIRE_ROOT)) != 0;
  const char* const name = strrchr(topic, '/');
  const NetBoard::Down what = !strcmp(name, "/safety")   ? ofAll ? NetBoard::Down::WORKSPACE_SAFETY : NetBoard::Down::SAFETY
                              : !strcmp(name, "/cmd")    ? NetBoard::Down::COMMAND
                              : !strcmp(name, "/config") ? NetBoard::Down::CONFIG
                                                         : NetBoard::Down::OTA;
  board.received(what, pieces.body(), pieces.length(), about.retain, local());
}

void setup() {
  board.begin();                  // first everything off: a restart leaves a pin as it was
  board.restore(esp_random(), {});  // as its boot, so that the hub sees a restart
  WiFi.begin(WIFI_SSID, WIFI_PASSWORD);
  mqtt.setServer(STREAMWIRE_HOST, STREAMWIRE_PORT).setClientId(STREAMWIRE_DEVICE).setCleanSession(true);
  mqtt.setCredentials(STREAMWIRE_DEVICE, STREAMWIRE_TOKEN).onMessage(heard);
  mqtt.onConnect([](bool) {
    char filter[100];
    const char* const root = STREAMWIRE_ROOT;
    snprintf(filter, sizeof filter, "%.*s/all/down/#", static_cast<int>(strrchr(root, '/') - root), root);
    mqtt.subscribe(filter, 1);
    snprintf(filter, sizeof filter, "%s/down/#", root);
    lastSubscription = mqtt.subscribe(filter, 1);
    board.connected();
  });
  mqtt.onSubscribe([](uint16_t packet, const espMqttClientTypes::SubscribeReturncode*, size_t) {
    if (packet == lastSubscription) board.subscribed(local());
  });
  mqtt.onPublish([](uint16_t packet) { board.taken(packet); });
  mqtt.onDisconnect([](espMqttClientTypes::DisconnectReason) { board.disconnected(local()); });
}

void loop() {
  mqtt.loop();
  board.tick(local());
  if (WiFi.isConnected() && mqtt.disconnected() && local() >= nextTry) {
    nextTry = local() + 1000 + random(4000);  // boards of a fleet do not come all at once
    mqtt.connect();
  }
}
