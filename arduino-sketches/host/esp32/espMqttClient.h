#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <deque>
#include <functional>
#include <map>
#include <string>

// The calls of espMqttClient 1.7 that the sketch makes, over libmosquitto, MQTT 3.1.1.

struct mosquitto;
struct mosquitto_message;

namespace espMqttClientTypes {

enum class UseInternalTask { NO, YES };
enum class DisconnectReason : uint8_t { USER_OK = 0, TCP_DISCONNECTED = 7 };
enum class SubscribeReturncode : uint8_t { QOS0 = 0, QOS1 = 1, QOS2 = 2, FAIL = 0x80 };
struct MessageProperties {
  uint8_t qos;
  bool dup;
  bool retain;
  uint16_t packetId;
};
typedef std::function<void(bool)> OnConnectCallback;
typedef std::function<void(DisconnectReason)> OnDisconnectCallback;
typedef std::function<void(uint16_t, const SubscribeReturncode*, size_t)> OnSubscribeCallback;
typedef std::function<void(uint16_t)> OnPublishCallback;
typedef std::function<void(const MessageProperties&, const char*, const uint8_t*, size_t, size_t, size_t)>
    OnMessageCallback;

}  // namespace espMqttClientTypes

class MqttClient {
 public:
  virtual ~MqttClient();
  bool connected() const { return state_ == State::CONNECTED; }
  bool disconnected() const { return state_ == State::DISCONNECTED; }
  bool connect();
  uint16_t subscribe(const char* topic, uint8_t qos);
  uint16_t publish(const char* topic, uint8_t qos, bool retain, const uint8_t* payload, size_t length);
  uint16_t publish(const char* topic, uint8_t qos, bool retain, const char* payload) {
    return publish(topic, qos, retain, reinterpret_cast<const uint8_t*>(payload), strlen(payload));
  }
  void loop();

 protected:
  enum class State { DISCONNECTED, CONNECTING, CONNECTED };

  std::string host_;
  uint16_t port_ = 0;
  std::string id_;
  std::string user_;
  std::string password_;
  std::string willTopic_;
  std::string will_;
  std::string ca_;
  bool clean_ = true;
  uint16_t keepAlive_ = 15;
  espMqttClientTypes::OnConnectCallback onConnect_;
  espMqttClientTypes::OnDisconnectCallback onDisconnect_;
  espMqttClientTypes::OnSubscribeCallback onSubscribe_;
  espMqttClientTypes::OnPublishCallback onPublish_;
  espMqttClientTypes::OnMessageCallback onMessage_;

 private:
  struct Outgoing {
    std::string topic;
    uint8_t qos;
    bool retain;
    std::string payload;
    uint16_t packet;
  };

  void send();
  void lost();
  static void heard(mosquitto*, void* self, const mosquitto_message* message);

  mosquitto* mosquitto_ = nullptr;
  std::deque<Outgoing> outbox_;
  /** By which number of mosquitto's. */
  std::map<int, uint16_t> sent_;
  uint16_t packet_ = 0;
  State state_ = State::DISCONNECTED;
};

template <typename T>
class MqttClientSetup : public MqttClient {
 public:
  T& setServer(const char* host, uint16_t port) {
    host_ = host;
    port_ = port;
    return self();
  }
  T& setClientId(const char* id) {
    id_ = id;
    return self();
  }
  T& setCredentials(const char* user, const char* password) {
    user_ = user;
    password_ = password;
    return self();
  }
  T& setCleanSession(bool clean) {
    clean_ = clean;
    return self();
  }
  T& setKeepAlive(uint16_t seconds) {
    keepAlive_ = seconds;
    return self();
  }
  T& setWill(const char* topic, uint8_t, bool, const uint8_t* payload, size_t length) {
    willTopic_ = topic;
    will_.assign(reinterpret_cast<const char*>(payload), length);
    return self();
  }
  T& onConnect(espMqttClientTypes::OnConnectCallback callback) {
    onConnect_ = callback;
    return self();
  }
  T& onDisconnect(espMqttClientTypes::OnDisconnectCallback callback) {
    onDisconnect_ = callback;
    return self();
  }
  T& onSubscribe(espMqttClientTypes::OnSubscribeCallback callback) {
    onSubscribe_ = callback;
    return self();
  }
  T& onPublish(espMqttClientTypes::OnPublishCallback callback) {
    onPublish_ = callback;
    return self();
  }
  T& onMessage(espMqttClientTypes::OnMessageCallback callback) {
    onMessage_ = callback;
    return self();
  }

 private:
  T& self() { return static_cast<T&>(*this); }
};

class espMqttClient : public MqttClientSetup<espMqttClient> {
 public:
  explicit espMqttClient(espMqttClientTypes::UseInternalTask) {}
};

class espMqttClientSecure : public MqttClientSetup<espMqttClientSecure> {
 public:
  explicit espMqttClientSecure(espMqttClientTypes::UseInternalTask) {}
  espMqttClientSecure& setCACert(const char* pem) {
    ca_ = pem;
    return *this;
  }
};
