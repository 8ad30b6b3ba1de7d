#include "Actuators.h"

#include <string.h>

namespace streamwire {

namespace {

const int16_t FULL = 255;
const int16_t OFF = 0;

template <typename T>
T least(T one, T other) {
  return one < other ? one : other;
}

template <typename T>
T most(T one, T other) {
  return one > other ? one : other;
}

}  // namespace

void Actuators::begin(Listener& listener) {
  listener_ = &listener;
  for (uint8_t i = 0; i < capabilities_.count; i++) {
    const Channel channel = capabilities_.channel(i);
    runs_[i].ran = false;
    runs_[i].end = End::DONE;
    runs_[i].written = OFF;
    if (channel.kind == Kind::SERVO) {
      pins_.beginServo(channel.pin);
      runs_[i].written = Pins::RELEASED;
      continue;
    }
    pins_.begin(channel.pin);
    if (channel.kind == Kind::STEPPER) {
      pins_.begin(channel.secondPin);
    }
  }
  resetLimits();
}

Actuators::Check Actuators::arguments(uint8_t index, const int32_t* values, uint8_t count) const {
  if (index >= capabilities_.count) {
    return Check::UNKNOWN_CHANNEL;
  }
  if (count != Flash::read(capabilities_.channels[index].arguments)) {
    return Check::WRONG_ARGUMENTS;
  }
  for (uint8_t i = 0; i < count; i++) {
    if (values[i] < runs_[index].min[i] || values[i] > largest(index, i)) {
      return Check::OUT_OF_RANGE;
    }
  }
  return Check::FREE;
}

Actuators::Verdict Actuators::check(uint8_t index, const int32_t* values, uint8_t count, uint32_t now) {
  const Check rough = arguments(index, values, count);
  if (rough != Check::FREE) {
    return {rough, 0};
  }
  for (uint8_t i = 0; i < capabilities_.count; i++) {
    if (runs_[i].on() && exclude(index, i)) {
      return {Check::BUSY, runs_[i].forMs - least(now - runs_[i].since, runs_[i].forMs)};
    }
  }
  const uint32_t gap = waitMs(index, now);
  if (gap > 0) {
    return {Check::TOO_SOON, gap};
  }
  Run& run = runs_[index];
  if (run.maxDutyPct >= 100) {
    return {Check::FREE, 0};
  }
  const uint32_t allowed = Duty::WINDOW_MS / 100 * run.maxDutyPct;
  const uint32_t wanted = duration(capabilities_.channel(index), values, run);
  if (wanted > allowed) {
    return {Check::TOO_SOON, 0};
  }
  return run.duty.used(now) + wanted > allowed ? Verdict{Check::TOO_SOON, run.duty.untilLess(now)}
                                               : Verdict{Check::FREE, 0};
}

uint32_t Actuators::waitMs(uint8_t index, uint32_t now) const {
  uint32_t wait = 0;
  for (uint8_t i = 0; i < capabilities_.count; i++) {
    const Run& other = runs_[i];
    if (other.on() && exclude(index, i)) {
      wait = most(wait, other.forMs - least(now - other.since, other.forMs));
    }
  }
  const Run& run = runs_[index];
  if (run.ran && !run.on() && now - run.until < run.minGapMs) {
    wait = most(wait, run.minGapMs - (now - run.until));
  }
  return wait;
}

Actuators::Verdict Actuators::start(uint8_t index, const int32_t* values, uint8_t count, uint16_t tag,
                                    uint32_t now) {
  const Verdict verdict = check(index, values, count, now);
  if (verdict.check != Check::FREE) {
    return verdict;
  }
  const Channel channel = capabilities_.channel(index);
  // What a servo of the same group still does, ends here.
  for (uint8_t i = 0; i < capabilities_.count; i++) {
    if (i != index && exclude(index, i)) {
      off(capabilities_.channel(i), runs_[i]);
    }
  }
  Run& run = runs_[index];
  run.ran = true;
  run.end = End::RUNNING;
  run.tag = tag;
  run.since = now;
  run.turned = now;
  memcpy(run.values, values, sizeof(int32_t) * count);
  run.forMs = duration(channel, values, run);
  move(channel, run, now);
  return verdict;
}

void Actuators::tick(uint32_t now) {
  for (uint8_t i = 0; i < capabilities_.count; i++) {
    Run& run = runs_[i];
    if (run.on()) {
      if (now - run.since >= run.forMs) {
        end(i, End::DONE, now);
      } else {
        move(capabilities_.channel(i), run, now);
        if (run.forMs == 0) {
          end(i, End::DONE, now);
        }
      }
    } else if (run.ran && run.end == End::DONE && run.written != Pins::RELEASED &&
               Flash::read(capabilities_.channels[i].kind) == Kind::SERVO &&
               now - run.until >= SERVO_RETURN_MS) {
      off(capabilities_.channel(i), run);
    }
  }
}

void Actuators::cut(End why, uint32_t now) {
  for (uint8_t i = 0; i < capabilities_.count; i++) {
    off(capabilities_.channel(i), runs_[i]);
  }
  for (uint8_t i = 0; i < capabilities_.count; i++) {
    if (runs_[i].on()) {
      end(i, why, now);
    }
  }
}

bool Actuators::anyOn() const {
  for (uint8_t i = 0; i < capabilities_.count; i++) {
    if (runs_[i].on()) {
      return true;
    }
  }
  return false;
}

bool Actuators::anyDriven() const {
  for (uint8_t i = 0; i < capabilities_.count; i++) {
    const bool servo = Flash::read(capabilities_.channels[i].kind) == Kind::SERVO;
    if (runs_[i].on() || runs_[i].written != (servo ? Pins::RELEASED : OFF)) {
      return true;
    }
  }
  return false;
}

void Actuators::resetLimits() {
  for (uint8_t i = 0; i < capabilities_.count; i++) {
    const Channel channel = capabilities_.channel(i);
    tighten(i, channel.maxOnMs, channel.minGapMs, channel.maxDutyPct);
    for (uint8_t k = 0; k < channel.arguments; k++) {
      tightenRange(i, k, channel.argument[k].min, channel.argument[k].max);
    }
  }
}

void Actuators::tighten(uint8_t index, uint32_t maxOnMs, uint32_t minGapMs, uint8_t maxDutyPct) {
  const Channel channel = capabilities_.channel(index);
  Run& run = runs_[index];
  run.maxOnMs = least(channel.maxOnMs, maxOnMs);
  run.minGapMs = most(channel.minGapMs, minGapMs);
  run.maxDutyPct = least(channel.maxDutyPct, maxDutyPct);
}

void Actuators::tightenRange(uint8_t index, uint8_t argument, int32_t min, int32_t max) {
  const Channel channel = capabilities_.channel(index);
  runs_[index].min[argument] = most(channel.argument[argument].min, min);
  runs_[index].max[argument] = least(channel.argument[argument].max, max);
}

int32_t Actuators::largest(uint8_t index, uint8_t argument) const {
  const Run& run = runs_[index];
  const bool isDuration = Flash::equal("ms", 2, capabilities_.channels[index].argument[argument].name);
  return isDuration && run.maxOnMs < static_cast<uint32_t>(INT32_MAX)
             ? least(run.max[argument], static_cast<int32_t>(run.maxOnMs))
             : run.max[argument];
}

bool Actuators::exclude(uint8_t one, uint8_t other) const {
  if (one == other) {
    return true;
  }
  const Channel channel = capabilities_.channel(one);
  return channel.group[0] != 0 && Flash::equal(channel.group, static_cast<uint8_t>(strlen(channel.group)),
                                               capabilities_.channels[other].group);
}

int8_t Actuators::indexOf(const Channel& channel, const char* argument) const {
  for (uint8_t i = 0; i < channel.arguments; i++) {
    if (strcmp(channel.argument[i].name, argument) == 0) {
      return static_cast<int8_t>(i);
    }
  }
  return -1;
}

int32_t Actuators::value(const Channel& channel, const Run& run, const char* argument,
                         int32_t otherwise) const {
  const int8_t index = indexOf(channel, argument);
  return index < 0 ? otherwise : run.values[index];
}

uint32_t Actuators::duration(const Channel& channel, const int32_t* values, const Run& run) const {
  const int8_t index = indexOf(channel, "ms");
  return index < 0 ? run.maxOnMs : least(run.maxOnMs, static_cast<uint32_t>(most(values[index], static_cast<int32_t>(0))));
}

void Actuators::move(const Channel& channel, Run& run, uint32_t now) {
  const uint32_t age = now - run.since;
  switch (channel.kind) {
    case Kind::RELAY:
      write(channel, run, FULL);
      return;
    case Kind::PWM: {
      int32_t level = value(channel, run, "level", 100) * FULL / 100;
      if (channel.tuning > 0) {
        const uint32_t left = run.forMs - least(age, run.forMs);
        const uint32_t reached = least(age, left);
        // A ramp has a first step, or a short movement would not be seen at all.
        level = least(level, static_cast<int32_t>(most(least(reached, static_cast<uint32_t>(channel.tuning)) *
                                                           FULL / channel.tuning,
                                                       static_cast<uint32_t>(1))));
      }
      write(channel, run, static_cast<int16_t>(level));
      return;
    }
    case Kind::SERVO:
      write(channel, run, static_cast<int16_t>(value(channel, run, "angle", channel.tuning)));
      return;
    case Kind::BLINK: {
      const uint32_t half = static_cast<uint32_t>(value(channel, run, "period", channel.tuning)) / 2;
      const bool lit = half == 0 || age / half % 2 == 0;
      write(channel, run, lit ? FULL : OFF);
      return;
    }
    case Kind::STEPPER: {
      const int32_t steps = value(channel, run, "steps", 0);
      const uint32_t wanted = static_cast<uint32_t>(steps < 0 ? -steps : steps);
      const uint32_t rate = static_cast<uint32_t>(value(channel, run, "rate", channel.tuning));
      // `turned` counts half steps here: an even one is low, an odd one high.
      if (age == 0) {
        run.turned = 0;
        pins_.write(channel.secondPin, steps < 0);
      }
      const uint32_t due = static_cast<uint32_t>(static_cast<uint64_t>(age) * rate * 2 / 1000);
      if (run.turned < least(due, wanted * 2)) {
        run.turned++;
        write(channel, run, run.turned % 2 == 1 ? FULL : OFF);
      }
      if (run.turned == wanted * 2) {
        run.forMs = 0;
      }
      return;
    }
  }
}

void Actuators::write(const Channel& channel, Run& run, int16_t level) {
  if (level == run.written) {
    return;
  }
  run.written = level;
  switch (channel.kind) {
    case Kind::SERVO:
      pins_.servo(channel.pin, level);
      return;
    case Kind::PWM:
      pins_.pwm(channel.pin, static_cast<uint8_t>(level));
      return;
    case Kind::RELAY:
    case Kind::BLINK:
    case Kind::STEPPER:
      pins_.write(channel.pin, level != OFF);
      return;
  }
}

void Actuators::off(const Channel& channel, Run& run) {
  write(channel, run, channel.kind == Kind::SERVO ? Pins::RELEASED : OFF);
  if (channel.kind == Kind::STEPPER) {
    pins_.write(channel.secondPin, false);
  }
}

void Actuators::end(uint8_t index, End why, uint32_t now) {
  const Channel channel = capabilities_.channel(index);
  Run& run = runs_[index];
  if (channel.kind == Kind::SERVO && why == End::DONE) {
    write(channel, run, static_cast<int16_t>(channel.tuning));
  } else {
    off(channel, run);
  }
  run.end = why;
  run.until = now;
  run.duty.add(run.since, now);
  listener_->ended(index, run);
}

}  // namespace streamwire
