// The core of the firmware, part by part.

#include "Check.h"
#include "FakeBoard.h"
#include "streamwire/Crc16.h"
#include "streamwire/Duty.h"
#include "streamwire/Json.h"
#include "streamwire/StopInput.h"

using namespace streamwire;

namespace {

const Channel CHANNELS[] = {
    {"pulse", Kind::RELAY, "", 7, 0, 0, 5000, 200, 50, 1, {{"ms", "ms", 50, 5000}}},
    {"motor", Kind::PWM, "m", 5, 0, 100, 5000, 0, 100, 2, {{"level", "%", 0, 100}, {"ms", "ms", 50, 5000}}},
    {"back", Kind::PWM, "m", 6, 0, 0, 5000, 0, 100, 2, {{"level", "%", 0, 100}, {"ms", "ms", 50, 5000}}},
    {"servo", Kind::SERVO, "", 9, 0, 90, 5000, 0, 100, 2, {{"angle", "deg", 0, 180}, {"ms", "ms", 50, 5000}}},
    {"blink", Kind::BLINK, "", 13, 0, 500, 10000, 0, 100, 2, {{"period", "ms", 50, 2000}, {"ms", "ms", 50, 9000}}},
    {"turn", Kind::STEPPER, "", 10, 11, 0, 4000, 0, 100, 2, {{"steps", "", -500, 500}, {"rate", "/s", 10, 500}}},
    {"lamp", Kind::RELAY, "", 12, 0, 0, 300, 0, 100, 0, {}},
};
const uint8_t COUNT = sizeof CHANNELS / sizeof CHANNELS[0];
const Capabilities CAPABILITIES = {"1.0.0", "test", "Test", CHANNELS, COUNT};

struct Board : BoardOf<COUNT> {
  Board() : BoardOf(CAPABILITIES) { powerOn(); }

  /** Has a session, is armed, and stays so. */
  void ready() {
    say("HELLO ab");
    say("ARM 60000");
  }

