#ifndef __AVR__

#include "NetBoard.h"

#include <string.h>

#include "Sha256.h"

namespace streamwire {

namespace {

const char* const STATUS_WORDS[] = {"accepted", "started", "done", "rejected", "expired", "aborted", "duplicate"};
const char* const PHASE_WORDS[] = {"init", "ready", "stopped", "lost"};
const char STOPPED[] = "stopped";
const char LEASE_LAPSED[] = "lease_lapsed";
const char LINK_LOST[] = "link_lost";

uint32_t toMs(int64_t value) {
  return value < 0 ? 0 : value > 0xFFFFFFFFLL ? 0xFFFFFFFFUL : static_cast<uint32_t>(value);
}

int32_t toInteger(int64_t value) {
  return value < INT32_MIN ? INT32_MIN : value > INT32_MAX ? INT32_MAX : static_cast<int32_t>(value);
}

/** Ms since the epoch that a hub may say; what is further away would overflow when it is reckoned with. */
bool isTime(int64_t ms) { return ms >= 0 && ms < (1LL << 53); }

/** The device's own ids are UUIDs in lower case; whatever else comes is no command for it. */
bool isUuid(const char* text) {
  for (uint8_t i = 0; i < 36; i++) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
    if (dash ? text[i] != '-' : !hex) {
      return false;
    }
  }
  return text[36] == 0;
}

}  // namespace

void NetBoard::begin() {
  actuators_.begin(*this);
  hashEnvelope();
}

void NetBoard::restore(int64_t boot, const SafetyGate::Latch& latch) {
  boot_ = boot;
  gate_.restore(latch);
}

void NetBoard::connected() {
  if (phase_ == Phase::INIT) {
    publishState();
  }
  const size_t length = describe();
  if (length > 0) {
    uplink_.publish(Up::DESCRIBE, message_, length, true);
  }
}

void NetBoard::subscribed(int64_t local) {
  local_ = local;
  online_ = true;
  beatAt_ = local;
  phase_ = gate_.stopped() ? Phase::STOPPED : Phase::READY;
  publishState();
  if (hasConfig_) {
    echo();
  }
  sendPending();
}

void NetBoard::disconnected(int64_t local) {
  local_ = local;
  online_ = false;
  gate_.dropLeases();
  abort(End::LINK_LOST, LINK_LOST, local);
  for (Remembered& entry : ring_) {
    entry.packet = 0;
  }
}

void NetBoard::received(Down topic, const char* body, size_t length, bool retained, int64_t local) {
  local_ = local;
  switch (topic) {
    case Down::COMMAND:
      command(body, length, retained, local);
      return;
    case Down::SAFETY:
      safety(SafetyGate::Scope::OWN, body, length, retained, local);
      return;
    case Down::WORKSPACE_SAFETY:
      safety(SafetyGate::Scope::WORKSPACE, body, length, retained, local);
      return;
    case Down::CONFIG:
      configure(body, length);
      return;
    case Down::OTA:
      return;
  }
}

void NetBoard::taken(uint16_t packet) {
  for (Remembered& entry : ring_) {
    if (entry.pending && entry.packet == packet) {
      entry.pending = false;
      return;
    }
  }
}

void NetBoard::press(int64_t local) {
  local_ = local;
  gate_.press();
  abort(End::ESTOP, STOPPED, local);
  if (phase_ != Phase::INIT) {
    phase_ = Phase::STOPPED;
    publishState();
  }
}

void NetBoard::tick(int64_t local) {
  local_ = local;
  if (!gate_.armed(local) && (waitingCount_ > 0 || actuators_.anyDriven())) {
    abort(gate_.stopped() ? End::STOP : End::LAPSED, gate_.stopped() ? STOPPED : LEASE_LAPSED, local);
  }
  actuators_.tick(static_cast<uint32_t>(local));
  if (waitingCount_ > 0) {
    turn(local);
  }
  if (online_ && local >= retryAt_) {
    sendPending();
  }
  if (local >= beatAt_) {
    beat(local);
  }
}

void NetBoard::measured(const char* name, int32_t value) {
  for (uint8_t i = 0; i < measuredCount_; i++) {
    if (strcmp(measuredName_[i], name) == 0) {
      measured_[i] = value;
      return;
    }
  }
  if (measuredCount_ < MOST_MEASURED) {
    measuredName_[measuredCount_] = name;
    measured_[measuredCount_++] = value;
  }
}

size_t NetBoard::will(char* body, size_t size) const { return stateBody(Phase::LOST, body, size); }

