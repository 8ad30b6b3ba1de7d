// The board of UnoActuators compiled for this machine, on a pty: the same core, the same lines on
// stdout and the same commands on stdin as avr-board, at a fraction of its cost.
//
//   host-board [--link path] [--eeprom file] [--reset-on-open] [--boot-ms n] [--corrupt rate] [--seed n]

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>

#include "../../UnoActuators/Board.h"
#include "streamwire/Actuators.h"
#include "streamwire/BoardMemory.h"
#include "streamwire/Frame.h"
#include "streamwire/SerialBoard.h"

namespace {

volatile std::sig_atomic_t ended = 0;

void onSignal(int) { ended = 1; }

uint64_t wallUs() {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                   std::chrono::steady_clock::now().time_since_epoch())
                                   .count());
}

struct Options {
  std::string link;
  std::string eeprom;
  bool resetOnOpen = false;
  uint64_t bootMs = 0;
  double corruption = 0;
  uint64_t seed = 1;
};

/** Bytes that are damaged now and then. */
class Line {
 public:
  explicit Line(const Options& options) : corruption(options.corruption), random_(options.seed) {}

  double corruption;

  uint8_t through(uint8_t byte) {
    if (corruption > 0 && std::uniform_real_distribution<double>(0, 1)(random_) < corruption) {
      return static_cast<uint8_t>(byte ^ (1U << random_() % 8));
    }
    return byte;
  }

 private:
  std::mt19937_64 random_;
};

class FileStorage : public streamwire::Storage {
 public:
  explicit FileStorage(const std::string& path) : path_(path) {
    std::memset(bytes_, 0xFF, sizeof bytes_);
    if (std::FILE* const file = path.empty() ? nullptr : std::fopen(path.c_str(), "rb")) {
      if (std::fread(bytes_, 1, sizeof bytes_, file) < sizeof bytes_) {
        std::memset(bytes_, 0xFF, sizeof bytes_);
      }
      std::fclose(file);
    }
  }

  uint8_t read(uint8_t at) override { return bytes_[at]; }

  void write(uint8_t at, uint8_t value) override {
    bytes_[at] = value;
    if (std::FILE* const file = path_.empty() ? nullptr : std::fopen(path_.c_str(), "wb")) {
      std::fwrite(bytes_, 1, sizeof bytes_, file);
      std::fclose(file);
    }
  }

 private:
  const std::string path_;
  uint8_t bytes_[streamwire::BoardMemory::SIZE];
};

/** The board between two resets. */
class Board : private streamwire::Pins, private streamwire::LineSink {
 public:
  Board(FileStorage& storage, Line& line, const int& port, const bool& opened, streamwire::SerialBoard::Cause cause)
      : startedUs_(wallUs()),
        line_(line),
        port_(port),
        opened_(opened),
        memory_(storage),
        actuators_(CAPABILITIES, *this),
        board_(actuators_, memory_, *this) {
    board_.begin(cause);
  }

  uint32_t now() const { return static_cast<uint32_t>((wallUs() - startedUs_) / 1000); }
  void tick(bool stopOpen) { board_.tick(stopOpen, now()); }
  void take(uint8_t byte) { board_.take(byte, now()); }
  bool moves() const { return actuators_.anyOn(); }

  void say(const std::string& what) {
    std::printf("%llu %llu %s\n", static_cast<unsigned long long>(wallUs()),
                static_cast<unsigned long long>(wallUs() - startedUs_), what.c_str());
    std::fflush(stdout);
  }

  /** The outputs lose their power, and whoever looks at them sees it. */
  void powerOff() {
    for (int pin = 0; pin < PINS; pin++) {
      if (level_[pin] > 0) {
        said(pin, 0);
      }
    }
  }

 private:
  static const int PINS = 20;

