// The sketch Esp32Actuators as a program of this machine: pins on stdout, inputs on stdin, flash in
// files, MQTT over libmosquitto. It tests the sketch; not the radio, nor the MQTT library of the ESP32.
//
//   STREAMWIRE_FLASH=directory esp32-board
//
// Lines on stdin: in pin 0|1, serial text, hang, reset, quit; panic (a restart that leaves the pins as they are);
// lose-power (when an update would come into effect); hang-next ms (whatever starts next has run for so long when it hangs at its first use of flash).
// Lines on stdout as of avr-board, and SERIAL text, FLASH name (it was written).

#include <Arduino.h>
#include <Ed25519.h>
#include <HTTPClient.h>
#include <Preferences.h>
#include <Update.h>
#include <WiFi.h>
#include <driver/gpio.h>
#include <espMqttClient.h>
#include <esp_ota_ops.h>
#include <esp_rom_gpio.h>
#include <esp_timer.h>
#include <soc/gpio_sig_map.h>

#include <fcntl.h>
#include <mosquitto.h>
#include <netdb.h>
#include <openssl/evp.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <mutex>
#include <random>
#include <sstream>
#include <thread>
#include <vector>

void setup();
void loop();

HostSerial Serial;
HostChip ESP;
HostWifi WiFi;
HostUpdate Update;

namespace {

const int PINS = 64;
char** startWords;
std::string serialInput;
int inputs[PINS];
int levels[PINS];
/** What a pin puts out when it has no channel, and whether the core knows it as an output. */
int outputs[PINS];
bool known[PINS];
/** From 1; 0 is none. */
int channels[PINS];
/** Two groups of four; a channel is bound to one. */
uint32_t timers[8];
std::mutex printing;
bool hangs = false;
bool hangsInFlash = false;
bool losesPower = false;
volatile std::sig_atomic_t ended = 0;

int64_t wallUs() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

int64_t startedUs = wallUs();

void say(const std::string& what) {
  std::lock_guard<std::mutex> lock(printing);
  std::printf("%lld %lld %s\n", static_cast<long long>(wallUs()), static_cast<long long>(wallUs() - startedUs),
              what.c_str());
  std::fflush(stdout);
}

void changed(const char* kind, uint8_t pin, int level) {
  if (levels[pin] != level) {
    levels[pin] = level;
    say(std::string(kind) + " " + std::to_string(pin) + " " + std::to_string(level));
  }
}

std::string flashPath(const std::string& name) {
  const char* const directory = getenv("STREAMWIRE_FLASH");
  return (directory == nullptr ? std::string(".") : std::string(directory)) + "/" + name;
}

uint32_t& timerOf(int channel) { return timers[(channel - 1) / 8 * 4 + (channel - 1) / 2 % 4]; }

const char* kindOf(int pin) { return channels[pin] == 0 ? "PIN" : timerOf(channels[pin]) == 50 ? "SERVO" : "PWM"; }

void leaveChannel(int pin) {
  channels[pin] = 0;
  changed("PIN", static_cast<uint8_t>(pin), outputs[pin]);
}

/** Pins and channels go on over a restart, as those of the chip do. */
const char PINS_BEFORE[] = "STREAMWIRE_PINS";

void keepPins() {
  std::string text;
  for (int pin = 0; pin < PINS; pin++) {
    text += std::to_string(levels[pin]) + " " + std::to_string(outputs[pin]) + " " + std::to_string(channels[pin]) + " " +
            std::to_string(channels[pin] == 0 ? 0 : timerOf(channels[pin])) + " ";
  }
  setenv(PINS_BEFORE, text.c_str(), 1);
}

void findPins() {
  const char* const text = getenv(PINS_BEFORE);
  std::istringstream before(text == nullptr ? "" : text);
  uint32_t hertz;
  for (int pin = 0; before && pin < PINS; pin++) {
    before >> levels[pin] >> outputs[pin] >> channels[pin] >> hertz;
    if (channels[pin] > 0) {
      timerOf(channels[pin]) = hertz;
    }
  }
}

/** The program begins anew: the new firmware, if there is one. */
[[noreturn]] void startAnew(const std::string& program) {
  say("RESET");
  keepPins();
  for (int file = 3; file < 256; file++) {
    close(file);
  }
  execv(program.c_str(), startWords);
  std::perror(program.c_str());
  _exit(3);
}

std::string self() {
  char path[4096];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  path[length > 0 ? length : 0] = 0;
  return path;
}

const char ON_TRIAL[] = "STREAMWIRE_ON_TRIAL";
const char HANGS[] = "STREAMWIRE_HANGS";

/** As the boot loader chooses: a new firmware once, then only if it was called good, else the one before. */
std::string nextProgram() {
  if (const char* const found = getenv(ON_TRIAL)) {
    const std::string before = found;
    unsetenv(ON_TRIAL);
    return before;
  }
  const std::string next = flashPath("next-image");
  if (access(next.c_str(), X_OK) != 0) {
    return self();
  }
  const std::string running = flashPath("image");
  rename(next.c_str(), running.c_str());
  setenv(ON_TRIAL, self().c_str(), 1);
  return running;
}

void findHang() {
  if (const char* const found = getenv(HANGS)) {
    startedUs -= std::atoll(found) * 1000;
    hangsInFlash = true;
    unsetenv(HANGS);
  }
}

void obey(const std::string& command) {
  int pin;
  int value;
  if (std::sscanf(command.c_str(), "in %d %d", &pin, &value) == 2 && pin >= 0 && pin < PINS) {
    inputs[pin] = value;
  } else if (command.compare(0, 7, "serial ") == 0) {
    serialInput += command.substr(7) + "\n";
  } else if (command == "hang") {
    hangs = true;
  } else if (command == "reset") {
    for (int pin = 0; pin < PINS; pin++) {
      changed(kindOf(pin), static_cast<uint8_t>(pin), 0);
      outputs[pin] = channels[pin] = 0;
    }
    startAnew(nextProgram());
  } else if (command == "lose-power") {
    losesPower = true;
  } else if (command == "panic") {
    startAnew(nextProgram());
  } else if (command.compare(0, 10, "hang-next ") == 0) {
    setenv(HANGS, command.c_str() + 10, 1);
  } else if (command == "quit") {
    ended = 1;
  } else {
    std::fprintf(stderr, "esp32-board: what is '%s'?\n", command.c_str());
  }
}

void readCommands() {
  static std::string line;
  struct pollfd input = {STDIN_FILENO, POLLIN, 0};
  while (poll(&input, 1, 0) > 0 && ended == 0) {
    char bytes[256];
    const ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
    if (count <= 0) {
      ended = 1;
    }
    for (ssize_t i = 0; i < count; i++) {
      if (bytes[i] == '\n') {
        obey(line);
        line.clear();
      } else {
        line += bytes[i];
      }
    }
  }
}

}  // namespace

