// A board on MQTT, without MQTT.

#include <cstring>

#include "Check.h"
#include "FakeBoard.h"
#include "streamwire/net/FirmwareOffer.h"
#include "streamwire/net/HubClock.h"
#include "streamwire/net/LoopWatch.h"
#include "streamwire/net/NetBoard.h"
#include "streamwire/net/Pieces.h"
#include "streamwire/net/SafetyGate.h"
#include "streamwire/net/Sha256.h"

using namespace streamwire;

namespace {

const Channel CHANNELS[] = {
    {"spin", Kind::PWM, "m", 5, 0, 0, 5000, 200, 50, 2, {{"level", "%", 0, 100}, {"ms", "ms", 50, 5000}}},
    {"back", Kind::PWM, "m", 6, 0, 0, 5000, 200, 50, 2, {{"level", "%", 0, 100}, {"ms", "ms", 50, 5000}}},
    {"lamp", Kind::RELAY, "", 7, 0, 0, 10000, 0, 100, 1, {{"ms", "ms", 5, 10000}}},
    {"wave", Kind::SERVO, "", 9, 0, 90, 5000, 0, 100, 2, {{"angle", "deg", 0, 180}, {"ms", "ms", 50, 5000}}},
};
const Capabilities CAPABILITIES = {"1.0.0", "test", "Test", CHANNELS, 4};
const int64_t HUB = 1790000000000;

struct Net : NetBoard::Uplink {
  FakePins pins;
  ActuatorsOf<4> actuators;
  NetBoard board;
  std::vector<std::string> acks;
  std::vector<std::string> states;
  int64_t local = 1000;
  uint16_t packet = 0;
  bool open = true;
  int ids = 0;

  explicit Net(const SafetyGate::Latch& latch = {}) : actuators(CAPABILITIES, pins), board(actuators, *this) {
    board.begin();
    board.restore(7, latch);
    board.connected();
    board.subscribed(local);
  }

  uint16_t publish(NetBoard::Up topic, const char* body, size_t length, bool) override {
    if (!open) {
      return 0;
    }
    if (topic == NetBoard::Up::ACK) {
      acks.emplace_back(body, length);
    } else if (topic == NetBoard::Up::STATE) {
      states.emplace_back(body, length);
    }
    return ++packet;
  }

  void hear(NetBoard::Down topic, const std::string& body, bool retained = false) {
    // On the heap, so that the sanitizer sees a read behind its end.
    const std::vector<char> copy(body.begin(), body.end());
    board.received(topic, copy.data(), copy.size(), retained, local);
  }

  void arm(int64_t epoch, bool retained = false, int64_t late = 0) {
    const std::string now = std::to_string(HUB + local - late);
    hear(NetBoard::Down::SAFETY,
         "{\"armed\":true,\"epoch\":" + std::to_string(epoch) + ",\"until\":" + std::to_string(HUB + local - late + 30000) +
             ",\"now\":" + now + "}",
         retained);
  }

  /** Arms as the hub does: with its time as the epoch. */
  int64_t armAnew() {
    const int64_t epoch = HUB + local;
    arm(epoch);
    return epoch;
  }

  bool armed() const { return board.armed(local); }

  void stop(int64_t epoch) {
    hear(NetBoard::Down::WORKSPACE_SAFETY,
         "{\"armed\":false,\"epoch\":" + std::to_string(epoch) + ",\"now\":" + std::to_string(HUB + local) + "}");
  }

  std::string command(const std::string& name, const std::string& args, int64_t epoch = 3, int64_t ttl = 2000) {
    char id[40];
    std::snprintf(id, sizeof id, "01980000-0000-8000-8000-%012d", ++ids);
    return std::string("{\"id\":\"") + id + "\",\"cmd\":\"" + name + "\",\"args\":{" + args +
           "},\"iat\":" + std::to_string(HUB + local) + ",\"exp\":" + std::to_string(HUB + local + ttl) +
           ",\"epoch\":" + std::to_string(epoch) + ",\"boot\":7,\"tp\":\"00-ab\"}";
  }

  /** The status and the reason of what is acknowledged by that. */
  std::string send(const std::string& body, bool retained = false) {
    const size_t before = acks.size();
    hear(NetBoard::Down::COMMAND, body, retained);
    return acks.size() == before ? "" : word(acks.back());
  }

