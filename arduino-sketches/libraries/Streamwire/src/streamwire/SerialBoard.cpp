#include "SerialBoard.h"

#include <string.h>

namespace streamwire {

namespace {

const uint8_t MOST_DUTY_PCT = 100;

const char* causeWord(SerialBoard::Cause cause) {
  switch (cause) {
    case SerialBoard::Cause::POWER:
      return PSTR("power");
    case SerialBoard::Cause::PIN:
      return PSTR("pin");
    case SerialBoard::Cause::BROWN_OUT:
      return PSTR("brown");
    case SerialBoard::Cause::WATCHDOG:
      return PSTR("wdt");
    case SerialBoard::Cause::UNKNOWN:
      break;
  }
  return PSTR("unknown");
}

const char* endWord(End end) {
  switch (end) {
    case End::STOP:
      return PSTR("stop");
    case End::ESTOP:
      return PSTR("estop");
    case End::LAPSED:
      return PSTR("lapsed");
    case End::HELLO:
      return PSTR("hello");
    case End::RUNNING:
    case End::DONE:
    case End::SILENCE:
    case End::LINK_LOST:
      break;
  }
  return PSTR("silence");
}

bool is(const Words& words, const char* inFlash) { return Flash::equal(words.text(), words.length(), inFlash); }

/** 0 to 15, or 255 for what is no lower-case hex digit. */
uint8_t lowerHex(char digit) {
  if (digit >= '0' && digit <= '9') {
    return static_cast<uint8_t>(digit - '0');
  }
  return digit >= 'a' && digit <= 'f' ? static_cast<uint8_t>(digit - 'a' + 10) : 255;
}

bool isDash(uint8_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

const uint8_t UUID_LENGTH = 36;

}  // namespace

void SerialBoard::begin(Cause cause) {
  cause_ = cause;
  actuators_.begin(*this);
  memory_.begin();
  out_.begin('!').flashWord(PSTR("BOOT")).flashWord(causeWord(cause_)).number(memory_.boots()).end();
}

void SerialBoard::take(uint8_t byte, uint32_t now) {
  switch (in_.take(byte)) {
    case FrameReader::Found::FRAME:
      frame(now);
      return;
    case FrameReader::Found::QUESTION:
      question(now);
      return;
    case FrameReader::Found::NOTHING:
      return;
  }
}

void SerialBoard::tick(bool stopOpen, uint32_t now) {
  switch (stop_.take(stopOpen, now)) {
    case StopInput::Change::OPENED:
      safe(End::ESTOP, now);
      memory_.latch(true);
      out_.begin('!').flashWord(PSTR("ESTOP")).flashWord(PSTR("open")).number(now).end();
      break;
    case StopInput::Change::CLOSED:
      out_.begin('!').flashWord(PSTR("ESTOP")).flashWord(PSTR("closed")).number(now).end();
      break;
    case StopInput::Change::NONE:
      break;
  }
  lapse(now);
  actuators_.tick(now);
}

/** What ends by itself; also looked at before a line, which may come late. */
void SerialBoard::lapse(uint32_t now) {
  if (session_ && now - heardAt_ >= SILENCE_MS) {
    safe(End::SILENCE, now);
    session_ = false;
    out_.begin('!').flashWord(PSTR("LINKLOST")).number(now).end();
  }
  if (armed_ && now - armedAt_ >= armedFor_) {
    safe(End::LAPSED, now);
    out_.begin('!').flashWord(PSTR("LAPSED")).number(now).end();
  }
}

void SerialBoard::safe(End why, uint32_t now) {
  armed_ = false;
  actuators_.cut(why, now);
}

void SerialBoard::frame(uint32_t now) {
  Words words(in_.body(), in_.length());
  uint32_t sent;
  if (!words.number(sent, 0xFFFF) || !words.next()) {
    in_.drop();
    return;
  }
  lapse(now);
  heardAt_ = now;
  const uint16_t number = static_cast<uint16_t>(sent);
  forgetFarFrom(number);
  if (is(words, PSTR("STOP"))) {
    safe(End::STOP, now);
    reply(number, words.atEnd() ? accept(now) : refuse(Code::MALFORMED));
    return;
  }
  if (is(words, PSTR("HELLO"))) {
    hello(number, words, now);
    return;
  }
  const bool moves = is(words, PSTR("DO"));
  const bool arms = is(words, PSTR("ARM"));
  const bool clears = is(words, PSTR("CLEAR"));
  const bool limits = is(words, PSTR("LIM"));
  const bool ranges = is(words, PSTR("RNG"));
  const bool remembered = moves || arms || clears || limits || ranges;
  const bool pings = is(words, PSTR("PING"));
  const bool describes = is(words, PSTR("CAPS"));
  const bool asks = is(words, PSTR("DID"));
  const bool names = is(words, PSTR("UUID"));
  if (!remembered && !pings && !describes && !asks && !names) {
    reply(number, refuse(Code::MALFORMED));
    return;
  }
  if (!session_) {
    reply(number, refuse(Code::NO_SESSION));
    return;
  }
  if (pings) {
    ping(number, words, now);
    return;
  }
  if (describes) {
    caps(number, words);
    return;
  }
  if (asks) {
    did(number, words);
    return;
  }
  if (names) {
    reply(number, uuid(words));
    return;
  }
  if (replyRemembered(number)) {
    return;
  }
  const Result result = moves    ? move(number, words, now)
                        : arms   ? arm(words, now)
                        : clears ? clear(words, now)
                        : limits ? limit(words)
                                 : range(words);
  remember(number, moves, result);
  reply(number, result);
}

/** A person at a serial monitor may look, and stop; nothing else. */
void SerialBoard::question(uint32_t now) {
  const char* const text = in_.body();
  if (strcmp(text, "STOP") == 0) {
    safe(End::STOP, now);
    out_.begin('#').flashWord(PSTR("stopped")).endText();
    return;
  }
  if (strcmp(text, "?") != 0) {
    return;
  }
  if (actuators_.anyDriven()) {
    // The lines are longer than what the port takes at once, and nobody would look at the stop input meanwhile.
    out_.begin('#').flashWord(PSTR("busy")).endText();
    return;
  }
  const Capabilities& capabilities = actuators_.capabilities();
  out_.begin('#').flashWord(PSTR("streamwire")).flashWord(capabilities.board).flashWord(capabilities.sketch);
  out_.flashWord(capabilities.firmware).endText();
  out_.begin('#').flashWord(stateWord()).flashWord(session_ ? PSTR("session") : PSTR("no-session"));
  out_.flashWord(stop_.open() ? PSTR("stop-input-open") : PSTR("stop-input-closed"));
  out_.flashWord(PSTR("boots")).number(memory_.boots()).endText();
  out_.begin('#').flashWord(PSTR("last-reset")).flashWord(causeWord(cause_)).flashWord(PSTR("dropped"));
  out_.number(in_.dropped()).endText();
  for (uint8_t i = 0; i < capabilities.count; i++) {
    const Channel channel = capabilities.channel(i);
    out_.begin('#').number(i).text(channel.name).flashWord(kindWord(channel.kind)).flashWord(PSTR("pin"));
    out_.number(channel.pin).endText();
  }
}

void SerialBoard::forgetFarFrom(uint16_t number) {
  for (Remembered& entry : ring_) {
    entry.used = entry.used && !farAway(number, entry.number);
  }
  for (uint8_t i = 0; i < actuators_.capabilities().count; i++) {
    if (farAway(number, actuators_.run(i).tag)) {
      askable_ &= ~(static_cast<uint32_t>(1) << i);
    }
  }
}

bool SerialBoard::farAway(uint16_t one, uint16_t other) {
  const uint16_t ahead = static_cast<uint16_t>(one - other);
  return ahead >= FAR_AWAY && ahead <= 0x10000UL - FAR_AWAY;
}

void SerialBoard::reply(uint16_t number, const Result& result) {
  out_.begin('<').number(number);
  if (result.code == Code::OK) {
    out_.flashWord(PSTR("OK"));
  } else {
    out_.flashWord(PSTR("ERR")).number(static_cast<uint8_t>(result.code));
  }
  if (result.hasWord) {
    out_.number(result.word);
  }
  out_.end();
}

bool SerialBoard::replyRemembered(uint16_t number) {
  for (const Remembered& entry : ring_) {
    if (entry.used && entry.number == number) {
      out_.begin('<').number(number).flashWord(PSTR("DUP")).number(static_cast<uint8_t>(entry.result.code));
      if (entry.result.hasWord) {
        out_.number(entry.result.word);
      }
      out_.end();
      return true;
    }
  }
  return false;
}

void SerialBoard::remember(uint16_t number, bool moves, const Result& result) {
  ring_[next_] = {true, moves, number, result};
  next_ = static_cast<uint8_t>((next_ + 1) % RING);
}

void SerialBoard::hello(uint16_t number, Words& words, uint32_t now) {
  bool right = words.next() && words.length() >= 1 && words.length() <= LONGEST_SESSION && words.atEnd();
  for (uint8_t i = 0; right && i < words.length(); i++) {
    right = lowerHex(words.text()[i]) < 16;
  }
  if (!right) {
    reply(number, refuse(Code::MALFORMED));
    return;
  }
  safe(End::HELLO, now);
  session_ = true;
  memcpy(name_, words.text(), words.length());
  name_[words.length()] = 0;
  memset(ring_, 0, sizeof ring_);
  askable_ = 0;
  actuators_.resetLimits();
  out_.begin('<').number(number).flashWord(PSTR("OK")).number(1).text(name_).number(memory_.boots());
  out_.flashWord(causeWord(cause_)).flashWord(stateWord()).number(lines()).end();
}

void SerialBoard::ping(uint16_t number, Words& words, uint32_t now) {
  if (!words.atEnd()) {
    reply(number, refuse(Code::MALFORMED));
    return;
  }
  out_.begin('<').number(number).flashWord(PSTR("OK")).number(now).flashWord(stateWord());
  out_.number(in_.dropped()).end();
}

const char* SerialBoard::stateWord() const {
  return memory_.latched() ? PSTR("STOPPED") : armed_ ? PSTR("ARMED") : PSTR("SAFE");
}

SerialBoard::Result SerialBoard::arm(Words& words, uint32_t now) {
  uint32_t ms;
  if (!words.number(ms, 0xFFFFFFFFUL) || !words.atEnd()) {
    return refuse(Code::MALFORMED);
  }
  if (stop_.open()) {
    return refuse(Code::STOP_OPEN);
  }
  if (memory_.latched()) {
    return refuse(Code::STOPPED);
  }
  if (ms < 1 || ms > LONGEST_ARMING_MS) {
    return refuse(Code::OUT_OF_RANGE);
  }
  armed_ = true;
  armedAt_ = now;
  armedFor_ = ms;
  return accept(now);
}

SerialBoard::Result SerialBoard::clear(Words& words, uint32_t now) {
  if (!words.atEnd()) {
    return refuse(Code::MALFORMED);
  }
  if (stop_.open()) {
    return refuse(Code::STOP_OPEN);
  }
  memory_.latch(false);
  return accept(now);
}

SerialBoard::Result SerialBoard::move(uint16_t number, Words& words, uint32_t now) {
  uint32_t channel;
  int32_t values[Channel::MOST_ARGUMENTS];
  uint8_t count = 0;
  if (!words.number(channel, 0xFFFFFFFFUL)) {
    return refuse(Code::MALFORMED);
  }
  while (!words.atEnd()) {
    int32_t value;
    if (!words.integer(value)) {
      return refuse(Code::MALFORMED);
    }
    if (count < Channel::MOST_ARGUMENTS) {
      values[count] = value;
    }
    count++;
  }
  if (memory_.latched() || stop_.open()) {
    return refuse(Code::STOPPED);
  }
  if (!armed_ || now - armedAt_ >= armedFor_) {
    return refuse(Code::NOT_ARMED);
  }
  if (channel >= actuators_.capabilities().count) {
    return refuse(Code::UNKNOWN_CHANNEL);
  }
  const uint8_t index = static_cast<uint8_t>(channel);
  const Actuators::Verdict verdict = actuators_.start(index, values, count, number, now);
  switch (verdict.check) {
    case Actuators::Check::FREE:
      askable_ |= static_cast<uint32_t>(1) << index;
      return accept(now);
    case Actuators::Check::UNKNOWN_CHANNEL:
      return refuse(Code::UNKNOWN_CHANNEL);
    case Actuators::Check::WRONG_ARGUMENTS:
      return refuse(Code::MALFORMED);
    case Actuators::Check::OUT_OF_RANGE:
      return refuse(Code::OUT_OF_RANGE);
    case Actuators::Check::BUSY:
      return {Code::BUSY, true, verdict.waitMs};
    case Actuators::Check::TOO_SOON:
      return {Code::TOO_SOON, true, verdict.waitMs};
  }
  return refuse(Code::MALFORMED);
}

SerialBoard::Result SerialBoard::limit(Words& words) {
  uint32_t channel;
  uint32_t maxOnMs;
  uint32_t minGapMs;
  uint32_t maxDutyPct;
  if (!words.number(channel, 0xFFFFFFFFUL) || !words.number(maxOnMs, 0xFFFFFFFFUL) ||
      !words.number(minGapMs, 0xFFFFFFFFUL) || !words.number(maxDutyPct, 0xFFFFFFFFUL) || !words.atEnd()) {
    return refuse(Code::MALFORMED);
  }
  if (channel >= actuators_.capabilities().count) {
    return refuse(Code::UNKNOWN_CHANNEL);
  }
  if (maxDutyPct > MOST_DUTY_PCT) {
    return refuse(Code::OUT_OF_RANGE);
  }
  actuators_.tighten(static_cast<uint8_t>(channel), maxOnMs, minGapMs, static_cast<uint8_t>(maxDutyPct));
  return accept();
}

SerialBoard::Result SerialBoard::range(Words& words) {
  uint32_t channel;
  uint32_t argument;
  int32_t min;
  int32_t max;
  if (!words.number(channel, 0xFFFFFFFFUL) || !words.number(argument, 0xFFFFFFFFUL) || !words.integer(min) ||
      !words.integer(max) || !words.atEnd()) {
    return refuse(Code::MALFORMED);
  }
  const Capabilities& capabilities = actuators_.capabilities();
  if (channel >= capabilities.count || argument >= Flash::read(capabilities.channels[channel].arguments)) {
    return refuse(Code::UNKNOWN_CHANNEL);
  }
  actuators_.tightenRange(static_cast<uint8_t>(channel), static_cast<uint8_t>(argument), min, max);
  return accept();
}

SerialBoard::Result SerialBoard::uuid(Words& words) {
  if (!words.next() || words.length() != UUID_LENGTH || !words.atEnd()) {
    return refuse(Code::MALFORMED);
  }
  uint8_t bytes[BoardMemory::UUID_BYTES] = {};
  uint8_t digit = 0;
  uint8_t sum = 0;
  for (uint8_t at = 0; at < UUID_LENGTH; at++) {
    const char character = words.text()[at];
    if (isDash(at)) {
      if (character != '-') {
        return refuse(Code::MALFORMED);
      }
      continue;
    }
    const uint8_t value = lowerHex(character);
    if (value > 15) {
      return refuse(Code::MALFORMED);
    }
    bytes[digit / 2] = static_cast<uint8_t>(bytes[digit / 2] << 4 | value);
    sum = static_cast<uint8_t>(sum | value);
    digit++;
  }
  if (sum == 0) {
    return refuse(Code::OUT_OF_RANGE);
  }
  if (memory_.named()) {
    return memcmp(bytes, memory_.uuid(), sizeof bytes) == 0 ? accept() : refuse(Code::NAMED_ALREADY);
  }
  if (armed_) {
    return {Code::BUSY, true, 0};  // writing takes longer than an output may wait
  }
  memory_.name(bytes);
  return accept();
}

void SerialBoard::did(uint16_t number, Words& words) {
  uint32_t asked;
  if (!words.number(asked, 0xFFFF) || !words.atEnd()) {
    reply(number, refuse(Code::MALFORMED));
    return;
  }
  for (uint8_t i = 0; i < actuators_.capabilities().count; i++) {
    const Actuators::Run& run = actuators_.run(i);
    if ((askable_ >> i & 1) == 0 || run.tag != asked) {
      continue;
    }
    out_.begin('<').number(number).flashWord(PSTR("OK"));
    if (run.on()) {
      out_.flashWord(PSTR("on")).number(run.since);
    } else {
      out_.flashWord(run.end == End::DONE ? PSTR("done") : PSTR("cut")).number(run.since).number(run.until);
      if (run.end != End::DONE) {
        out_.flashWord(endWord(run.end));
      }
    }
    out_.end();
    return;
  }
  for (const Remembered& entry : ring_) {
    if (entry.used && entry.number == asked) {
      out_.begin('<').number(number).flashWord(PSTR("OK"));
      if (entry.result.code == Code::OK) {
        out_.flashWord(PSTR("ok"));
      } else {
        out_.flashWord(PSTR("refused")).number(static_cast<uint8_t>(entry.result.code));
      }
      out_.end();
      return;
    }
  }
  reply(number, refuse(Code::UNKNOWN_NUMBER));
}

void SerialBoard::caps(uint16_t number, Words& words) {
  uint32_t index;
  if (!words.number(index, 0xFFFFFFFFUL) || !words.atEnd()) {
    reply(number, refuse(Code::MALFORMED));
    return;
  }
  if (index >= lines()) {
    reply(number, refuse(Code::UNKNOWN_CHANNEL));
    return;
  }
  out_.begin('<').number(number).flashWord(PSTR("OK"));
  line(static_cast<uint8_t>(index));
  out_.end();
}

uint8_t SerialBoard::lines() const {
  const Capabilities& capabilities = actuators_.capabilities();
  uint8_t count = LINES_AHEAD;
  for (uint8_t i = 0; i < capabilities.count; i++) {
    count = static_cast<uint8_t>(count + 2 + Flash::read(capabilities.channels[i].arguments));
  }
  return count;
}

void SerialBoard::line(uint8_t index) {
  const Capabilities& capabilities = actuators_.capabilities();
  if (index == 0) {
    out_.flashWord(PSTR("fw")).flashWord(capabilities.firmware).flashWord(capabilities.board);
    out_.flashWord(capabilities.sketch);
    return;
  }
  if (index == 1) {
    out_.flashWord(PSTR("uuid"));
    uuidWord();
    return;
  }
  if (index == 2) {
    out_.flashWord(PSTR("link")).number(SILENCE_MS).number(RING).number(FrameReader::LONGEST_BODY + 7);
    return;
  }
  uint8_t left = static_cast<uint8_t>(index - LINES_AHEAD);
  uint8_t i = 0;
  while (left >= 2 + Flash::read(capabilities.channels[i].arguments)) {
    left = static_cast<uint8_t>(left - 2 - Flash::read(capabilities.channels[i].arguments));
    i++;
  }
  const Channel channel = capabilities.channel(i);
  if (left == 0) {
    out_.flashWord(PSTR("ch")).number(i).text(channel.name).flashWord(kindWord(channel.kind));
    out_.text(channel.group[0] == 0 ? "-" : channel.group);
    return;
  }
  if (left == 1) {
    out_.flashWord(PSTR("lim")).number(i).number(channel.maxOnMs).number(channel.minGapMs);
    out_.number(channel.maxDutyPct);
    return;
  }
  const Argument& argument = channel.argument[left - 2];
  out_.flashWord(PSTR("arg")).number(i).number(static_cast<uint32_t>(left - 2)).text(argument.name);
  out_.signedNumber(argument.min).signedNumber(argument.max).text(argument.unit[0] == 0 ? "-" : argument.unit);
}

void SerialBoard::uuidWord() {
  char text[UUID_LENGTH + 1];
  uint8_t digit = 0;
  for (uint8_t at = 0; at < UUID_LENGTH; at++) {
    if (isDash(at)) {
      text[at] = '-';
      continue;
    }
    const uint8_t byte = memory_.uuid()[digit / 2];
    const uint8_t value = digit % 2 == 0 ? byte >> 4 : byte & 0xF;
    text[at] = static_cast<char>(value < 10 ? '0' + value : 'a' + value - 10);
    digit++;
  }
  text[UUID_LENGTH] = 0;
  out_.text(text);
}

void SerialBoard::ended(uint8_t, const Actuators::Run& run) {
  if (run.end == End::DONE) {
    out_.begin('!').flashWord(PSTR("OFF")).number(run.tag).number(run.until).end();
    return;
  }
  out_.begin('!').flashWord(PSTR("CUT")).number(run.tag).number(run.until).flashWord(endWord(run.end)).end();
}

}  // namespace streamwire