void pinMode(uint8_t pin, uint8_t) {
  known[pin] = true;
  leaveChannel(pin);
}

/** As core 3 does: not for a pin that is no output, or has a channel. */
void digitalWrite(uint8_t pin, uint8_t value) {
  if (known[pin]) {
    gpio_set_level(pin, value);
  }
}

int gpio_set_level(gpio_num_t pin, uint32_t level) {
  outputs[pin] = static_cast<int>(level);
  if (channels[pin] == 0) {
    changed("PIN", static_cast<uint8_t>(pin), outputs[pin]);
  }
  return 0;
}

void esp_rom_gpio_connect_out_signal(uint32_t pin, uint32_t, bool, bool) { leaveChannel(static_cast<int>(pin)); }

int digitalRead(uint8_t pin) { return inputs[pin]; }

/** Whoever sets a timer sets it for every channel of it. */
bool ledcAttachChannel(uint8_t pin, uint32_t hertz, uint8_t, uint8_t channel) {
  if (channel >= 16) {
    return false;
  }
  known[pin] = false;
  channels[pin] = channel + 1;
  timerOf(channels[pin]) = hertz;
  return true;
}

bool ledcWrite(uint8_t pin, uint32_t duty) {
  if (channels[pin] == 0) {
    return false;
  }
  const bool servo = timerOf(channels[pin]) == 50;
  changed(kindOf(pin), pin, static_cast<int>(servo ? (duty * 20000 + (1U << 13)) >> 14 : duty));
  return true;
}

bool ledcDetach(uint8_t pin) {
  leaveChannel(pin);
  return true;
}

uint32_t millis() { return static_cast<uint32_t>(esp_timer_get_time() / 1000); }

uint32_t esp_random() {
  static std::random_device random;
  return random();
}

long random(long end) { return static_cast<long>(esp_random() % static_cast<unsigned long>(end)); }

size_t shim_strlcpy(char* to, const char* from, size_t size) {
  std::snprintf(to, size, "%s", from);
  return std::strlen(from);
}

