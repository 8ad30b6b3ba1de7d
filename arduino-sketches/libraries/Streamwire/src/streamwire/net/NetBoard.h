#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../Actuators.h"
#include "../Json.h"
#include "HubClock.h"
#include "SafetyGate.h"

namespace streamwire {

/**
 * A board on MQTT: what comes in and what goes out, without a network. It is given messages, the stop
 * input and the time, in ms since it started.
 *
 * <pre>
 *           subscribed            stop (higher epoch, or a tie), stop input
 *   INIT --------------> READY --------------------------------------------> STOPPED
 *                          ^                                                   |
 *                          +---------------------------------------------------+
 *                                              arm (higher epoch)
 *
 *   Moves only while a lease runs. Safe, and every command aborted, at: stop, lapsed lease, lost link.
 * </pre>
 */
class NetBoard : private Actuators::Listener {
 public:
  /** How many commands it remembers. */
  static const uint8_t RING = 64;

  /** How many wait for their turn. */
  static const uint8_t MOST_WAITING = 16;

  static const size_t LONGEST_COMMAND = 512;
  static const size_t LONGEST_LIMITS = 1500;

  /** Longest message that it makes: the capability document. */
  static const size_t LONGEST_MESSAGE = 4096;

  static const int64_t HEARTBEAT_MS = 15000;

  enum class Up : uint8_t { STATE, DESCRIBE, ACK, CONFIG, TELEMETRY, OTA };
  enum class Down : uint8_t { COMMAND, SAFETY, WORKSPACE_SAFETY, CONFIG, OTA };

  /** Where messages go. */
  class Uplink {
   public:
    /**
     * Publishes with QoS 1, telemetry with 0.
     *
     * @return by which taken() will be told that it arrived; 0 when it cannot be sent now
     */
    virtual uint16_t publish(Up topic, const char* body, size_t length, bool retain) = 0;

   protected:
    ~Uplink() = default;
  };

  NetBoard(Actuators& actuators, Uplink& uplink) : actuators_(actuators), uplink_(uplink) {}

  /** Everything off. */
  void begin();

  /**
   * @param boot grows with each start
   * @param latch as it was when the board was last on
   */
  void restore(int64_t boot, const SafetyGate::Latch& latch);

  // What the link tells it.

  void connected();
  void subscribed(int64_t local);
  void disconnected(int64_t local);
  void received(Down topic, const char* body, size_t length, bool retained, int64_t local);

  /** The broker has taken a message. */
  void taken(uint16_t packet);

  /** The stop input has opened, or closed again. */
  void press(int64_t local);
  void release(int64_t local) { gate_.release(hubNow(local)); }

  /** As often as possible, at least each ms. */
  void tick(int64_t local);

  /** What it measures besides, for telemetry. */
  void measured(const char* name, int32_t value);

  bool armed(int64_t local) const { return gate_.armed(local); }

  /** To be kept over a restart. */
  const SafetyGate::Latch& latch() const { return gate_.latch(); }

  /** Whether what it can do fits into a message: if not, the hub never learns it. */
  bool describable() { return describe() > 0; }

  /** The last will: the same as its state, but lost. */
  size_t will(char* body, size_t size) const;

 private:
  static const int64_t RETRY_MS = 1000;
  static const uint8_t ID_LENGTH = 36;
  static const uint8_t MOST_WORDS = 8;
  static const uint8_t HASH_LENGTH = 16;
  static const uint8_t MOST_MEASURED = 4;

  enum class Phase : uint8_t { INIT, READY, STOPPED, LOST };
  enum class Status : uint8_t { ACCEPTED, STARTED, DONE, REJECTED, EXPIRED, ABORTED, DUPLICATE };

