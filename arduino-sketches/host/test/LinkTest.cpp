// A host and a board on a line that damages bytes, in simulated time: what the host knows in the end
// is what the board has done, and nothing else has moved.

#include <deque>
#include <random>

#include "Check.h"
#include "FakeBoard.h"

using namespace streamwire;

namespace {

const Channel CHANNELS[] = {
    {"a", Kind::RELAY, "", 3, 0, 0, 5000, 0, 100, 1, {{"ms", "ms", 5, 5000}}},
    {"b", Kind::RELAY, "", 4, 0, 0, 5000, 0, 100, 1, {{"ms", "ms", 5, 5000}}},
    {"c", Kind::RELAY, "", 5, 0, 0, 5000, 0, 100, 1, {{"ms", "ms", 5, 5000}}},
};
const Capabilities CAPABILITIES = {"1.0.0", "test", "Test", CHANNELS, 3};

struct Link {
  BoardOf<3> at;
  std::mt19937_64 random;
  double rate;
  FrameReader reader{FrameReader::Side::HOST};
  uint16_t number = 0;
  int sessions = 0;
  int retries = 0;

  Link(double damage, uint64_t seed) : at(CAPABILITIES), random(seed), rate(damage) { at.powerOn(); }

  bool hit() { return std::uniform_real_distribution<double>(0, 1)(random) < rate; }

  /** One try: the reply without its number, or nothing. */
  std::string once(const std::string& body) {
    at.lines.said.clear();
    for (char byte : at.frame(body) + "\n") {
      at.board.take(static_cast<uint8_t>(hit() ? byte ^ (1 << random() % 8) : byte), at.now);
    }
    at.until(at.now + 4);
    std::string reply;
    const std::string mine = body.substr(0, body.find(' ') + 1);
    for (auto& line : at.lines.said) {
      for (char byte : line + "\n") {
        const uint8_t read = static_cast<uint8_t>(hit() ? byte ^ (1 << random() % 8) : byte);
        if (reader.take(read) == FrameReader::Found::FRAME && reader.sigil() == '<' &&
            std::string(reader.body()).compare(0, mine.size(), mine) == 0) {
          reply = std::string(reader.body()).substr(mine.size());
        }
      }
    }
    return reply;
  }

  std::string say(const std::string& words, int tries) {
    const std::string body = std::to_string(number++) + " " + words;
    for (int i = 0; i < tries; i++) {
      const std::string reply = once(body);
      if (!reply.empty()) {
        return reply;
      }
      retries++;
      at.until(at.now + 76);
    }
    return "";
  }

  void open() {
    sessions++;
    while (say("HELLO ab" + std::to_string(sessions), 8).empty() || say("ARM 60000", 8).empty()) {
    }
  }
};

void run(double damage, int commands) {
  Link link(damage, 7);
  link.open();
  int ran = 0;
  int unknown = 0;
  for (int i = 0; i < commands; i++) {
    if (i % 100 == 0 && link.say("ARM 60000", 20).empty()) {
      link.open();
    }
    const uint16_t mine = link.number;
    const int before = link.at.pins.rises[4];
    std::string reply = link.say("DO 1 20", 8);
    if (reply.empty()) {
      reply = link.say("DID " + std::to_string(mine), 15);
    }
    const bool known = !reply.empty() && reply != "ERR 1";
    const bool moved = reply.compare(0, 2, "OK") == 0 || reply.compare(0, 5, "DUP 0") == 0;
    ran += moved ? 1 : 0;
    unknown += known ? 0 : 1;
    if (known) {
      EQUAL(link.at.pins.rises[4] - before, moved ? 1 : 0);
    } else {
      CHECK(link.at.pins.rises[4] - before <= 1);
      link.open();
    }
    link.at.until(link.at.now + 25);
  }
  std::printf("damage=%.2f commands=%d done=%d unknown=%d retries=%d sessions=%d pulses=%d\n", damage,
              commands, ran, unknown, link.retries, link.sessions, link.at.pins.rises[4]);
  EQUAL(link.at.pins.rises[3], 0);
  EQUAL(link.at.pins.rises[5], 0);
  CHECK(ran >= commands * 98 / 100);
}

CASE(onAGoodLineEverythingIsDoneAtOnce) { run(0, 2000); }
CASE(withOneByteOfAHundredDamagedNothingMovesTwiceOrWrongly) { run(0.01, 10000); }
CASE(withThreeBytesOfAHundredDamagedNothingMovesTwiceOrWrongly) { run(0.03, 10000); }

}  // namespace

int main() { return Suite::get().run(); }