int HostSerial::available() { return static_cast<int>(serialInput.size()); }

int HostSerial::read() {
  const int first = serialInput.empty() ? -1 : static_cast<unsigned char>(serialInput[0]);
  serialInput.erase(0, 1);
  return first;
}

void HostSerial::println(const char* line) { say(std::string("SERIAL ") + line); }

void HostSerial::printf(const char* format, ...) {
  char line[512];
  va_list rest;
  va_start(rest, format);
  std::vsnprintf(line, sizeof line, format, rest);
  va_end(rest);
  line[std::strcspn(line, "\n")] = 0;
  println(line);
}

void HostChip::restart() { startAnew(nextProgram()); }

// --- flash

bool Preferences::begin(const char* name, bool) {
  while (hangsInFlash) {
    pause();
  }
  path_ = flashPath(name);
  values_.clear();
  std::ifstream file(path_);
  std::string key;
  size_t length;
  while (file >> key >> length) {
    file.get();
    std::string value(length, 0);
    file.read(&value[0], static_cast<std::streamsize>(length));
    values_[key] = value;
  }
  return true;
}

void Preferences::store() {
  say("FLASH " + path_.substr(path_.rfind('/') + 1));
  std::ofstream file(path_ + ".new");
  for (auto& entry : values_) {
    file << entry.first << " " << entry.second.size() << " " << entry.second << "\n";
  }
  file.close();
  rename((path_ + ".new").c_str(), path_.c_str());
}

bool Preferences::isKey(const char* key) { return values_.count(key) > 0; }

size_t Preferences::getString(const char* key, char* text, size_t size) {
  if (values_[key].size() >= size) {
    return 0;
  }
  std::strcpy(text, values_[key].c_str());
  return values_[key].size() + 1;
}

uint16_t Preferences::getUShort(const char* key, uint16_t otherwise) {
  return isKey(key) ? static_cast<uint16_t>(std::stoul(values_[key])) : otherwise;
}

bool Preferences::getBool(const char* key, bool otherwise) { return isKey(key) ? values_[key] == "1" : otherwise; }

int64_t Preferences::getLong64(const char* key, int64_t otherwise) {
  return isKey(key) ? std::stoll(values_[key]) : otherwise;
}

size_t Preferences::putString(const char* key, const char* text) {
  values_[key] = text;
  store();
  return std::strlen(text);
}

size_t Preferences::putUShort(const char* key, uint16_t value) { return putString(key, std::to_string(value).c_str()); }
size_t Preferences::putBool(const char* key, bool value) { return putString(key, value ? "1" : "0"); }
size_t Preferences::putLong64(const char* key, int64_t value) { return putString(key, std::to_string(value).c_str()); }

bool Preferences::remove(const char* key) {
  const bool was = values_.erase(key) > 0;
  store();
  return was;
}

bool Preferences::clear() {
  values_.clear();
  store();
  return true;
}

// --- time

int64_t esp_timer_get_time() { return wallUs() - startedUs; }

int esp_timer_create(const esp_timer_create_args_t* arguments, esp_timer_handle_t* handle) {
  *handle = new esp_timer_create_args_t(*arguments);
  return 0;
}

int esp_timer_start_periodic(esp_timer_handle_t handle, uint64_t us) {
  std::thread([handle, us] {
    while (true) {
      std::this_thread::sleep_for(std::chrono::microseconds(us));
      handle->callback(handle->arg);
    }
  }).detach();
  return 0;
}

// --- firmware

bool HostUpdate::begin(size_t size) {
  file_ = std::fopen(flashPath("next-image.part").c_str(), "wb");
  left_ = size;
  return file_ != nullptr;
}

size_t HostUpdate::write(const uint8_t* bytes, size_t length) {
  left_ -= std::min(left_, length);
  return std::fwrite(bytes, 1, length, file_);
}

bool HostUpdate::end() {
  if (losesPower) {
    obey("reset");
  }
  std::fclose(file_);
  file_ = nullptr;
  const std::string path = flashPath("next-image");
  return left_ == 0 && rename((path + ".part").c_str(), path.c_str()) == 0 && chmod(path.c_str(), 0700) == 0;
}

void HostUpdate::abort() {
  if (file_ != nullptr) {
    std::fclose(file_);
    file_ = nullptr;
    unlink(flashPath("next-image.part").c_str());
  }
}

const esp_partition_t* esp_ota_get_running_partition() { return nullptr; }