  /** A command that it remembers, with its newest acknowledgement. */
  struct Remembered {
    char id[ID_LENGTH + 1];
    Status status;
    /** In flash, or null. */
    const char* why;
    int64_t received;
    int64_t on;
    int64_t off;
    /** Whether the broker still has to take the acknowledgement. */
    bool pending;
    uint16_t packet;
    /** Whether it waits or runs. */
    bool active;
    /** Where it stands among the acknowledgements that are sent again. */
    uint32_t order;
  };

  struct Command {
    char name[17];
    char id[ID_LENGTH + 1];
    int64_t exp;
    int64_t epoch;
    int64_t boot;
    uint8_t words;
    char wordName[MOST_WORDS][9];
    int64_t wordValue[MOST_WORDS];
  };

  struct Waiting {
    uint8_t slot;
    uint8_t channel;
    uint8_t count;
    int32_t values[Channel::MOST_ARGUMENTS];
    int64_t exp;
    int64_t epoch;
    int64_t boot;
  };

  struct Refusal {
    bool refused;
    Status status;
    const char* why;
  };

  static const int64_t UNKNOWN = SafetyGate::UNKNOWN;

  int64_t hubNow(int64_t local) const { return clock_.known() ? clock_.now(local) : UNKNOWN; }

  void command(const char* body, size_t length, bool retained, int64_t local);
  bool read(const char* body, size_t length, Command& command, int64_t& iat, bool& hasIat) const;
  bool readWords(JsonReader& json, Command& command) const;
  void safety(SafetyGate::Scope scope, const char* body, size_t length, bool retained, int64_t local);
  void configure(const char* body, size_t length);
  bool applyLimits(const char* text, size_t length, bool apply);
  bool applyLimits(JsonReader& json, int16_t channel, bool apply);
  bool applyRanges(JsonReader& json, int16_t channel, bool apply);

  Refusal refusal(int64_t boot, int64_t epoch, int64_t exp, int64_t local) const;
  Refusal refusalBefore(int64_t boot, int64_t epoch, int64_t local) const;
  Refusal refusalAfter(int64_t exp, int64_t local) const;
  int16_t channelOf(const char* name) const;
  int8_t argumentOf(const Channel& channel, const char* name) const;
  bool values(const Command& command, const Channel& channel, int32_t* values) const;

  uint8_t slotFor(const char* id);
  int16_t slotOf(const char* id) const;
  void turn(int64_t local);
  bool blocked(uint8_t index, int64_t local) const;
  void forget(uint8_t index);
  void abort(End why, const char* word, int64_t local);
  void ended(uint8_t channel, const Actuators::Run& run) override;

  void acknowledge(uint8_t slot, Status status, const char* why);
  void transmit(uint8_t slot);
  size_t ackBody(const Remembered& about, Status status, const char* why, char* body, size_t size) const;
  void sendPending();
  void publishState();
  size_t describe();
  void echo();
  void beat(int64_t local);
  size_t stateBody(Phase as, char* body, size_t size) const;
  void hashEnvelope();

  Actuators& actuators_;
  Uplink& uplink_;
  HubClock clock_;
  SafetyGate gate_;
  Phase phase_ = Phase::INIT;
  bool online_ = false;
  int64_t boot_ = 0;
  int64_t local_ = 0;
  int64_t retryAt_ = INT64_MAX;
  int64_t beatAt_ = 0;
  Remembered ring_[RING] = {};
  uint8_t next_ = 0;
  uint32_t order_ = 0;
  Waiting waiting_[MOST_WAITING] = {};
  uint8_t waitingCount_ = 0;
  bool hasConfig_ = false;
  int64_t configVersion_ = 0;
  char limits_[LONGEST_LIMITS + 1] = {};
  char hash_[HASH_LENGTH + 1] = {};
  const char* measuredName_[MOST_MEASURED] = {};
  int32_t measured_[MOST_MEASURED] = {};
  uint8_t measuredCount_ = 0;
  const char* cutWord_ = nullptr;
  char message_[LONGEST_MESSAGE];
};

}  // namespace streamwire
