#include "Frame.h"

#include "Crc16.h"
#include "Flash.h"

namespace streamwire {

namespace {

char hexDigit(uint8_t value) { return static_cast<char>(value < 10 ? '0' + value : 'A' + value - 10); }

/** 0 to 15, or 255 for what is no upper-case hex digit. */
uint8_t hexValue(char digit) {
  if (digit >= '0' && digit <= '9') {
    return static_cast<uint8_t>(digit - '0');
  }
  return digit >= 'A' && digit <= 'F' ? static_cast<uint8_t>(digit - 'A' + 10) : 255;
}

bool digits(const char* text, uint8_t length, uint32_t& value, uint32_t max) {
  if (length == 0 || length > 10 || (length > 1 && text[0] == '0')) {
    return false;
  }
  uint32_t sum = 0;
  for (uint8_t i = 0; i < length; i++) {
    if (text[i] < '0' || text[i] > '9') {
      return false;
    }
    const uint8_t digit = static_cast<uint8_t>(text[i] - '0');
    if (sum > (0xFFFFFFFFUL - digit) / 10) {
      return false;
    }
    sum = sum * 10 + digit;
  }
  if (sum > max) {
    return false;
  }
  value = sum;
  return true;
}

}  // namespace

bool FrameReader::isSigil(uint8_t byte) const {
  return side_ == Side::BOARD ? byte == '>' : byte == '<' || byte == '!';
}

FrameReader::Found FrameReader::take(uint8_t byte) {
  if (over_) {
    over_ = false;
    length_ = 0;
  }
  if (isSigil(byte)) {
    if (state_ != State::OUTSIDE) {
      dropped_++;
    }
    state_ = State::BODY;
    sigil_ = static_cast<char>(byte);
    length_ = 0;
    tooLong_ = false;
    return Found::NOTHING;
  }
  if (byte == '\n') {
    return endOfLine();
  }
  switch (state_) {
    case State::OUTSIDE:
      if (byte == '\r') {
        break;
      }
      if (length_ < LONGEST_QUESTION) {
        text_[length_++] = static_cast<char>(byte);
      } else {
        tooLong_ = true;
      }
      break;
    case State::BODY:
      if (byte == '\r') {
        state_ = State::RETURN;
      } else if (byte < ' ' || byte > '~' || byte == '<' || byte == '>' || byte == '!' ||
                 length_ == LONGEST_TEXT) {
        state_ = State::DAMAGED;
      } else {
        text_[length_++] = static_cast<char>(byte);
      }
      break;
    case State::RETURN:
      state_ = State::DAMAGED;
      break;
    case State::DAMAGED:
      break;
  }
  return Found::NOTHING;
}

FrameReader::Found FrameReader::endOfLine() {
  const State ended = state_;
  const bool tooLong = tooLong_;
  state_ = State::OUTSIDE;
  tooLong_ = false;
  over_ = true;
  if (ended == State::OUTSIDE) {
    text_[length_] = 0;
    return length_ > 0 && !tooLong ? Found::QUESTION : Found::NOTHING;
  }
  if (ended == State::DAMAGED || !hasRightCrc()) {
    dropped_++;
    return Found::NOTHING;
  }
  length_ = static_cast<uint8_t>(length_ - CRC_LENGTH);
  text_[length_] = 0;
  return Found::FRAME;
}

bool FrameReader::hasRightCrc() const {
  if (length_ <= CRC_LENGTH) {
    return false;
  }
  const uint8_t body = static_cast<uint8_t>(length_ - CRC_LENGTH);
  if (text_[body] != '*' || memchr(text_, '*', body) != nullptr) {
    return false;
  }
  uint16_t said = 0;
  for (uint8_t i = 1; i < CRC_LENGTH; i++) {
    const uint8_t digit = hexValue(text_[body + i]);
    if (digit > 15) {
      return false;
    }
    said = static_cast<uint16_t>(said << 4 | digit);
  }
  return said == Crc16::of(text_, body);
}

FrameWriter& FrameWriter::begin(char sigil) {
  overflown_ = false;
  length_ = 0;
  put(sigil);
  return *this;
}

FrameWriter& FrameWriter::text(const char* word) {
  separate();
  while (*word != 0) {
    put(*word++);
  }
  return *this;
}

FrameWriter& FrameWriter::flashWord(const char* inFlash) {
  separate();
  for (char character; (character = Flash::character(inFlash)) != 0; inFlash++) {
    put(character);
  }
  return *this;
}

FrameWriter& FrameWriter::number(uint32_t value) {
  char digits[11];
  uint8_t at = sizeof digits;
  digits[--at] = 0;
  do {
    digits[--at] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value > 0);
  return text(digits + at);
}

FrameWriter& FrameWriter::signedNumber(int32_t value) {
  if (value >= 0) {
    return number(static_cast<uint32_t>(value));
  }
  const uint8_t before = length_;
  number(0U - static_cast<uint32_t>(value));
  // A '-' goes where the number began, behind the separating space.
  const uint8_t start = before > 1 ? static_cast<uint8_t>(before + 1) : before;
  if (length_ == LONGEST_LINE) {
    overflown_ = true;
    return *this;
  }
  memmove(line_ + start + 1, line_ + start, static_cast<size_t>(length_ - start));
  line_[start] = '-';
  length_++;
  return *this;
}

void FrameWriter::end() {
  const uint16_t crc = Crc16::of(line_ + 1, static_cast<uint8_t>(length_ - 1));
  put('*');
  for (int8_t shift = 12; shift >= 0; shift = static_cast<int8_t>(shift - 4)) {
    put(hexDigit(static_cast<uint8_t>(crc >> shift & 0xF)));
  }
  endText();
}

void FrameWriter::endText() {
  put('\n');
  if (!overflown_) {
    sink_.write(line_, length_);
  }
}

void FrameWriter::separate() {
  if (length_ > 1 || line_[0] == '#') {
    put(' ');
  }
}

void FrameWriter::put(char character) {
  if (length_ == LONGEST_LINE) {
    overflown_ = true;
    return;
  }
  line_[length_++] = character;
}

bool Words::next() {
  if (at_ == nullptr) {
    return false;
  }
  word_ = at_;
  while (at_ < end_ && *at_ != ' ') {
    at_++;
  }
  wordLength_ = static_cast<uint8_t>(at_ - word_);
  at_ = at_ < end_ ? at_ + 1 : nullptr;
  return true;
}

bool Words::number(uint32_t& value, uint32_t max) {
  return next() && digits(word_, wordLength_, value, max);
}

bool Words::integer(int32_t& value) {
  if (!next()) {
    return false;
  }
  const bool negative = wordLength_ > 0 && word_[0] == '-';
  uint32_t amount;
  if (!digits(word_ + negative, static_cast<uint8_t>(wordLength_ - negative), amount,
              negative ? 0x80000000UL : 0x7FFFFFFFUL) ||
      (negative && amount == 0)) {
    return false;
  }
  value = negative ? static_cast<int32_t>(0U - amount) : static_cast<int32_t>(amount);
  return true;
}

}  // namespace streamwire
