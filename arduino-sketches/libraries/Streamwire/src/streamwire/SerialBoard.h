#pragma once

#include <stdint.h>

#include "Actuators.h"
#include "BoardMemory.h"
#include "Frame.h"
#include "StopInput.h"

namespace streamwire {

/**
 * A board on a serial line: the whole protocol of docs/serial-protocol.md, without a serial port.
 * It is given bytes, the stop input and the time, and says what to send. Times are ms since the board
 * started, and wrap.
 *
 * <pre>
 *            HELLO             ARM
 *   NONE ----------> SAFE ----------> ARMED
 *    ^                ^  ^              |  STOP, HELLO, lapsed
 *    | silence        |  +--------------+
 *    +--------------- | CLEAR
 *                  STOPPED <--- stop input opens
 * </pre>
 */
class SerialBoard : private Actuators::Listener {
 public:
  static const uint32_t SILENCE_MS = 1500;
  static const uint8_t RING = 8;

  /** As many as DID can be asked about. */
  static const uint8_t MOST_CHANNELS = 32;

  static const uint32_t LONGEST_ARMING_MS = 60000;

  enum class Cause : uint8_t { POWER, PIN, BROWN_OUT, WATCHDOG, UNKNOWN };

  SerialBoard(Actuators& actuators, BoardMemory& memory, LineSink& sink)
      : actuators_(actuators), memory_(memory), out_(sink), in_(FrameReader::Side::BOARD) {}

  /** Everything off, no session; counts the start and says so. */
  void begin(Cause cause);

  void take(uint8_t byte, uint32_t now);

  /** The stop input and the time; as often as possible, at least each ms. */
  void tick(bool stopOpen, uint32_t now);

 private:
  enum class Code : uint8_t {
    OK,
    NO_SESSION,
    NOT_ARMED,
    STOPPED,
    MALFORMED,
    UNKNOWN_CHANNEL,
    OUT_OF_RANGE,
    BUSY,
    TOO_SOON,
    STOP_OPEN,
    UNKNOWN_NUMBER,
    NAMED_ALREADY
  };

  struct Result {
    Code code;
    bool hasWord;
    uint32_t word;
  };

  struct Remembered {
    bool used;
    bool moves;
    uint16_t number;
    Result result;
  };

  static const uint16_t FAR_AWAY = 16384;
  static const uint8_t LONGEST_SESSION = 12;
  static const uint8_t LINES_AHEAD = 3;

  static bool farAway(uint16_t one, uint16_t other);
  static Result refuse(Code code) { return {code, false, 0}; }
  static Result accept() { return {Code::OK, false, 0}; }
  static Result accept(uint32_t word) { return {Code::OK, true, word}; }

  void frame(uint32_t now);
  void question(uint32_t now);
  void forgetFarFrom(uint16_t number);
  void reply(uint16_t number, const Result& result);
  bool replyRemembered(uint16_t number);
  void remember(uint16_t number, bool moves, const Result& result);

  void hello(uint16_t number, Words& words, uint32_t now);
  void ping(uint16_t number, Words& words, uint32_t now);
  void caps(uint16_t number, Words& words);
  void did(uint16_t number, Words& words);
  Result uuid(Words& words);
  Result arm(Words& words, uint32_t now);
  Result clear(Words& words, uint32_t now);
  Result move(uint16_t number, Words& words, uint32_t now);
  Result limit(Words& words);
  Result range(Words& words);

  void lapse(uint32_t now);
  void safe(End why, uint32_t now);
  uint8_t lines() const;
  void line(uint8_t index);
  void uuidWord();
  const char* stateWord() const;
  void ended(uint8_t channel, const Actuators::Run& run) override;

  Actuators& actuators_;
  BoardMemory& memory_;
  FrameWriter out_;
  FrameReader in_;
  StopInput stop_;
  Cause cause_ = Cause::UNKNOWN;
  bool session_ = false;
  bool armed_ = false;
  char name_[LONGEST_SESSION + 1] = {};
  uint32_t heardAt_ = 0;
  uint32_t armedAt_ = 0;
  uint32_t armedFor_ = 0;
  uint8_t next_ = 0;
  Remembered ring_[RING] = {};
  /** Bit n: DID can be asked about the last movement of channel n. */
  uint32_t askable_ = 0;
};

}  // namespace streamwire