// --- commands

void NetBoard::command(const char* body, size_t length, bool retained, int64_t local) {
  Command command = {};
  int64_t iat = 0;
  bool hasIat = false;
  if (retained || length > LONGEST_COMMAND || !read(body, length, command, iat, hasIat)) {
    return;
  }
  if (hasIat) {
    clock_.observe(iat, local);
  }
  const int64_t now = hubNow(local);
  const int16_t known = slotOf(command.id);
  if (known >= 0) {
    Remembered again = ring_[known];
    again.received = now;
    again.on = UNKNOWN;
    again.off = UNKNOWN;
    const size_t written = ackBody(again, Status::DUPLICATE, STATUS_WORDS[static_cast<uint8_t>(again.status)],
                                   message_, sizeof message_);
    if (online_) {
      uplink_.publish(Up::ACK, message_, written, false);
    }
    return;
  }
  const uint8_t slot = slotFor(command.id);
  ring_[slot].received = now;
  const Refusal before = refusalBefore(command.boot, command.epoch, local);
  if (before.refused) {
    acknowledge(slot, before.status, before.why);
    return;
  }
  const int16_t channel = channelOf(command.name);
  if (channel < 0) {
    acknowledge(slot, Status::REJECTED, "unknown_command");
    return;
  }
  Waiting asked = {slot, static_cast<uint8_t>(channel), 0, {}, command.exp, command.epoch, command.boot};
  const Channel table = actuators_.capabilities().channel(asked.channel);
  asked.count = table.arguments;
  if (!values(command, table, asked.values) ||
      actuators_.arguments(asked.channel, asked.values, asked.count) != Actuators::Check::FREE) {
    acknowledge(slot, Status::REJECTED, "out_of_range");
    return;
  }
  const Refusal after = refusalAfter(command.exp, local);
  if (after.refused) {
    acknowledge(slot, after.status, after.why);
    return;
  }
  if (waitingCount_ == MOST_WAITING) {
    acknowledge(slot, Status::REJECTED, "busy");
    return;
  }
  ring_[slot].active = true;
  ring_[slot].status = Status::ACCEPTED;
  waiting_[waitingCount_++] = asked;
  turn(local);
  for (uint8_t i = 0; i < waitingCount_; i++) {
    if (waiting_[i].slot == slot) {
      acknowledge(slot, Status::ACCEPTED, nullptr);
    }
  }
}

bool NetBoard::read(const char* body, size_t length, Command& command, int64_t& iat, bool& hasIat) const {
  JsonReader json(body, length);
  char key[12];
  if (!json.object()) {
    return false;
  }
  while (json.nextKey(key, sizeof key)) {
    if (strcmp(key, "id") == 0) {
      json.string(command.id, sizeof command.id);
    } else if (strcmp(key, "cmd") == 0) {
      // A longer name is none of this board's, and may be cut.
      char name[65];
      if (json.string(name, sizeof name)) {
        const size_t letters = strlen(name);
        const bool fits = letters < sizeof command.name;
        memcpy(command.name, fits ? name : "?", fits ? letters + 1 : 2);
      }
    } else if (strcmp(key, "args") == 0) {
      readWords(json, command);
    } else if (strcmp(key, "iat") == 0) {
      hasIat = json.integer(iat);
    } else if (strcmp(key, "exp") == 0) {
      json.integer(command.exp);
    } else if (strcmp(key, "epoch") == 0) {
      json.integer(command.epoch);
    } else if (strcmp(key, "boot") == 0) {
      json.integer(command.boot);
    } else {
      json.skip();
    }
  }
  return json.atEnd() && command.name[0] != 0 && isUuid(command.id) && (!hasIat || isTime(iat));
}

bool NetBoard::readWords(JsonReader& json, Command& command) const {
  if (!json.object()) {
    return false;
  }
  char name[sizeof command.wordName[0]];
  while (json.nextKey(name, sizeof name)) {
    int64_t value;
    if (!json.integer(value)) {
      return false;
    }
    if (command.words < MOST_WORDS) {
      memcpy(command.wordName[command.words], name, sizeof name);
      command.wordValue[command.words] = value;
    }
    if (command.words < 255) {
      command.words++;
    }
  }
  return !json.failed();
}