esp_err_t esp_ota_get_state_partition(const esp_partition_t*, esp_ota_img_states_t* state) {
  *state = getenv(ON_TRIAL) == nullptr ? ESP_OTA_IMG_VALID : ESP_OTA_IMG_PENDING_VERIFY;
  return ESP_OK;
}

esp_err_t esp_ota_mark_app_valid_cancel_rollback() { return unsetenv(ON_TRIAL); }

bool Ed25519::verify(const uint8_t signature[64], const uint8_t publicKey[32], const void* message, size_t length) {
  EVP_PKEY* const key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, publicKey, 32);
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  const bool right = key != nullptr && EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key) == 1 &&
                     EVP_DigestVerify(context, signature, 64, static_cast<const unsigned char*>(message), length) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return right;
}

// --- HTTP

bool WiFiClient::open(const char* host, const char* port, int timeoutMs) {
  stop();
  struct addrinfo* found = nullptr;
  struct addrinfo wanted = {};
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host, port, &wanted, &found) != 0) {
    return false;
  }
  socket_ = socket(AF_INET, SOCK_STREAM, 0);
  const struct timeval patience = {timeoutMs / 1000, timeoutMs % 1000 * 1000};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const bool open = ::connect(socket_, found->ai_addr, found->ai_addrlen) == 0;
  freeaddrinfo(found);
  return open;
}

bool WiFiClient::send(const char* text) {
  return ::send(socket_, text, std::strlen(text), MSG_NOSIGNAL) == static_cast<ssize_t>(std::strlen(text));
}

int WiFiClient::available() {
  int count = 0;
  return socket_ >= 0 && ioctl(socket_, FIONREAD, &count) == 0 ? count : 0;
}

int WiFiClient::read(uint8_t* bytes, size_t length) { return static_cast<int>(::recv(socket_, bytes, length, 0)); }

void WiFiClient::stop() {
  if (socket_ >= 0) {
    close(socket_);
    socket_ = -1;
  }
}

bool HTTPClient::begin(WiFiClient& client, const char* url) {
  client_ = &client;
  size_ = -1;
  headers_.clear();
  const std::string text = url;
  if (text.compare(0, 7, "http://") != 0) {
    return false;
  }
  const size_t slash = text.find('/', 7);
  const std::string authority = text.substr(7, slash - 7);
  const size_t colon = authority.find(':');
  host_ = authority.substr(0, colon);
  port_ = colon == std::string::npos ? "80" : authority.substr(colon + 1);
  path_ = slash == std::string::npos ? "/" : text.substr(slash);
  return true;
}

void HTTPClient::addHeader(const char* name, const char* value) {
  headers_ += std::string(name) + ": " + value + "\r\n";
}

int HTTPClient::GET() {
  const std::string request = "GET " + path_ + " HTTP/1.0\r\nHost: " + host_ + "\r\n" + headers_ + "\r\n";
  if (!client_->open(host_.c_str(), port_.c_str(), timeoutMs_) || !client_->send(request.c_str())) {
    return -1;
  }
  std::string head;
  uint8_t byte;
  while (head.find("\r\n\r\n") == std::string::npos && client_->read(&byte, 1) == 1) {
    head += static_cast<char>(byte);
  }
  std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return static_cast<char>(tolower(c)); });
  const size_t length = head.find("content-length:");
  size_ = length == std::string::npos ? -1 : std::atoi(head.c_str() + length + 15);
  return head.size() > 12 ? std::atoi(head.c_str() + 9) : -1;
}

void HTTPClient::end() {
  if (client_ != nullptr) {
    client_->stop();
  }
}

// --- MQTT

MqttClient::~MqttClient() {
  if (mosquitto_ != nullptr) {
    mosquitto_destroy(mosquitto_);
  }
}

