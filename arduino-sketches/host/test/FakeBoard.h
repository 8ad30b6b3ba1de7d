#pragma once

#include <map>
#include <string>
#include <vector>

#include "streamwire/Actuators.h"
#include "streamwire/BoardMemory.h"
#include "streamwire/Frame.h"
#include "streamwire/Pins.h"
#include "streamwire/SerialBoard.h"

/** Pins that only remember. */
class FakePins : public streamwire::Pins {
 public:
  std::map<int, int> level;
  std::map<int, int> rises;

  void begin(uint8_t pin) override { level[pin] = 0; }
  void write(uint8_t pin, bool on) override { set(pin, on ? 255 : 0); }
  void pwm(uint8_t pin, uint8_t value) override { set(pin, value); }
  void beginServo(uint8_t pin) override { level[pin] = RELEASED; }
  void servo(uint8_t pin, int16_t degrees) override { set(pin, degrees); }

  bool allOff() const {
    for (auto& pin : level) {
      if (pin.second != 0 && pin.second != RELEASED) {
        return false;
      }
    }
    return true;
  }

 private:
  void set(int pin, int value) {
    if (level[pin] <= 0 && value > 0) {
      rises[pin]++;
    }
    level[pin] = value;
  }
};

class FakeStorage : public streamwire::Storage {
 public:
  uint8_t bytes[64];
  int writes = 0;

  FakeStorage() {
    for (uint8_t& byte : bytes) {
      byte = 0xFF;
    }
  }
  uint8_t read(uint8_t at) override { return bytes[at]; }
  void write(uint8_t at, uint8_t value) override {
    bytes[at] = value;
    writes++;
  }
};

class Lines : public streamwire::LineSink {
 public:
  std::vector<std::string> said;

  void write(const char* line, uint8_t length) override { said.emplace_back(line, length - 1); }
};

/** A serial board with everything around it, for a given table. */
template <uint8_t COUNT>
struct BoardOf {
  FakePins pins;
  FakeStorage storage;
  Lines lines;
  streamwire::BoardMemory memory;
  streamwire::ActuatorsOf<COUNT> actuators;
  streamwire::SerialBoard board;
  bool stopOpen = false;
  uint32_t now = 0;
  uint16_t number = 0;

  explicit BoardOf(const streamwire::Capabilities& capabilities)
      : memory(storage), actuators(capabilities, pins), board(actuators, memory, lines) {}

  void powerOn(streamwire::SerialBoard::Cause cause = streamwire::SerialBoard::Cause::POWER) {
    board.begin(cause);
  }

  void until(uint32_t time) {
    while (now != time) {
      now++;
      board.tick(stopOpen, now);
    }
  }

  void take(const std::string& bytes) {
    for (char byte : bytes) {
      board.take(static_cast<uint8_t>(byte), now);
    }
  }

  /** Says a command and returns what the board says to it, without CRC; events count as well. */
  std::string say(const std::string& command) { return sayAs(number++, command); }

  std::string sayAs(uint16_t as, const std::string& command) {
    lines.said.clear();
    take(frame(std::to_string(as) + " " + command) + "\n");
    return all();
  }

  std::string all() {
    std::string sum;
    for (auto& line : lines.said) {
      const size_t star = line.find('*');
      sum += (sum.empty() ? "" : "|") + line.substr(0, star);
    }
    lines.said.clear();
    return sum;
  }

  static std::string frame(const std::string& body) {
    Lines one;
    streamwire::FrameWriter writer(one);
    writer.begin('>').text(body.c_str()).end();
    return one.said.empty() ? "" : one.said[0];
  }
};
