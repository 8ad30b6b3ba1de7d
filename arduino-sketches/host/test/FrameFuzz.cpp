// Random and mutated bytes against the whole serial board: nothing may move but by a line with a
// right CRC, nothing longer than its limit, and everything is off after the silence.
//
//   FrameFuzz seed seconds

#include <chrono>
#include <random>

#include "../../UnoActuators/Board.h"
#include "Check.h"
#include "FakeBoard.h"
#include "streamwire/Crc16.h"
#include "streamwire/Json.h"

namespace {

struct Fuzz {
  std::mt19937_64 random;
  uint64_t bytes = 0;
  uint64_t frames = 0;
  uint64_t moves = 0;
  uint64_t texts = 0;

  uint32_t below(uint32_t end) { return static_cast<uint32_t>(random() % end); }

  std::string body() {
    static const char* const VERBS[] = {"HELLO", "ARM", "DO", "DID", "STOP", "CLEAR", "PING", "LIM", "RNG", "CAPS", "UUID", "X"};
    std::string text = std::to_string(below(4) == 0 ? below(70000) : below(40)) + " " + VERBS[below(12)];
    if (below(3) == 0) {
      return text.substr(0, text.find(' ')) + " DO " + std::to_string(below(7)) + " " + std::to_string(below(6000)) +
             (below(2) == 0 ? "" : " " + std::to_string(below(6000)));
    }
    for (uint32_t words = below(5); words > 0; words--) {
      text += " ";
      switch (below(5)) {
        case 0:
          text += std::to_string(static_cast<int32_t>(random()));
          break;
        case 1:
          text += std::to_string(below(8));
          break;
        case 2:
          text += std::to_string(below(6000));
          break;
        case 3:
          text += "5f3a9c";
          break;
        default:
          text += static_cast<char>(' ' + below(95));
          break;
      }
    }
    return text;
  }

  static std::string hello() {
    return BoardOf<1>::frame("100 HELLO ab") + "\n" + BoardOf<1>::frame("101 CLEAR") + "\n" +
           BoardOf<1>::frame("102 ARM 60000") + "\n";
  }