bool MqttClient::connect() {
  if (mosquitto_ != nullptr) {
    mosquitto_destroy(mosquitto_);
  }
  mosquitto_ = mosquitto_new(id_.c_str(), clean_, this);
  mosquitto_username_pw_set(mosquitto_, user_.c_str(), password_.c_str());
  if (!willTopic_.empty()) {
    mosquitto_will_set(mosquitto_, willTopic_.c_str(), static_cast<int>(will_.size()), will_.data(), 1, true);
  }
  if (!ca_.empty()) {
    const std::string path = flashPath("ca.pem");
    std::ofstream(path) << ca_;
    mosquitto_tls_set(mosquitto_, path.c_str(), nullptr, nullptr, nullptr, nullptr);
  }
  mosquitto_connect_callback_set(mosquitto_, [](mosquitto*, void* self, int code) {
    MqttClient* const client = static_cast<MqttClient*>(self);
    if (code == 0) {
      client->state_ = State::CONNECTED;
      client->onConnect_(false);
    }
  });
  mosquitto_subscribe_callback_set(mosquitto_, [](mosquitto*, void* self, int packet, int, const int*) {
    const espMqttClientTypes::SubscribeReturncode code = espMqttClientTypes::SubscribeReturncode::QOS1;
    MqttClient* const client = static_cast<MqttClient*>(self);
    if (client->onSubscribe_) {
      client->onSubscribe_(static_cast<uint16_t>(packet), &code, 1);
    }
  });
  mosquitto_publish_callback_set(mosquitto_, [](mosquitto*, void* self, int packet) {
    MqttClient* const client = static_cast<MqttClient*>(self);
    const auto sent = client->sent_.find(packet);
    if (client->onPublish_ && sent != client->sent_.end()) {
      const uint16_t taken = sent->second;
      client->sent_.erase(sent);
      client->onPublish_(taken);
    }
  });
  mosquitto_message_callback_set(mosquitto_, &MqttClient::heard);
  outbox_.clear();
  sent_.clear();
  state_ = State::CONNECTING;
  if (mosquitto_connect(mosquitto_, host_.c_str(), port_, keepAlive_) != MOSQ_ERR_SUCCESS) {
    lost();
    return false;
  }
  return true;
}

/** In pieces, cut anywhere, as the library does when a message lies across two reads. */
void MqttClient::heard(mosquitto*, void* self, const mosquitto_message* message) {
  espMqttClientTypes::MessageProperties properties = {static_cast<uint8_t>(message->qos), false, message->retain,
                                                      static_cast<uint16_t>(message->mid)};
  const uint8_t* const payload = static_cast<const uint8_t*>(message->payload);
  const size_t total = static_cast<size_t>(message->payloadlen);
  size_t index = 0;
  do {
    const size_t rest = total - index;
    // The first piece of several bytes is never the whole.
    const size_t length = rest < 2 ? rest : 1 + esp_random() % (index == 0 ? rest - 1 : rest);
    const std::vector<uint8_t> piece(payload + index, payload + index + length);
    static_cast<MqttClient*>(self)->onMessage_(properties, message->topic, piece.data(), length, index, total);
    index += length;
  } while (index < total);
}

uint16_t MqttClient::subscribe(const char* topic, uint8_t qos) {
  int packet = 0;
  return mosquitto_subscribe(mosquitto_, &packet, topic, qos) == MOSQ_ERR_SUCCESS ? static_cast<uint16_t>(packet) : 0;
}

/** Only takes it in: loop() sends it. */
uint16_t MqttClient::publish(const char* topic, uint8_t qos, bool retain, const uint8_t* payload, size_t length) {
  if (state_ != State::CONNECTED) {
    return 0;
  }
  packet_ = static_cast<uint16_t>(packet_ == UINT16_MAX ? 1 : packet_ + 1);
  outbox_.push_back({topic, qos, retain, std::string(reinterpret_cast<const char*>(payload), length), packet_});
  return packet_;
}

void MqttClient::send() {
  for (; state_ == State::CONNECTED && !outbox_.empty(); outbox_.pop_front()) {
    const Outgoing& next = outbox_.front();
    int packet = 0;
    mosquitto_publish(mosquitto_, &packet, next.topic.c_str(), static_cast<int>(next.payload.size()),
                      next.payload.data(), next.qos, next.retain);
    if (next.qos > 0) {
      sent_[packet] = next.packet;
    }
  }
}

void MqttClient::loop() {
  send();
  if (state_ != State::DISCONNECTED && mosquitto_loop(mosquitto_, 0, 1) != MOSQ_ERR_SUCCESS) {
    lost();
  }
}

void MqttClient::lost() {
  state_ = State::DISCONNECTED;
  onDisconnect_(espMqttClientTypes::DisconnectReason::TCP_DISCONNECTED);
}

int main(int, char** words) {
  startWords = words;
  std::signal(SIGTERM, [](int) { ended = 1; });
  std::signal(SIGINT, [](int) { ended = 1; });
  std::signal(SIGPIPE, SIG_IGN);
  mosquitto_lib_init();
  findPins();
  findHang();
  setup();
  say("READY");
  while (ended == 0) {
    readCommands();
    if (!hangs) {
      loop();
    }
    usleep(200);
  }
  _exit(0);  // as when the power goes
}