  void begin(uint8_t) override {}
  void write(uint8_t pin, bool on) override { changed("PIN", pin, on ? 1 : 0); }
  void pwm(uint8_t pin, uint8_t level) override { changed("PWM", pin, level); }
  void beginServo(uint8_t) override {}
  void servo(uint8_t pin, int16_t degrees) override {
    changed("SERVO", pin, degrees == RELEASED ? 0 : (1088 + (4800 - 1088) * degrees / 180) / 2);
  }

  void changed(const char* kind, int pin, int level) {
    kind_[pin] = kind;
    said(pin, level);
  }

  void said(int pin, int level) {
    level_[pin] = level;
    say(std::string(kind_[pin]) + " " + std::to_string(pin) + " " + std::to_string(level));
  }

  void write(const char* line, uint8_t length) override {
    uint8_t bytes[64];
    for (uint8_t i = 0; i < length; i++) {
      bytes[i] = line_.through(static_cast<uint8_t>(line[i]));
    }
    // A host that does not read loses what does not fit, as with a real port.
    if (opened_ && ::write(port_, bytes, length) < 0 && errno != EAGAIN && errno != EIO) {
      std::perror("host-board");
    }
  }

  const uint64_t startedUs_;
  Line& line_;
  const int& port_;
  const bool& opened_;
  int level_[PINS] = {};
  const char* kind_[PINS] = {};
  streamwire::BoardMemory memory_;
  streamwire::ActuatorsOf<CHANNEL_COUNT> actuators_;
  streamwire::SerialBoard board_;
};

/** The board with its plug, its reset button and its faults. */
class Bench {
 public:
  explicit Bench(const Options& options) : options_(options), line_(options), storage_(options.eeprom) {}

  int run() {
    plug();
    start(streamwire::SerialBoard::Cause::POWER);
    while (ended == 0) {
      step();
    }
    if (!options_.link.empty()) {
      unlink(options_.link.c_str());
    }
    return 0;
  }

 private:
  /** How long the watchdog of an AVR takes, ms. */
  static const uint64_t WATCHDOG_MS = 250;

  void start(streamwire::SerialBoard::Cause cause) {
    hungUntilUs_ = 0;
    board_.reset(new Board(storage_, line_, port_, opened_, cause));
  }

  void reset(streamwire::SerialBoard::Cause cause) {
    board_->powerOff();
    board_->say("RESET");
    start(cause);
  }

  void step() {
    const bool deaf = hungUntilUs_ > 0 || wallUs() < loaderUntilUs_;
    if (hungUntilUs_ > 0 && wallUs() >= hungUntilUs_) {
      reset(streamwire::SerialBoard::Cause::WATCHDOG);
    }
    if (!deaf) {
      board_->tick(stopOpen_);
    }
    struct pollfd files[2] = {{STDIN_FILENO, POLLIN, 0}, {port_, POLLIN, 0}};
    // A pty that nobody has opened says so at once, again and again.
    const bool waiting = !opened_ && port_ >= 0;
    const int timeout = board_->moves() || deaf ? 1 : 5;
    if (waiting) {
      usleep(1000);
    }
    poll(files, 2, waiting ? 0 : timeout);
    if (files[0].revents != 0) {
      readCommands();
    }
    if (port_ < 0 || files[1].fd != port_) {
      return;
    }
    const bool hungUp = (files[1].revents & POLLHUP) != 0;
    if (!opened_ && !hungUp) {
      opened_ = true;
      board_->say("OPEN");
      if (options_.resetOnOpen) {
        reset(streamwire::SerialBoard::Cause::PIN);
        loaderUntilUs_ = wallUs() + options_.bootMs * 1000;
      }
    } else if (opened_ && hungUp) {
      opened_ = false;
      board_->say("CLOSE");
    }
    if ((files[1].revents & POLLIN) != 0) {
      uint8_t bytes[256];
      const ssize_t count = read(port_, bytes, sizeof bytes);
      for (ssize_t i = 0; i < count && !deaf; i++) {
        board_->take(line_.through(bytes[i]));
      }
    }
  }