  std::string line() {
    std::string text = BoardOf<1>::frame(body()) + "\n";
    switch (below(8)) {
      case 0:
        text[below(static_cast<uint32_t>(text.size()))] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(below(static_cast<uint32_t>(text.size())), 1 + below(6));
        break;
      case 2:
        text.insert(below(static_cast<uint32_t>(text.size())), 1, static_cast<char>(below(256)));
        break;
      case 3:
        text += text;
        break;
      case 4: {
        text.clear();
        for (uint32_t count = below(90); count > 0; count--) {
          text += static_cast<char>(below(256));
        }
        break;
      }
      default:
        break;
    }
    return text;
  }
};

/** Says whether a text has a line in it that may move something, read in another way than the core does. */
bool hasFrame(const std::string& stream) {
  for (size_t at = stream.find('>'); at != std::string::npos; at = stream.find('>', at + 1)) {
    const size_t star = stream.find('*', at);
    if (star == std::string::npos || star + 5 >= stream.size()) {
      continue;
    }
    const std::string body = stream.substr(at + 1, star - at - 1);
    if (body.size() > 53 || body.empty()) {
      continue;
    }
    char crc[5];
    std::snprintf(crc, sizeof crc, "%04X", streamwire::Crc16::of(body.data(), static_cast<uint8_t>(body.size())));
    const char next = stream[star + 5];
    if (stream.compare(star + 1, 4, crc) == 0 && (next == '\n' || next == '\r') && body.find(" DO ") != std::string::npos) {
      return true;
    }
  }
  return false;
}

/** Says whether the pins do what the runs say: of what is off only a servo moves, for 600 ms, to where it rests. */
bool pinsAreRight(BoardOf<CHANNEL_COUNT>& board) {
  for (uint8_t i = 0; i < CHANNEL_COUNT; i++) {
    const streamwire::Actuators::Run& run = board.actuators.run(i);
    const int level = board.pins.level[CHANNELS[i].pin];
    bool shared = false;
    for (uint8_t other = 0; other < CHANNEL_COUNT; other++) {
      shared = shared || (CHANNELS[other].pin == CHANNELS[i].pin && board.actuators.run(other).on());
    }
    switch (CHANNELS[i].kind) {
      case streamwire::Kind::SERVO: {
        const bool returns = run.ran && run.end == streamwire::End::DONE && board.now - run.until < 600;
        if (run.on() ? level != run.values[0] : level != FakePins::RELEASED && !(returns && level == CHANNELS[i].tuning)) {
          return false;
        }
        break;
      }
      case streamwire::Kind::RELAY:
        if (run.on() ? level != 255 : !shared && level != 0) {
          return false;
        }
        break;
      default:
        if (!run.on() && !shared && level != 0) {
          return false;
        }
        break;
    }
  }
  return true;
}

int fail(const char* what, uint64_t seed, const std::string& input) {
  std::printf("FAILED %s, seed %llu, after: ", what, static_cast<unsigned long long>(seed));
  for (char byte : input) {
    std::printf(byte >= ' ' && byte <= '~' ? "%c" : "~%02x", static_cast<unsigned char>(byte));
  }
  std::printf("\n");
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  const uint64_t seed = count > 1 ? std::stoull(arguments[1]) : 1;
  const double seconds = count > 2 ? std::stod(arguments[2]) : 3;
  Fuzz fuzz;
  fuzz.random.seed(seed);
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < seconds) {
    BoardOf<CHANNEL_COUNT> board(CAPABILITIES);
    board.powerOn();
    std::string tail;
    uint32_t onSince[CHANNEL_COUNT] = {};
    for (int step = 0; step < 400; step++) {
      const std::string line = fuzz.below(20) == 0 ? fuzz.hello()
                                                   : fuzz.line();
      bool wasOn[CHANNEL_COUNT];
      for (uint8_t i = 0; i < CHANNEL_COUNT; i++) {
        wasOn[i] = board.actuators.run(i).on();
      }
      board.lines.said.clear();
      board.take(line);
      fuzz.bytes += line.size();
      fuzz.frames += board.lines.said.size();
      // What moves something ends in this piece; it may have begun up to a line before.
      tail = tail.substr(tail.size() > 60 ? tail.size() - 60 : 0) + line;
      for (auto& said : board.lines.said) {
        if (said.size() > 59) {
          return fail("a line is too long", seed, tail);
        }
      }
      for (uint8_t i = 0; i < CHANNEL_COUNT; i++) {
        if (board.actuators.run(i).on() && (!wasOn[i] || board.actuators.run(i).since == board.now)) {
          fuzz.moves++;
          onSince[i] = board.now;
          if (!hasFrame(tail)) {
            return fail("something moved without a line", seed, tail);
          }
        }
      }
      if (!pinsAreRight(board)) {
        return fail("a pin is not as its run", seed, tail);
      }
      if (board.actuators.run(1).on() && board.actuators.run(2).on()) {
        return fail("both of an interlock group are on", seed, tail);
      }
      if (board.memory.latched() && board.actuators.anyOn()) {
        return fail("something is on while stopped", seed, tail);
      }
      board.stopOpen = fuzz.below(60) == 0;
      board.until(board.now + fuzz.below(fuzz.below(30) == 0 ? 3000 : 60));
      if (!pinsAreRight(board)) {
        return fail("a pin is not as its run after a while", seed, tail);
      }
      for (uint8_t i = 0; i < CHANNEL_COUNT; i++) {
        if (board.actuators.run(i).on() && board.now - onSince[i] > CHANNELS[i].maxOnMs) {
          return fail("something is on for too long", seed, tail);
        }
      }
    }
    board.until(board.now + 1600);
    if (!board.pins.allOff() || board.actuators.anyDriven()) {
      return fail("something is on after the silence", seed, tail);
    }
    // JSON that a broker may send: no crash, no endless loop.
    std::string text = R"({"id":"0198","cmd":"motor_spin","args":{"level":60,"ms":800},"iat":1,"exp":2,"x":[1,{"y":null}]})";
    for (uint32_t changes = fuzz.below(6); changes > 0; changes--) {
      text[fuzz.below(static_cast<uint32_t>(text.size()))] = static_cast<char>(fuzz.below(256));
    }
    streamwire::JsonReader json(text.data(), text.size());
    json.skip();
    fuzz.texts++;
  }
  std::printf("seed=%llu bytes=%llu replies=%llu moves=%llu texts=%llu\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(fuzz.bytes), static_cast<unsigned long long>(fuzz.frames),
              static_cast<unsigned long long>(fuzz.moves), static_cast<unsigned long long>(fuzz.texts));
  return fuzz.moves > 100 ? 0 : fail("hardly anything moved", seed, "");
}
