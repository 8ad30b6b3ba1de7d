#pragma once

#include <stdint.h>

namespace streamwire {

/**
 * Finds lines in a stream of bytes: sigil, body, '*', CRC, LF. What is damaged is dropped and
 * counted; each sigil begins anew.
 *
 * <pre>
 *            sigil            CR             LF: body, or dropped
 *   OUTSIDE -------> BODY ---------> RETURN -------------------> OUTSIDE
 *                     |  bad character, too long  |
 *                     +------------> DAMAGED <----+
 *                                       | LF or sigil: dropped
 * </pre>
 */
class FrameReader {
 public:
  /** Longest body, in characters; the whole line has 7 bytes more. */
  static const uint8_t LONGEST_BODY = 53;

  /** Longest text of a person that is kept, in characters. */
  static const uint8_t LONGEST_QUESTION = 8;

  enum class Side : uint8_t { BOARD, HOST };

  enum class Found : uint8_t {
    NOTHING,
    /** A line with a right CRC: body() has it. */
    FRAME,
    /** A short line without a sigil, which a person may have typed: body() has it. */
    QUESTION
  };

  /** @param side who reads: a board knows the sigil '>', a host '<' and '!'. */
  explicit FrameReader(Side side) : side_(side) {}

  Found take(uint8_t byte);

  /** The body, with a zero behind it, until the next byte is taken. */
  const char* body() const { return text_; }
  uint8_t length() const { return length_; }

  /** The sigil of the last frame. */
  char sigil() const { return sigil_; }

  /** Counts a line that turned out to be none. */
  void drop() { dropped_++; }

  /** How many lines were dropped, modulo 65536. */
  uint16_t dropped() const { return dropped_; }

 private:
  static const uint8_t CRC_LENGTH = 5;
  static const uint8_t LONGEST_TEXT = LONGEST_BODY + CRC_LENGTH;

  enum class State : uint8_t { OUTSIDE, BODY, RETURN, DAMAGED };

  bool isSigil(uint8_t byte) const;
  Found endOfLine();
  bool hasRightCrc() const;

  const Side side_;
  State state_ = State::OUTSIDE;
  bool tooLong_ = false;
  bool over_ = false;
  char sigil_ = 0;
  uint8_t length_ = 0;
  uint16_t dropped_ = 0;
  char text_[LONGEST_TEXT + 1];
};

/** Where lines go. */
class LineSink {
 public:
  virtual void write(const char* line, uint8_t length) = 0;

 protected:
  ~LineSink() = default;
};

/** Makes one line at a time: begin, the words, end. */
class FrameWriter {
 public:
  explicit FrameWriter(LineSink& sink) : sink_(sink) {}

  FrameWriter& begin(char sigil);
  FrameWriter& text(const char* word);
  FrameWriter& flashWord(const char* inFlash);
  FrameWriter& number(uint32_t value);
  FrameWriter& signedNumber(int32_t value);

  /** Adds the CRC and sends it; a line that became too long is not sent. */
  void end();

  /** Sends it without a CRC: a line for people. */
  void endText();

 private:
  static const uint8_t LONGEST_LINE = 60;

  void separate();
  void put(char character);

  LineSink& sink_;
  bool overflown_ = false;
  uint8_t length_ = 0;
  char line_[LONGEST_LINE];
};

/** The words of a body, one after another. */
class Words {
 public:
  Words(const char* body, uint8_t length) : at_(body), end_(body + length) {}

  /** Takes the next word; false when there is none. An empty one is between two spaces. */
  bool next();

  const char* text() const { return word_; }
  uint8_t length() const { return wordLength_; }

  /** Whether all words were taken. */
  bool atEnd() const { return at_ == nullptr; }

  /** Takes the next word as a decimal number without sign or leading zeros. */
  bool number(uint32_t& value, uint32_t max);

  /** Takes the next word as a 32-bit integer. */
  bool integer(int32_t& value);

 private:
  const char* at_;
  const char* const end_;
  const char* word_ = nullptr;
  uint8_t wordLength_ = 0;
};

}  // namespace streamwire