bool NetBoard::values(const Command& command, const Channel& channel, int32_t* values) const {
  if (command.words != channel.arguments) {
    return false;
  }
  bool given[Channel::MOST_ARGUMENTS] = {};
  for (uint8_t i = 0; i < command.words; i++) {
    const int8_t index = argumentOf(channel, command.wordName[i]);
    const int64_t value = command.wordValue[i];
    if (index < 0 || given[index] || value != toInteger(value)) {
      return false;
    }
    given[index] = true;
    values[index] = static_cast<int32_t>(value);
  }
  return true;
}

NetBoard::Refusal NetBoard::refusal(int64_t boot, int64_t epoch, int64_t exp, int64_t local) const {
  const Refusal before = refusalBefore(boot, epoch, local);
  return before.refused ? before : refusalAfter(exp, local);
}

NetBoard::Refusal NetBoard::refusalBefore(int64_t boot, int64_t epoch, int64_t local) const {
  if (boot != boot_) {
    return {true, Status::REJECTED, "rebooted"};
  }
  if (!gate_.armed(local)) {
    return {true, Status::REJECTED, "not_armed"};
  }
  if (epoch < gate_.epoch()) {
    return {true, Status::REJECTED, "stale_epoch"};
  }
  return {false, Status::DONE, nullptr};
}

NetBoard::Refusal NetBoard::refusalAfter(int64_t exp, int64_t local) const {
  if (!clock_.known()) {
    return {true, Status::REJECTED, "clock_unknown"};
  }
  if (clock_.now(local) > exp) {
    return {true, Status::EXPIRED, "too_late"};
  }
  return {false, Status::DONE, nullptr};
}

int16_t NetBoard::channelOf(const char* name) const {
  for (uint8_t i = 0; i < actuators_.capabilities().count; i++) {
    if (Flash::equal(name, static_cast<uint8_t>(strlen(name)), actuators_.capabilities().channels[i].name)) {
      return i;
    }
  }
  return -1;
}

int8_t NetBoard::argumentOf(const Channel& channel, const char* name) const {
  for (uint8_t i = 0; i < channel.arguments; i++) {
    if (strcmp(channel.argument[i].name, name) == 0) {
      return static_cast<int8_t>(i);
    }
  }
  return -1;
}

int16_t NetBoard::slotOf(const char* id) const {
  for (uint8_t i = 0; i < RING; i++) {
    if (strcmp(ring_[i].id, id) == 0) {
      return i;
    }
  }
  return -1;
}

/** The oldest one that neither waits nor runs; fewer than all can. */
uint8_t NetBoard::slotFor(const char* id) {
  while (ring_[next_].active) {
    next_ = static_cast<uint8_t>((next_ + 1) % RING);
  }
  const uint8_t slot = next_;
  next_ = static_cast<uint8_t>((next_ + 1) % RING);
  Remembered& entry = ring_[slot];
  entry = Remembered();
  memcpy(entry.id, id, sizeof entry.id);
  entry.received = UNKNOWN;
  entry.on = UNKNOWN;
  entry.off = UNKNOWN;
  return slot;
}

/** Lets begin what can; of what is never on together the older one first. */
void NetBoard::turn(int64_t local) {
  for (uint8_t i = 0; i < waitingCount_;) {
    if (blocked(i, local)) {
      i++;
      continue;
    }
    const Waiting asked = waiting_[i];
    forget(i);
    Remembered& entry = ring_[asked.slot];
    const Refusal refused = refusal(asked.boot, asked.epoch, asked.exp, local);
    if (refused.refused) {
      acknowledge(asked.slot, refused.status, refused.why);
      continue;
    }
    const Actuators::Verdict verdict =
        actuators_.start(asked.channel, asked.values, asked.count, asked.slot, static_cast<uint32_t>(local));
    if (verdict.check == Actuators::Check::FREE) {
      entry.on = clock_.now(local);
      acknowledge(asked.slot, Status::STARTED, nullptr);
    } else {
      acknowledge(asked.slot, Status::REJECTED,
                  verdict.check == Actuators::Check::TOO_SOON ? "too_soon" : "out_of_range");
    }
  }
}

bool NetBoard::blocked(uint8_t index, int64_t local) const {
  for (uint8_t earlier = 0; earlier < index; earlier++) {
    if (actuators_.exclude(waiting_[index].channel, waiting_[earlier].channel)) {
      return true;
    }
  }
  return actuators_.waitMs(waiting_[index].channel, static_cast<uint32_t>(local)) > 0;
}

void NetBoard::forget(uint8_t index) {
  waitingCount_--;
  memmove(waiting_ + index, waiting_ + index + 1, sizeof waiting_[0] * static_cast<size_t>(waitingCount_ - index));
}