  /** Goes on in time, and pings meanwhile. */
  void on(uint32_t ms) {
    const uint32_t end = now + ms;
    while (now != end) {
      const uint32_t step = end - now < 500 ? end - now : 500;
      until(now + step);
      if (now != end) {
        take(frame(std::to_string(number++) + " PING") + "\n");
      }
    }
  }
};

CASE(crcOfTheStandardTextIsRight) { EQUAL(Crc16::of("123456789", 9), 0x29B1); }

CASE(numbersAreReadStrictly) {
  const char* const wrong[] = {"", "+1", "-1", "01", "1 ", "4294967296", "99999999999", "1e3", "0x1", "1.0"};
  for (const char* text : wrong) {
    Words words(text, static_cast<uint8_t>(strlen(text)));
    uint32_t value = 7;
    CHECK(!words.number(value, 0xFFFFFFFFUL) || !words.atEnd());
    CHECK(value == 7 || std::string(text) == "1 ");
  }
  const char* const right[] = {"0", "1", "4294967295"};
  for (const char* text : right) {
    Words words(text, static_cast<uint8_t>(strlen(text)));
    uint32_t value;
    CHECK(words.number(value, 0xFFFFFFFFUL) && words.atEnd());
    EQUAL(std::to_string(value), std::string(text));
  }
}

CASE(integersHaveTheirWholeRange) {
  const char* const texts[] = {"0", "-1", "2147483647", "-2147483648"};
  for (const char* text : texts) {
    Words words(text, static_cast<uint8_t>(strlen(text)));
    int32_t value;
    CHECK(words.integer(value));
    EQUAL(std::to_string(value), std::string(text));
  }
  const char* const wrong[] = {"2147483648", "-2147483649", "-", "-0", "--1", "-01"};
  for (const char* text : wrong) {
    Words words(text, static_cast<uint8_t>(strlen(text)));
    int32_t value;
    CHECK(!words.integer(value));
  }
}

CASE(negativeNumbersAreWritten) {
  Lines lines;
  FrameWriter writer(lines);
  writer.begin('<').signedNumber(-90).signedNumber(-2147483647 - 1).signedNumber(5).endText();
  EQUAL(lines.said[0], std::string("<-90 -2147483648 5"));
}

CASE(aLineThatIsTooLongIsNotSent) {
  Lines lines;
  FrameWriter writer(lines);
  writer.begin('<').text(std::string(53, 'x').c_str()).end();
  EQUAL(lines.said.size(), 1U);
  writer.begin('<').text(std::string(54, 'x').c_str()).end();
  EQUAL(lines.said.size(), 1U);
  writer.begin('<').text(std::string(52, 'x').c_str()).signedNumber(-1).end();
  EQUAL(lines.said.size(), 1U);
}

CASE(dutyNeverCountsLessThanTheTruth) {
  // A relay that is on for 3 s of every 7 s, against the sum over the exact last minute.
  Duty duty;
  uint32_t now = 4294900000U;
  std::vector<std::pair<uint64_t, uint64_t>> on;
  uint64_t time = 0;
  for (int i = 0; i < 60; i++) {
    duty.add(now, now + 3000);
    on.push_back({time, time + 3000});
    now += 7000;
    time += 7000;
    uint64_t truth = 0;
    for (auto& one : on) {
      const uint64_t from = time > 60000 ? time - 60000 : 0;
      truth += one.second <= from ? 0 : one.second - std::max(one.first, from);
    }
    CHECK(duty.used(now) >= truth);
    CHECK(duty.used(now) <= truth + 3000 + Duty::BUCKET_MS);
  }
  CHECK(duty.untilLess(now) > 0 && duty.untilLess(now) <= Duty::WINDOW_MS + Duty::BUCKET_MS);
  EQUAL(duty.used(now + 120000), 0U);
  EQUAL(duty.untilLess(now + 120000), 0U);
}

CASE(dutyIsKeptOnTheBoard) {
  Board board;
  board.ready();
  for (int i = 0; i < 6; i++) {
    CHECK(board.say("DO 0 5000").find("OK") != std::string::npos);
    board.on(5300);
    board.say("ARM 60000");
  }
  const std::string refused = board.say("DO 0 5000");
  CHECK(refused.find("ERR 8 ") != std::string::npos);
  const int wait = std::stoi(refused.substr(refused.rfind(' ') + 1));
  CHECK(wait > 0 && wait <= 60250);
  for (int i = 0; i < 10 && board.say("DO 0 5000").find("OK") == std::string::npos; i++) {
    board.on(6000);
    board.say("ARM 60000");
  }
  EQUAL(board.pins.rises[7], 7);
}

CASE(aMovementThatNeedsMoreThanItsDutyIsNeverAllowed) {
  Board board;
  board.ready();
  board.say("LIM 0 5000 200 5");
  CHECK(board.say("DO 0 3001").find("ERR 8 0") != std::string::npos);
  CHECK(board.say("DO 0 3000").find("OK") != std::string::npos);
}

CASE(pwmRampsUpAndDown) {
  Board board;
  board.ready();
  board.say("DO 1 100 500");
  int last = board.pins.level[5];
  CHECK(last > 0 && last < 10);
  for (int i = 0; i < 100; i++) {
    board.until(board.now + 1);
    CHECK(board.pins.level[5] >= last && board.pins.level[5] - last <= 3);
    last = board.pins.level[5];
  }
  EQUAL(last, 255);
  board.until(board.now + 300);
  EQUAL(board.pins.level[5], 255);
  board.until(board.now + 50);
  CHECK(board.pins.level[5] < 130 && board.pins.level[5] > 120);
  board.until(board.now + 50);
  EQUAL(board.pins.level[5], 0);
}

CASE(levelIsAPercentage) {
  Board board;
  board.ready();
  board.say("DO 2 60 500");
  EQUAL(board.pins.level[6], 153);
}

CASE(servoGoesBackAndIsLetGo) {
  Board board;
  board.ready();
  EQUAL(board.pins.level[9], static_cast<int>(Pins::RELEASED));
  board.say("DO 3 30 500");
  EQUAL(board.pins.level[9], 30);
  board.until(board.now + 500);
  EQUAL(board.pins.level[9], 90);
  board.until(board.now + 599);
  EQUAL(board.pins.level[9], 90);
  board.until(board.now + 1);
  EQUAL(board.pins.level[9], static_cast<int>(Pins::RELEASED));
}

CASE(servoIsLetGoAtOnceByAStop) {
  Board board;
  board.ready();
  board.say("DO 3 30 500");
  board.say("STOP");
  EQUAL(board.pins.level[9], static_cast<int>(Pins::RELEASED));
}

CASE(servoIsLetGoByAStopOnItsWayBack) {
  Board board;
  board.ready();
  board.say("DO 3 30 500");
  board.until(board.now + 550);
  EQUAL(board.pins.level[9], 90);
  board.stopOpen = true;
  board.until(board.now + 1);
  EQUAL(board.pins.level[9], static_cast<int>(Pins::RELEASED));
}

CASE(blinkTakesTurns) {
  Board board;
  board.ready();
  board.say("DO 4 100 450");
  board.until(board.now + 500);
  EQUAL(board.pins.rises[13], 5);
  EQUAL(board.pins.level[13], 0);
}

CASE(stepperMakesItsStepsAndIsDone) {
  Board board;
  board.ready();
  const uint32_t begun = board.now;
  board.say("DO 5 -100 200");
  EQUAL(board.pins.level[11], 255);
  board.until(board.now + 495);
  CHECK(board.all().empty());
  board.until(board.now + 10);
  EQUAL(board.pins.rises[10], 100);
  EQUAL(board.all(), "!OFF 2 " + std::to_string(begun + 500));
  EQUAL(board.pins.level[11], 0);
  board.say("DO 5 10 500");
  EQUAL(board.pins.level[11], 0);
  board.until(board.now + 30);
  EQUAL(board.pins.rises[10], 110);
}

CASE(everythingOffIsTheDirectionOfAStepperToo) {
  const std::vector<std::function<void(Board&)>> ends = {
      [](Board& board) { board.say("STOP"); },
      [](Board& board) { board.say("HELLO ab"); },
      [](Board& board) { board.stopOpen = true; },
      [](Board& board) { board.until(board.now + SerialBoard::SILENCE_MS); },
  };
  for (auto& end : ends) {
    Board board;
    board.ready();
    board.say("DO 5 -500 100");
    board.until(board.now + 100);
    EQUAL(board.pins.level[11], 255);
    end(board);
    board.until(board.now + 1);
    CHECK(board.pins.allOff());
  }
}

CASE(stepperThatIsTooSlowEndsAtMaxOn) {
  Board board;
  board.ready();
  board.say("DO 5 500 10");
  board.on(4100);
  CHECK(board.pins.rises[10] >= 39 && board.pins.rises[10] <= 40);
  EQUAL(board.pins.level[10], 0);
  CHECK(!board.actuators.anyOn());
}

CASE(withoutADurationItIsOnForMaxOn) {
  Board board;
  board.ready();
  board.say("DO 6");
  board.until(board.now + 299);
  EQUAL(board.pins.level[12], 255);
  board.until(board.now + 1);
  EQUAL(board.pins.level[12], 0);
}

CASE(stopInputOpensAtOnceAndClosesLate) {
  StopInput stop;
  CHECK(stop.take(true, 100) == StopInput::Change::OPENED);
  CHECK(stop.take(true, 101) == StopInput::Change::NONE);
  CHECK(stop.take(false, 102) == StopInput::Change::NONE);
  CHECK(stop.take(false, 151) == StopInput::Change::NONE);
  CHECK(stop.open());
  CHECK(stop.take(false, 152) == StopInput::Change::CLOSED);
  CHECK(!stop.open());
}

CASE(aBoardWithoutAStopButtonStartsStopped) {
  Board board;
  board.stopOpen = true;
  board.until(1);
  EQUAL(board.all(), std::string("!BOOT power 1|!ESTOP open 1"));
  CHECK(board.say("HELLO ab").find(" STOPPED ") != std::string::npos);
}

CASE(theLatchOutlivesAReset) {
  Board board;
  board.stopOpen = true;
  board.until(1);
  board.stopOpen = false;
  board.until(100);

  Board again;
  memcpy(again.storage.bytes, board.storage.bytes, sizeof again.storage.bytes);
  again.powerOn(SerialBoard::Cause::PIN);
  CHECK(again.say("HELLO ab").find(" 2 pin STOPPED ") != std::string::npos);
  CHECK(again.say("ARM 1000").find("ERR 3") != std::string::npos);
  CHECK(again.say("CLEAR").find("OK") != std::string::npos);
  CHECK(again.say("ARM 1000").find("OK") != std::string::npos);
}

CASE(outputsAreOffBeforeAnythingIsWritten) {
  struct Watching : FakeStorage {
    explicit Watching(const FakePins& outputs) : pins(outputs) {}
    void write(uint8_t at, uint8_t value) override {
      CHECK(pins.level.size() > COUNT);
      FakeStorage::write(at, value);
    }
    const FakePins& pins;
  };
  FakePins pins;
  Watching storage(pins);
  Lines lines;
  BoardMemory memory(storage);
  ActuatorsOf<COUNT> actuators(CAPABILITIES, pins);
  SerialBoard board(actuators, memory, lines);
  board.begin(SerialBoard::Cause::POWER);
  CHECK(storage.writes > 0);
}

CASE(memoryIsWrittenOnlyWhenItChanges) {
  FakeStorage storage;
  BoardMemory memory(storage);
  memory.begin();
  CHECK(!memory.latched());
  CHECK(!memory.named());
  const int first = storage.writes;
  memory.begin();
  EQUAL(storage.writes, first + 1);
  EQUAL(memory.boots(), 2U);
  memory.latch(false);
  EQUAL(storage.writes, first + 1);
}

CASE(aLatchThatCannotBeReadIsAStop) {
  FakeStorage storage;
  BoardMemory memory(storage);
  memory.begin();
  storage.bytes[7] = 0xFF;
  memory.begin();
  CHECK(memory.latched());
}

CASE(aUuidIsGivenOnce) {
  Board board;
  board.say("HELLO ab");
  const std::string one = "01980000-0000-7000-8000-00000000abcd";
  CHECK(board.say("CAPS 1").find("uuid 00000000-0000-0000-0000-000000000000") != std::string::npos);
  CHECK(board.say("UUID 00000000-0000-0000-0000-000000000000").find("ERR 6") != std::string::npos);
  CHECK(board.say("UUID 01980000-0000-7000-8000-00000000ABCD").find("ERR 4") != std::string::npos);
  CHECK(board.say("UUID 01980000x0000-7000-8000-00000000abcd").find("ERR 4") != std::string::npos);
  CHECK(board.say("UUID " + one).find("OK") != std::string::npos);
  CHECK(board.say("UUID " + one).find("OK") != std::string::npos);
  CHECK(board.say("UUID 01980000-0000-7000-8000-00000000abce").find("ERR 11") != std::string::npos);
  CHECK(board.say("CAPS 1").find(one) != std::string::npos);

  BoardMemory later(board.storage);
  later.begin();
  CHECK(later.named());
  board.storage.bytes[10] ^= 1;
  later.begin();
  CHECK(!later.named());
}

CASE(thirtyTwoChannelsAreKeptApart) {
  std::vector<Channel> channels(SerialBoard::MOST_CHANNELS, CHANNELS[1]);
  for (Channel& channel : channels) {
    channel.group[0] = 0;
  }
  const Capabilities many = {"1.0.0", "test", "Test", channels.data(), SerialBoard::MOST_CHANNELS};
  BoardOf<SerialBoard::MOST_CHANNELS> board(many);
  board.powerOn();
  board.say("HELLO ab");
  board.say("ARM 60000");
  EQUAL(board.sayAs(100, "DO 0 50 1000"), std::string("<100 OK 0"));
  board.until(10);
  EQUAL(board.sayAs(131, "DO 31 50 1000"), std::string("<131 OK 10"));
  EQUAL(board.sayAs(132, "DID 131"), std::string("<132 OK on 10"));
  EQUAL(board.sayAs(133, "DID 100"), std::string("<133 OK on 0"));
  EQUAL(board.sayAs(134, "CAPS 130"), std::string("<134 OK arg 31 1 ms 50 5000 ms"));
  EQUAL(board.sayAs(135, "CAPS 131"), std::string("<135 ERR 5"));
}

CASE(timeMayWrap) {
  Board board;
  board.now = 4294967000U;
  board.board.tick(false, board.now);
  board.ready();
  board.say("DO 0 1000");
  board.on(999);
  EQUAL(board.pins.level[7], 255);
  board.on(1);
  EQUAL(board.pins.level[7], 0);
  board.say("DO 0 1000");
  board.until(board.now + 200);
  board.say("DO 0 5000");
  board.until(board.now + 1501);
  CHECK(board.pins.allOff());
  CHECK(board.say("PING").find("ERR 1") != std::string::npos);
}

CASE(aLineThatComesAfterTheSilenceFindsNoSession) {
  Board board;
  board.ready();
  board.say("DO 0 5000");
  board.now += 1500;  // nothing looked at the time meanwhile
  CHECK(board.say("DO 1 50 500").find("ERR 1") != std::string::npos);
  CHECK(board.pins.allOff());
}

CASE(aQuestionIsAnsweredAtLengthOnlyWhenEverythingIsOff) {
  Board board;
  board.ready();
  board.take("?\n");
  EQUAL(board.lines.said.size(), 3U + COUNT);
  board.say("DO 3 30 500");
  board.take("?\n");
  EQUAL(board.all(), std::string("# busy"));
  board.on(550);
  board.all();
  board.take("?\n");
  EQUAL(board.all(), std::string("# busy"));
  board.on(600);
  board.all();
  board.take("?\n");
  EQUAL(board.lines.said.size(), 3U + COUNT);
}

CASE(stopIsHeardWithoutASessionAndWithTooManyWords) {
  Board board;
  CHECK(board.say("STOP").find("OK") != std::string::npos);
  board.ready();
  board.say("DO 0 5000");
  CHECK(board.say("STOP now please").find("ERR 4") != std::string::npos);
  CHECK(board.pins.allOff());
}

CASE(jsonIsReadAndWritten) {
  const std::string text = R"( {"a":[1,-2,{"b":null}],"t":true,"s":"x\"\\\u00e4\ud83d\ude00","n":9007199254740993} )";
  JsonReader json(text.data(), text.size());
  char key[4];
  char value[32];
  int64_t number;
  bool truth = false;
  CHECK(json.object());
  CHECK(json.nextKey(key, sizeof key));
  CHECK(json.array() && json.nextElement() && json.integer(number) && number == 1);
  CHECK(json.nextElement() && json.integer(number) && number == -2);
  CHECK(json.nextElement() && json.skip());
  CHECK(!json.nextElement());
  CHECK(json.nextKey(key, sizeof key) && json.boolean(truth) && truth);
  CHECK(json.nextKey(key, sizeof key) && json.string(value, sizeof value));
  EQUAL(std::string(value), std::string("x\"\\\xC3\xA4\xF0\x9F\x98\x80"));
  CHECK(json.nextKey(key, sizeof key) && json.integer(number) && number == 9007199254740993);
  CHECK(!json.nextKey(key, sizeof key));
  CHECK(json.atEnd());

  char buffer[64];
  JsonWriter writer(buffer, sizeof buffer);
  writer.open('{').key("a").integer(-9007199254740993).key("b").open('[').string("\"\n").null().boolean(true);
  writer.close(']').close('}');
  CHECK(writer.fits());
  EQUAL(std::string(buffer), std::string("{\"a\":-9007199254740993,\"b\":[\"\\\"\\u000a\",null,true]}"));
  JsonWriter small(buffer, 8);
  small.open('{').key("abcdefgh");
  CHECK(!small.fits());
}

CASE(wrongJsonIsRefused) {
  const char* const wrong[] = {"",       "{",        "{\"a\"}",   "{\"a\":1,}",   "{a:1}",        "{\"a\":01}",
                               "[1 2]",  "{\"a\":1", "\"\\u12\"", "\"\\ud800\"", "{\"a\":1}x",   "[,1]",
                               "\"\x01\"", "tru",    "{\"a\":1.}x", "nul",          "[1,]"};
  for (const char* text : wrong) {
    JsonReader json(text, strlen(text));
    CHECK(!json.skip() || !json.atEnd());
  }
  const std::string deep(40, '[');
  JsonReader json(deep.data(), deep.size());
  CHECK(!json.skip());
}

}  // namespace

int main() { return Suite::get().run(); }