  static std::string word(const std::string& ack) {
    const size_t st = ack.find("\"st\":\"") + 6;
    const size_t why = ack.find("\"why\":") + 6;
    const std::string status = ack.substr(st, ack.find('"', st) - st);
    return ack[why] == 'n' ? status : status + " " + ack.substr(why + 1, ack.find('"', why + 1) - why - 1);
  }

  void on(int64_t ms) {
    for (; ms > 0; ms--) {
      board.tick(++local);
    }
  }
};

CASE(sha256IsRight) {
  char hex[65];
  Sha256 empty;
  empty.hex(hex);
  EQUAL(std::string(hex), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  Sha256 abc;
  abc.add("abc", 3);
  abc.hex(hex);
  EQUAL(std::string(hex), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
  Sha256 million;
  const std::string piece(1000, 'a');
  for (int i = 0; i < 1000; i++) {
    million.add(piece.data(), piece.size());
  }
  million.hex(hex);
  EQUAL(std::string(hex), std::string("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
}

CASE(aLateMessageNeverSetsTheClockBack) {
  HubClock clock;
  clock.observe(HUB, 1000);
  clock.observe(HUB + 100, 2000);
  EQUAL(clock.now(2000), HUB + 1000);
}

CASE(aFastCrystalIsFollowed) {
  HubClock clock;
  int64_t hub = HUB;
  for (int64_t local = 0; local < 3600000; local += 10000) {
    clock.observe(hub, local);
    hub += 9800;
  }
  CHECK(clock.now(3590000) - (hub - 9800) <= 1300);
}

CASE(afterASilenceTheClockGoesBackByAtMostTwoPercent) {
  HubClock clock;
  clock.observe(HUB, 0);
  clock.observe(HUB + 50000, 100000);
  EQUAL(clock.now(100000), HUB + 100000 - 2000);
}

CASE(leasesLapseByThemselves) {
  Net net;
  net.arm(3);
  EQUAL(net.send(net.command("lamp", "\"ms\":10000", 3, 60000)), std::string("started"));
  net.on(9000);
  net.local += 20999;
  net.board.tick(net.local);
  EQUAL(net.send(net.command("lamp", "\"ms\":10000", 3, 60000)), std::string("started"));
  net.on(1);
  EQUAL(Net::word(net.acks.back()), std::string("aborted lease_lapsed"));
  CHECK(net.pins.allOff());
  EQUAL(net.send(net.command("lamp", "\"ms\":50")), std::string("rejected not_armed"));
}

CASE(retainedMessagesNeverArmAndNeverMove) {
  Net net;
  net.arm(3, true);
  EQUAL(net.send(net.command("lamp", "\"ms\":50")), std::string("rejected not_armed"));
  net.arm(3);
  EQUAL(net.send(net.command("lamp", "\"ms\":50"), true), std::string(""));
  CHECK(net.pins.allOff());
}

CASE(aStopWinsATieAndAHigherEpochEndsIt) {
  Net net;
  net.arm(3);
  net.stop(3);
  net.arm(3);
  EQUAL(net.send(net.command("lamp", "\"ms\":50")), std::string("rejected not_armed"));
  net.arm(4);
  EQUAL(net.send(net.command("lamp", "\"ms\":50", 3)), std::string("rejected stale_epoch"));
  EQUAL(net.send(net.command("lamp", "\"ms\":50", 4)), std::string("started"));
}

CASE(aLongMessageAndAWrongOneAreIgnored) {
  Net net;
  net.arm(3);
  const std::string good = net.command("lamp", "\"ms\":50");
  EQUAL(net.send(good + std::string(512, ' ')), std::string(""));
  EQUAL(net.send(good.substr(0, good.size() - 1)), std::string(""));
  EQUAL(net.send("{\"id\":\"x\",\"cmd\":\"lamp\"}"), std::string(""));
  EQUAL(net.send("{\"id\":7,\"cmd\":\"lamp\"}"), std::string(""));
  EQUAL(net.send(""), std::string(""));
  CHECK(net.pins.allOff());
}

CASE(aCommandWaitsForItsGroupItsGapAndItsDeadline) {
  Net net;
  net.arm(3);
  EQUAL(net.send(net.command("spin", "\"level\":60,\"ms\":500")), std::string("started"));
  EQUAL(net.send(net.command("back", "\"level\":60,\"ms\":500")), std::string("accepted"));
  EQUAL(net.send(net.command("spin", "\"level\":60,\"ms\":500", 3, 600)), std::string("accepted"));
  net.on(499);
  EQUAL(net.pins.level[5], 153);
  net.on(1);
  EQUAL(net.pins.level[5], 0);
  EQUAL(net.pins.level[6], 153);
  net.on(501);
  EQUAL(Net::word(net.acks.back()), std::string("expired too_late"));
  EQUAL(net.pins.rises[5], 1);
}

CASE(sixteenWaitAndTheNextIsBusy) {
  Net net;
  net.arm(3);
  net.send(net.command("lamp", "\"ms\":10000"));
  for (int i = 0; i < 16; i++) {
    EQUAL(net.send(net.command("lamp", "\"ms\":10")), std::string("accepted"));
  }
  EQUAL(net.send(net.command("lamp", "\"ms\":10")), std::string("rejected busy"));
}

CASE(theRingRemembersSixtyFour) {
  Net net;
  net.arm(3);
  const std::string first = net.command("nothing", "");
  EQUAL(net.send(first), std::string("rejected unknown_command"));
  for (int i = 0; i < 63; i++) {
    net.send(net.command("nothing", ""));
  }
  EQUAL(net.send(first), std::string("duplicate rejected"));
  net.send(net.command("nothing", ""));
  EQUAL(net.send(first), std::string("rejected unknown_command"));
}

CASE(whatRunsIsNotForgotten) {
  Net net;
  net.arm(3);
  const std::string long_ = net.command("lamp", "\"ms\":5000");
  net.send(long_);
  for (int i = 0; i < 200; i++) {
    net.send(net.command("nothing", ""));
  }
  EQUAL(net.send(long_), std::string("duplicate started"));
  net.on(5000);
  EQUAL(Net::word(net.acks.back()), std::string("done"));
}

CASE(aLostLinkEndsEverythingAndSaysSoAfterwards) {
  Net net;
  net.arm(3);
  net.send(net.command("lamp", "\"ms\":5000"));
  net.open = false;
  net.board.disconnected(net.local);
  CHECK(net.pins.allOff());
  net.on(1000);
  net.open = true;
  net.acks.clear();
  net.board.connected();
  net.board.subscribed(net.local);
  EQUAL(net.acks.size(), 1U);
  EQUAL(Net::word(net.acks[0]), std::string("aborted link_lost"));
  EQUAL(net.send(net.command("lamp", "\"ms\":50")), std::string("rejected not_armed"));
}

CASE(acknowledgementsAreSentUntilTheBrokerHasThem) {
  Net net;
  net.arm(3);
  net.open = false;
  net.send(net.command("lamp", "\"ms\":50"));
  net.on(100);
  CHECK(net.acks.empty());
  net.open = true;
  net.on(1000);
  EQUAL(net.acks.size(), 1U);
  EQUAL(Net::word(net.acks[0]), std::string("done"));
  net.board.taken(net.packet);
  net.board.disconnected(net.local);
  net.acks.clear();
  net.board.subscribed(net.local);
  CHECK(net.acks.empty());
}

CASE(theStopInputNeedsAnArmingAfterItsRelease) {
  Net net;
  net.arm(HUB);
  net.send(net.command("lamp", "\"ms\":5000", HUB));
  net.board.press(net.local);
  EQUAL(Net::word(net.acks.back()), std::string("aborted stopped"));
  CHECK(net.states.back().find("\"why\":\"hardware\"") != std::string::npos);
  net.on(10);
  const int64_t whileOpen = net.armAnew();
  EQUAL(net.send(net.command("lamp", "\"ms\":50", whileOpen)), std::string("rejected not_armed"));
  net.on(10);
  net.board.release(net.local);
  net.arm(whileOpen);
  EQUAL(net.send(net.command("lamp", "\"ms\":50", whileOpen)), std::string("rejected not_armed"));
  net.on(10);
  const int64_t afterwards = net.armAnew();
  EQUAL(net.send(net.command("lamp", "\"ms\":50", afterwards)), std::string("started"));
}

CASE(aStopBeforeTheFirstMessageOutlastsAnOlderArming) {
  Net net;
  net.board.press(net.local);
  net.board.release(net.local);
  net.on(10);
  net.arm(HUB);
  CHECK(!net.armed());
  net.on(10);
  net.arm(HUB);
  CHECK(!net.armed());
  net.armAnew();
  CHECK(net.armed());
}

CASE(aStopWhileTheLinkIsLostOutlastsAnArmingThatCameMeanwhile) {
  Net net;
  net.arm(HUB);
  net.board.disconnected(net.local);
  net.on(1000);
  const int64_t beforeThePress = HUB + net.local;
  net.on(1000);
  net.board.press(net.local);
  net.on(1000);
  const int64_t whileOpen = HUB + net.local;
  net.on(1000);
  net.board.release(net.local);
  net.board.subscribed(net.local);
  for (int64_t epoch : {HUB, beforeThePress, whileOpen}) {
    net.arm(epoch);
    CHECK(!net.armed());
  }
  net.on(10);
  net.armAnew();
  CHECK(net.armed());
}

CASE(aSecondPressOutlastsWhatWasArmedBetween) {
  Net net;
  net.arm(HUB);
  net.board.press(net.local);
  net.on(10);
  net.board.release(net.local);
  net.board.disconnected(net.local);
  net.on(10);
  const int64_t between = HUB + net.local;
  net.on(10);
  net.board.press(net.local);
  net.board.release(net.local);
  net.board.subscribed(net.local);
  net.arm(between);
  CHECK(!net.armed());
}

CASE(onlyALiveMessageDatesAStop) {
  Net net;
  net.board.press(net.local);
  net.board.release(net.local);
  net.hear(NetBoard::Down::SAFETY, "{\"armed\":false,\"epoch\":3,\"now\":5}", true);
  CHECK(net.board.latch().undated);
  net.arm(HUB);
  CHECK((net.board.latch() == SafetyGate::Latch{true, HUB + net.local, false}));
}

CASE(theLatchOutlivesARestart) {
  Net before;
  before.arm(HUB);
  before.board.press(before.local);
  before.on(10);
  before.board.release(before.local);
  const int64_t released = HUB + before.local;
  CHECK((before.board.latch() == SafetyGate::Latch{true, released, false}));

  Net net(before.board.latch());
  CHECK(net.states.back().find("\"s\":\"stopped\"") != std::string::npos);
  CHECK(net.states.back().find("\"why\":\"hardware\"") != std::string::npos);
  net.arm(released);
  EQUAL(net.send(net.command("lamp", "\"ms\":50", released)), std::string("rejected not_armed"));
  CHECK(net.board.latch().held);
  net.arm(released + 1);
  EQUAL(net.send(net.command("lamp", "\"ms\":50", released + 1)), std::string("started"));
  CHECK((net.board.latch() == SafetyGate::Latch{}));
}

CASE(aStopThatIsReleasedWithoutPowerOutlastsAnArmingThatCameMeanwhile) {
  Net before;
  before.arm(HUB);
  before.board.press(before.local);
  CHECK(before.board.latch().undated);

  Net net(before.board.latch());
  net.on(100);
  net.arm(HUB + 50);
  CHECK(!net.armed());
  net.on(10);
  net.armAnew();
  CHECK(net.armed());
}

CASE(aServoIsLetGoOnItsWayBackWhenTheLeaseLapses) {
  Net net;
  net.arm(3);
  net.on(29500);
  EQUAL(net.send(net.command("wave", "\"angle\":30,\"ms\":300")), std::string("started"));
  net.on(400);
  EQUAL(net.pins.level[9], 90);
  net.on(101);
  EQUAL(net.pins.level[9], static_cast<int>(Pins::RELEASED));
}

CASE(limitsAreTakenAsAWholeOrNotAtAll) {
  Net net;
  net.arm(3);
  net.hear(NetBoard::Down::CONFIG, "{\"v\":2,\"envelope\":\"x\",\"limits\":{\"lamp\":{\"max_on_ms\":100},\"spin\":7}}");
  EQUAL(net.send(net.command("lamp", "\"ms\":101")), std::string("started"));
  net.on(200);
  net.hear(NetBoard::Down::CONFIG, "{\"v\":2,\"envelope\":\"x\",\"limits\":{\"lamp\":{\"max_on_ms\":100,\"args\":null}}}");
  EQUAL(net.send(net.command("lamp", "\"ms\":101")), std::string("rejected out_of_range"));
  net.hear(NetBoard::Down::CONFIG, "{\"v\":1,\"envelope\":\"x\",\"limits\":{}}");
  EQUAL(net.send(net.command("lamp", "\"ms\":101")), std::string("rejected out_of_range"));
  net.hear(NetBoard::Down::CONFIG, "{\"v\":3,\"envelope\":\"x\",\"limits\":{}}");
  EQUAL(net.send(net.command("lamp", "\"ms\":101")), std::string("started"));
}

CASE(timesBeyondReckoningAreIgnored) {
  Net net;
  for (const char* time : {"-9223372036854775807", "9223372036854775807", "9007199254740992", "-1"}) {
    net.hear(NetBoard::Down::SAFETY, std::string("{\"armed\":true,\"epoch\":3,\"until\":1790000030000,\"now\":") + time + "}");
    net.hear(NetBoard::Down::SAFETY, std::string("{\"armed\":true,\"epoch\":3,\"now\":1790000000000,\"until\":") + time + "}");
    CHECK(!net.board.armed(net.local));
  }
  net.arm(3);
  const std::string far = net.command("lamp", "\"ms\":50");
  EQUAL(net.send(far.substr(0, far.find("\"iat\":") + 6) + "9223372036854775807" + far.substr(far.find(",\"exp\""))), std::string(""));
  EQUAL(net.send(far), std::string("started"));
}

CASE(whatDoesNotFitIntoAMessageIsNotDescribed) {
  struct Counting : NetBoard::Uplink {
    uint16_t publish(NetBoard::Up topic, const char*, size_t, bool) override {
      described += topic == NetBoard::Up::DESCRIBE ? 1 : 0;
      return 1;
    }
    int described = 0;
  };
  const uint8_t counts[] = {15, 40};
  for (const uint8_t count : counts) {
    const std::vector<Channel> channels(count, CHANNELS[0]);
    const Capabilities many = {"1.0.0", "test", "Test", channels.data(), count};
    FakePins pins;
    ActuatorsOf<40> actuators(many, pins);
    Counting uplink;
    NetBoard board(actuators, uplink);
    board.begin();
    board.connected();
    EQUAL(board.describable(), count == 15);
    EQUAL(uplink.described, count == 15 ? 1 : 0);
  }
}

CASE(aLoopThatPassesWhileItIsAskedAboutDoesNotStand) {
  LoopWatch watch;
  for (uint32_t passed : {1000U, 100U, 0xFFFFFFFFU, 0U}) {
    watch.passed(passed);
    CHECK(!watch.stands(passed - 1));
    CHECK(!watch.stands(passed - 200));
    CHECK(!watch.stands(passed + 250));
    CHECK(watch.stands(passed + 251));
  }
}

CASE(aMessageIsWholeWhereverItIsCut) {
  std::string text(Pieces::LONGEST, 'x');
  for (size_t i = 0; i < text.size(); i++) {
    text[i] = static_cast<char>('a' + i % 26);
  }
  Pieces pieces;
  for (size_t first = 0; first <= text.size(); first += 64) {
    for (size_t second = first; second <= text.size(); second += 512) {
      pieces.add(text.data(), first, 0, text.size());
      pieces.add(text.data() + first, second - first, first, text.size());
      CHECK(pieces.add(text.data() + second, text.size() - second, second, text.size()));
      CHECK(std::string(pieces.body(), pieces.length()) == text);
    }
  }
}

CASE(aMessageThatIsNotWholeIsNone) {
  Pieces pieces;
  CHECK(!pieces.add("b", 1, 1, 2));
  CHECK(!pieces.add("a", 1, 0, 2));
  CHECK(!pieces.add("a", 1, 0, 3));
  CHECK(!pieces.add("c", 1, 2, 3));
  CHECK(!pieces.add("b", 1, 1, 3));
  CHECK(!pieces.add("abc", 3, 0, 2));
  const std::vector<char> tooLong(Pieces::LONGEST + 1);
  CHECK(!pieces.add(tooLong.data(), tooLong.size(), 0, tooLong.size()));
  CHECK(!pieces.add(tooLong.data(), 1, 0, SIZE_MAX));
  CHECK(!pieces.add(tooLong.data(), SIZE_MAX, 1, SIZE_MAX));
  CHECK(pieces.add(nullptr, 0, 0, 0));
  EQUAL(pieces.length(), 0U);
  CHECK(pieces.add("a", 1, 0, 1));
}

CASE(damagedMessagesNeverCrashIt) {
  uint32_t random = 1;
  auto below = [&](size_t end) {
    random = random * 1664525 + 1013904223;
    return (random >> 8) % end;
  };
  Net net;
  for (int i = 0; i < 20000; i++) {
    std::string body = i % 3 == 0   ? net.command("spin", "\"level\":60,\"ms\":800")
                       : i % 3 == 1 ? "{\"armed\":true,\"epoch\":3,\"until\":1790000030000,\"now\":1790000000000}"
                                    : "{\"v\":3,\"envelope\":\"9f\",\"limits\":{\"spin\":{\"max_on_ms\":20,\"args\":{\"ms\":{\"max\":5}}}}}";
    for (size_t changes = below(5); changes > 0; changes--) {
      body[below(body.size())] = static_cast<char>(below(256));
    }
    net.hear(static_cast<NetBoard::Down>(i % 3 == 0 ? 0 : i % 3 == 1 ? 1 + below(2) : 3), body);
    net.on(1);
    CHECK(!(net.actuators.run(0).on() && net.actuators.run(1).on()));
    net.acks.clear();
    net.states.clear();
  }
}

CASE(firmwareIsFromTheHubOnlyWhenItsHostIsExactlyThat) {
  auto offer = [](const std::string& url) {
    FirmwareOffer made;
    const std::string body = "{\"url\":\"" + url + "\",\"sha256\":\"" + std::string(64, 'a') + "\",\"signature\":\"" +
                             std::string(86, 'A') + "==\",\"key\":\"k\",\"board\":\"b\",\"version\":\"1.0.0\",\"size\":1}";
    CHECK(made.read(body.data(), body.size()));
    return made;
  };
  for (const char* url : {"http://hub.lan/f", "https://hub.lan/f", "https://hub.lan:8443/f", "https://hub.lan"}) {
    CHECK(offer(url).isFrom("hub.lan"));
  }
  for (const char* url : {"http://hub.lan.evil/f", "http://evil/hub.lan", "http://hub.lan@evil/f", "http://hub.lan:80@evil/f",
                          "http://hub.lan:x/f", "http://hub.lan?/f", "http://evil/://hub.lan/f", "http:evil://hub.lan/f", "hub.lan/f", "http://hub.la/f"}) {
    CHECK(!offer(url).isFrom("hub.lan"));
  }
  CHECK(!offer("http:///f").isFrom(""));
  CHECK(offer("https://h/f").encrypted());
  CHECK(!offer("http://h/f").encrypted());
  CHECK(!offer("http://h/https://").encrypted());
}

CASE(firmwareIsRefusedInTheOrderOfTheContract) {
  uint8_t key[32];
  CHECK(FirmwareOffer::parseKey("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", key));
  CHECK(!FirmwareOffer::parseKey("d75a", key));
  char id[65];
  Sha256 sha;
  sha.add(key, sizeof key);
  sha.hex(id);
  id[16] = 0;
  auto offer = [&](const std::string& version, const std::string& board, const std::string& by, const std::string& size) {
    FirmwareOffer made;
    const std::string body = "{\"url\":\"http://h/f\",\"sha256\":\"" + std::string(64, 'a') + "\",\"signature\":\"" +
                             std::string(86, 'A') + "==\",\"key\":\"" + by + "\",\"board\":\"" + board +
                             "\",\"version\":\"" + version + "\",\"size\":" + size + "}";
    CHECK(made.read(body.data(), body.size()));
    return made;
  };
  auto whyOf = [&](const char* runs, const FirmwareOffer& made, bool armed) {
    const char* const word = made.refusal(runs, "esp32", key, armed);
    return std::string(word == nullptr ? "" : word);
  };
  auto why = [&](const FirmwareOffer& made, bool armed) { return whyOf("1.2.0", made, armed); };
  EQUAL(why(offer("1.1.9", "uno", "no", "0"), true), std::string("downgrade"));
  EQUAL(why(offer("1.2", "uno", "no", "0"), true), std::string("downgrade"));
  EQUAL(why(offer("1.2.100000", "uno", "no", "0"), true), std::string("downgrade"));
  EQUAL(whyOf("1.2.0-rc1", offer("1.3.0", "esp32", id, "5"), false), std::string("downgrade"));
  EQUAL(why(offer("1.10.0", "uno", "no", "0"), true), std::string("wrong_board"));
  EQUAL(why(offer("2.0.0", "esp32", "no", "0"), true), std::string("unknown_key"));
  EQUAL(why(offer("2.0.0", "esp32", id, "0"), true), std::string("too_large"));
  EQUAL(why(offer("2.0.0", "esp32", id, "4194305"), true), std::string("too_large"));
  EQUAL(why(offer("2.0.0", "esp32", id, "4194304"), true), std::string("armed"));
  EQUAL(why(offer("2.0.0", "esp32", id, "4194304"), false), std::string(""));
  char text[FirmwareOffer::LONGEST_SIGNED];
  const size_t length = offer("2.0.0", "esp32", id, "5").signedText(text, sizeof text);
  EQUAL(std::string(text, length), "streamwire-firmware-1\nesp32\n2.0.0\n5\n" + std::string(64, 'a') + "\n");
}

}  // namespace

int main() { return Suite::get().run(); }