void NetBoard::abort(End why, const char* word, int64_t local) {
  cutWord_ = word;
  actuators_.cut(why, static_cast<uint32_t>(local));
  while (waitingCount_ > 0) {
    const uint8_t slot = waiting_[0].slot;
    forget(0);
    acknowledge(slot, Status::ABORTED, word);
  }
}

void NetBoard::ended(uint8_t, const Actuators::Run& run) {
  Remembered& entry = ring_[run.tag];
  entry.off = hubNow(local_);
  acknowledge(static_cast<uint8_t>(run.tag), run.end == End::DONE ? Status::DONE : Status::ABORTED,
              run.end == End::DONE ? nullptr : cutWord_);
}

// --- safety and configuration

void NetBoard::safety(SafetyGate::Scope scope, const char* body, size_t length, bool retained, int64_t local) {
  SafetyGate::Message message = {};
  bool hasArmed = false;
  bool hasEpoch = false;
  bool hasNow = false;
  JsonReader json(body, length);
  char key[12];
  if (!json.object()) {
    return;
  }
  while (json.nextKey(key, sizeof key)) {
    if (strcmp(key, "armed") == 0) {
      hasArmed = json.boolean(message.armed);
    } else if (strcmp(key, "epoch") == 0) {
      hasEpoch = json.integer(message.epoch);
    } else if (strcmp(key, "now") == 0) {
      hasNow = json.integer(message.now);
    } else if (strcmp(key, "until") == 0) {
      message.hasUntil = !json.null() && json.integer(message.until);
    } else {
      json.skip();
    }
  }
  if (!json.atEnd() || !hasArmed || !hasEpoch || !hasNow || !isTime(message.now) ||
      (message.hasUntil && !isTime(message.until))) {
    return;
  }
  const int64_t epoch = gate_.epoch();
  const Phase before = phase_;
  if (!retained) {
    clock_.observe(message.now, local);
  }
  gate_.obey(scope, message, retained, local);
  if (!gate_.armed(local)) {
    abort(gate_.stopped() ? End::STOP : End::LAPSED, gate_.stopped() ? STOPPED : LEASE_LAPSED, local);
  }
  if (phase_ != Phase::INIT) {
    phase_ = gate_.stopped() ? Phase::STOPPED : Phase::READY;
  }
  if (gate_.epoch() != epoch || phase_ != before || (!message.armed && !retained)) {
    publishState();
  }
}

void NetBoard::configure(const char* body, size_t length) {
  JsonReader json(body, length);
  char key[12];
  int64_t version = 0;
  bool hasVersion = false;
  const char* limits = nullptr;
  size_t limitsLength = 0;
  if (!json.object()) {
    return;
  }
  while (json.nextKey(key, sizeof key)) {
    if (strcmp(key, "v") == 0) {
      hasVersion = json.integer(version);
    } else if (strcmp(key, "limits") == 0) {
      json.peek();
      limits = json.position();
      json.skip();
      limitsLength = static_cast<size_t>(json.position() - limits);
    } else {
      json.skip();
    }
  }
  if (!json.atEnd() || !hasVersion || limits == nullptr || limitsLength > LONGEST_LIMITS ||
      (hasConfig_ && version < configVersion_) || !applyLimits(limits, limitsLength, false)) {
    return;  // the hub misses the echo, and disarms
  }
  actuators_.resetLimits();
  applyLimits(limits, limitsLength, true);
  hasConfig_ = true;
  configVersion_ = version;
  memcpy(limits_, limits, limitsLength);
  limits_[limitsLength] = 0;
  hashEnvelope();
  echo();
  publishState();
}

bool NetBoard::applyLimits(const char* text, size_t length, bool apply) {
  JsonReader json(text, length);
  char name[65];
  if (!json.object()) {
    return false;
  }
  while (json.nextKey(name, sizeof name)) {
    if (!applyLimits(json, channelOf(name), apply)) {
      return false;
    }
  }
  return json.atEnd();
}