  void plug() {
    int slave;
    char name[64];
    struct termios raw;
    if (port_ >= 0 || openpty(&port_, &slave, name, nullptr, nullptr) != 0) {
      return;
    }
    tcgetattr(slave, &raw);
    cfmakeraw(&raw);
    tcsetattr(slave, TCSANOW, &raw);
    close(slave);
    fcntl(port_, F_SETFL, O_NONBLOCK);
    opened_ = false;
    if (!options_.link.empty()) {
      unlink(options_.link.c_str());
      if (symlink(name, options_.link.c_str()) != 0) {
        std::perror(options_.link.c_str());
        std::exit(2);
      }
    }
    std::printf("%llu 0 READY %s\n", static_cast<unsigned long long>(wallUs()),
                options_.link.empty() ? name : options_.link.c_str());
    std::fflush(stdout);
  }

  void unplug() {
    if (port_ < 0) {
      return;
    }
    if (!options_.link.empty()) {
      unlink(options_.link.c_str());
    }
    close(port_);
    port_ = -1;
    opened_ = false;
    board_->say("UNPLUGGED");
  }

  void obey(const std::string& command) {
    int pin;
    int value;
    double rate;
    if (std::sscanf(command.c_str(), "in %d %d", &pin, &value) == 2) {
      stopOpen_ = pin == STOP_PIN ? value != 0 : stopOpen_;
    } else if (std::sscanf(command.c_str(), "corrupt %lf", &rate) == 1) {
      line_.corruption = rate;
    } else if (command == "reset") {
      reset(streamwire::SerialBoard::Cause::PIN);
    } else if (command == "hang") {
      hungUntilUs_ = wallUs() + WATCHDOG_MS * 1000;
    } else if (command == "unplug") {
      unplug();
    } else if (command == "plug") {
      plug();
    } else if (command == "quit") {
      ended = 1;
    } else {
      std::fprintf(stderr, "host-board: what is '%s'?\n", command.c_str());
    }
  }

  void readCommands() {
    char bytes[128];
    const ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
    if (count <= 0) {
      ended = 1;  // whoever started it is gone
    }
    for (ssize_t i = 0; i < count; i++) {
      if (bytes[i] == '\n') {
        obey(command_);
        command_.clear();
      } else {
        command_ += bytes[i];
      }
    }
  }

  const Options options_;
  Line line_;
  FileStorage storage_;
  int port_ = -1;
  bool opened_ = false;
  bool stopOpen_ = false;
  uint64_t loaderUntilUs_ = 0;
  uint64_t hungUntilUs_ = 0;
  std::string command_;
  std::unique_ptr<Board> board_;
};

}  // namespace

int main(int count, char** words) {
  Options options;
  for (int i = 1; i < count; i++) {
    const std::string name = words[i];
    if (name == "--reset-on-open") {
      options.resetOnOpen = true;
      continue;
    }
    const std::string value = i + 1 < count ? words[++i] : "";
    if (name == "--link") {
      options.link = value;
    } else if (name == "--eeprom") {
      options.eeprom = value;
    } else if (name == "--boot-ms") {
      options.bootMs = std::strtoull(value.c_str(), nullptr, 10);
    } else if (name == "--corrupt") {
      options.corruption = std::strtod(value.c_str(), nullptr);
    } else if (name == "--seed") {
      options.seed = std::strtoull(value.c_str(), nullptr, 10);
    } else {
      std::fprintf(stderr,
                   "host-board [--link path] [--eeprom file] [--reset-on-open] [--boot-ms n] [--corrupt rate] [--seed n]\n");
      return 2;
    }
  }
  std::signal(SIGTERM, onSignal);
  std::signal(SIGINT, onSignal);
  std::signal(SIGPIPE, SIG_IGN);
  return Bench(options).run();
}