bool NetBoard::applyLimits(JsonReader& json, int16_t channel, bool apply) {
  int64_t maxOnMs = INT64_MAX;
  int64_t minGapMs = 0;
  int64_t maxDutyPct = 100;
  char key[14];
  if (!json.object()) {
    return false;
  }
  while (json.nextKey(key, sizeof key)) {
    if (json.null()) {
      continue;
    }
    if (strcmp(key, "max_on_ms") == 0) {
      json.integer(maxOnMs);
    } else if (strcmp(key, "min_gap_ms") == 0) {
      json.integer(minGapMs);
    } else if (strcmp(key, "max_duty_pct") == 0) {
      json.integer(maxDutyPct);
    } else if (strcmp(key, "args") == 0) {
      applyRanges(json, channel, apply);
    } else {
      json.skip();
    }
  }
  if (apply && channel >= 0 && !json.failed()) {
    actuators_.tighten(static_cast<uint8_t>(channel), toMs(maxOnMs), toMs(minGapMs),
                       static_cast<uint8_t>(maxDutyPct < 0 ? 0 : maxDutyPct > 100 ? 100 : maxDutyPct));
  }
  return !json.failed();
}

bool NetBoard::applyRanges(JsonReader& json, int16_t channel, bool apply) {
  char name[65];
  char key[8];
  if (!json.object()) {
    return false;
  }
  while (json.nextKey(name, sizeof name)) {
    int64_t min = INT64_MIN;
    int64_t max = INT64_MAX;
    if (!json.object()) {
      return false;
    }
    while (json.nextKey(key, sizeof key)) {
      if (json.null()) {
        continue;
      }
      if (strcmp(key, "min") == 0) {
        json.integer(min);
      } else if (strcmp(key, "max") == 0) {
        json.integer(max);
      } else {
        json.skip();
      }
    }
    if (apply && channel >= 0 && !json.failed()) {
      const int8_t index = argumentOf(actuators_.capabilities().channel(static_cast<uint8_t>(channel)), name);
      if (index >= 0) {
        actuators_.tightenRange(static_cast<uint8_t>(channel), static_cast<uint8_t>(index), toInteger(min),
                                toInteger(max));
      }
    }
  }
  return !json.failed();
}

// --- what it says

void NetBoard::acknowledge(uint8_t slot, Status status, const char* why) {
  Remembered& entry = ring_[slot];
  entry.status = status;
  entry.why = why;
  entry.active = status == Status::ACCEPTED || status == Status::STARTED;
  entry.pending = true;
  entry.packet = 0;
  entry.order = ++order_;
  if (online_) {
    transmit(slot);
  }
}

void NetBoard::transmit(uint8_t slot) {
  Remembered& entry = ring_[slot];
  const size_t length = ackBody(entry, entry.status, entry.why, message_, sizeof message_);
  entry.packet = uplink_.publish(Up::ACK, message_, length, false);
  if (entry.packet == 0) {
    retryAt_ = local_ + RETRY_MS;
  }
}

size_t NetBoard::ackBody(const Remembered& about, Status status, const char* why, char* body, size_t size) const {
  JsonWriter json(body, size);
  json.open('{').key("id").string(about.id).key("st").string(STATUS_WORDS[static_cast<uint8_t>(status)]).key("why");
  if (why == nullptr) {
    json.null();
  } else {
    json.string(why);
  }
  json.key("t").open('{');
  if (about.received != UNKNOWN) {
    json.key("rx").integer(about.received);
  }
  if (about.on != UNKNOWN) {
    json.key("on").integer(about.on);
  }
  if (about.off != UNKNOWN) {
    json.key("off").integer(about.off);
  }
  json.close('}').key("envelope").string(hash_).close('}');
  return json.length();
}

/** Those that the link does not have yet, in the order in which they were given. */
void NetBoard::sendPending() {
  retryAt_ = INT64_MAX;
  uint32_t last = 0;
  while (true) {
    int16_t oldest = -1;
    for (uint8_t i = 0; i < RING; i++) {
      const Remembered& entry = ring_[i];
      if (entry.pending && entry.packet == 0 && entry.order > last &&
          (oldest < 0 || entry.order < ring_[oldest].order)) {
        oldest = i;
      }
    }
    if (oldest < 0) {
      return;
    }
    last = ring_[oldest].order;
    transmit(static_cast<uint8_t>(oldest));
  }
}

void NetBoard::publishState() {
  const size_t length = stateBody(phase_, message_, sizeof message_);
  uplink_.publish(Up::STATE, message_, length, true);
}

size_t NetBoard::stateBody(Phase as, char* body, size_t size) const {
  JsonWriter json(body, size);
  json.open('{').key("s").string(PHASE_WORDS[static_cast<uint8_t>(as)]).key("boot").integer(boot_);
  json.key("epoch").integer(gate_.epoch()).key("fw").string(actuators_.capabilities().firmware);
  json.key("envelope").string(hash_);
  if (gate_.latched()) {
    json.key("why").string("hardware");
  }
  json.close('}');
  return json.length();
}

/** The capability document, as the message; 0 when it does not fit. */
size_t NetBoard::describe() {
  const Capabilities& capabilities = actuators_.capabilities();
  JsonWriter json(message_, sizeof message_);
  json.open('{').key("v").integer(1).key("fw").string(capabilities.firmware);
  json.key("board").string(capabilities.board).key("limits").string("board").key("commands").open('[');
  for (uint8_t i = 0; i < capabilities.count; i++) {
    const Channel channel = capabilities.channel(i);
    json.open('{').key("name").string(channel.name).key("args").open('[');
    for (uint8_t k = 0; k < channel.arguments; k++) {
      const Argument& argument = channel.argument[k];
      json.open('{').key("name").string(argument.name).key("type").string("int").key("min").integer(argument.min);
      json.key("max").integer(argument.max);
      if (argument.unit[0] != 0) {
        json.key("unit").string(argument.unit);
      }
      json.close('}');
    }
    json.close(']').key("max_on_ms").integer(channel.maxOnMs).key("min_gap_ms").integer(channel.minGapMs);
    json.key("max_duty_pct").integer(channel.maxDutyPct);
    if (channel.group[0] != 0) {
      json.key("group").string(channel.group);
    }
    json.close('}');
  }
  json.close(']').close('}');
  return json.fits() ? json.length() : 0;
}

void NetBoard::echo() {
  JsonWriter json(message_, sizeof message_);
  json.open('{').key("v").integer(configVersion_).key("envelope").string(hash_).key("limits");
  json.raw(limits_, strlen(limits_)).close('}');
  uplink_.publish(Up::CONFIG, message_, json.length(), true);
}

void NetBoard::beat(int64_t local) {
  beatAt_ = local + HEARTBEAT_MS;
  if (!online_) {
    return;
  }
  JsonWriter json(message_, sizeof message_);
  json.open('{').key("items").open('[').open('{');
  if (clock_.known()) {
    json.key("at").integer(clock_.now(local));
  }
  json.key("values").open('{').key("uptime_s").integer(local / 1000);
  for (uint8_t i = 0; i < measuredCount_; i++) {
    json.key(measuredName_[i]).integer(measured_[i]);
  }
  json.close('}').close('}').close(']').close('}');
  uplink_.publish(Up::TELEMETRY, message_, json.length(), false);
}

/** The first 16 hex digits of the SHA-256 of the limits in force, as canonical JSON (RFC 8785). */
void NetBoard::hashEnvelope() {
  const Capabilities& capabilities = actuators_.capabilities();
  JsonWriter json(message_, sizeof message_);
  json.open('{');
  char last[sizeof(Channel::name)] = "";
  for (uint8_t written = 0; written < capabilities.count; written++) {
    int16_t next = -1;
    for (uint8_t i = 0; i < capabilities.count; i++) {
      const Channel channel = capabilities.channel(i);
      if (strcmp(channel.name, last) > 0 &&
          (next < 0 || strcmp(channel.name, capabilities.channel(static_cast<uint8_t>(next)).name) < 0)) {
        next = i;
      }
    }
    if (next < 0) {
      break;
    }
    const uint8_t index = static_cast<uint8_t>(next);
    const Channel channel = capabilities.channel(index);
    const Actuators::Run& limits = actuators_.run(index);
    memcpy(last, channel.name, sizeof last);
    json.key(channel.name).open('{').key("args").open('{');
    const bool swapped = channel.arguments == 2 && strcmp(channel.argument[0].name, channel.argument[1].name) > 0;
    for (uint8_t k = 0; k < channel.arguments; k++) {
      const uint8_t argument = swapped ? static_cast<uint8_t>(1 - k) : k;
      json.key(channel.argument[argument].name).open('{');
      json.key("max").integer(actuators_.largest(index, argument));
      json.key("min").integer(limits.min[argument]).close('}');
    }
    json.close('}');
    if (channel.group[0] != 0) {
      json.key("group").string(channel.group);
    }
    json.key("max_duty_pct").integer(limits.maxDutyPct).key("max_on_ms").integer(limits.maxOnMs);
    json.key("min_gap_ms").integer(limits.minGapMs).close('}');
  }
  json.close('}');
  Sha256 sha;
  sha.add(message_, json.length());
  char hex[2 * Sha256::BYTES + 1];
  sha.hex(hex);
  memcpy(hash_, hex, HASH_LENGTH);
  hash_[HASH_LENGTH] = 0;
}

}  // namespace streamwire

#endif
