#include "Json.h"

#include <string.h>

namespace streamwire {

bool JsonReader::fail() {
  failed_ = true;
  at_ = end_;
  return false;
}

void JsonReader::space() {
  while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) {
    at_++;
  }
}

char JsonReader::peek() {
  space();
  return at_ < end_ ? *at_ : 0;
}

bool JsonReader::expect(char character) {
  if (failed_ || peek() != character || at_ == end_) {
    return fail();
  }
  at_++;
  return true;
}

bool JsonReader::open(char bracket) {
  if (!expect(bracket)) {
    return false;
  }
  first_ = true;
  return true;
}

bool JsonReader::nextKey(char* key, size_t size) {
  if (failed_) {
    return false;
  }
  if (peek() == '}') {
    at_++;
    first_ = false;
    return false;
  }
  if (!first_ && !expect(',')) {
    return false;
  }
  first_ = false;
  space();
  return text(key, size, true) && expect(':');
}

bool JsonReader::nextElement() {
  if (failed_) {
    return false;
  }
  if (peek() == ']') {
    at_++;
    first_ = false;
    return false;
  }
  if (!first_ && !expect(',')) {
    return false;
  }
  first_ = false;
  return true;
}

bool JsonReader::string(char* out, size_t size) { return text(out, size, false); }

bool JsonReader::text(char* out, size_t size, bool cut) {
  if (!expect('"')) {
    return false;
  }
  size_t length = 0;
  while (at_ < end_ && *at_ != '"') {
    uint32_t code = static_cast<unsigned char>(*at_++);
    char bytes[4];
    size_t count = 1;
    bytes[0] = static_cast<char>(code);
    if (code < ' ') {
      return fail();
    }
    if (code == '\\') {
      if (!escape(code)) {
        return fail();
      }
      if (code < 0x80) {
        bytes[0] = static_cast<char>(code);
      } else if (code < 0x800) {
        count = 2;
        bytes[0] = static_cast<char>(0xC0 | code >> 6);
        bytes[1] = static_cast<char>(0x80 | (code & 0x3F));
      } else if (code < 0x10000) {
        count = 3;
        bytes[0] = static_cast<char>(0xE0 | code >> 12);
        bytes[1] = static_cast<char>(0x80 | (code >> 6 & 0x3F));
        bytes[2] = static_cast<char>(0x80 | (code & 0x3F));
      } else {
        count = 4;
        bytes[0] = static_cast<char>(0xF0 | code >> 18);
        bytes[1] = static_cast<char>(0x80 | (code >> 12 & 0x3F));
        bytes[2] = static_cast<char>(0x80 | (code >> 6 & 0x3F));
        bytes[3] = static_cast<char>(0x80 | (code & 0x3F));
      }
    }
    for (size_t i = 0; i < count; i++) {
      if (length + 1 < size) {
        out[length++] = bytes[i];
      } else if (!cut) {
        return fail();
      }
    }
  }
  if (at_ == end_) {
    return fail();
  }
  at_++;
  if (size > 0) {
    out[length] = 0;
  }
  return true;
}

bool JsonReader::escape(uint32_t& code) {
  if (at_ == end_) {
    return false;
  }
  const char kind = *at_++;
  switch (kind) {
    case '"':
    case '\\':
    case '/':
      code = static_cast<unsigned char>(kind);
      return true;
    case 'b':
      code = '\b';
      return true;
    case 'f':
      code = '\f';
      return true;
    case 'n':
      code = '\n';
      return true;
    case 'r':
      code = '\r';
      return true;
    case 't':
      code = '\t';
      return true;
    case 'u':
      break;
    default:
      return false;
  }
  uint32_t units[2] = {0, 0};
  for (uint8_t unit = 0; unit < 2; unit++) {
    if (end_ - at_ < 4) {
      return false;
    }
    for (uint8_t i = 0; i < 4; i++) {
      const char digit = *at_++;
      const bool lower = digit >= 'a' && digit <= 'f';
      const bool upper = digit >= 'A' && digit <= 'F';
      if (!lower && !upper && (digit < '0' || digit > '9')) {
        return false;
      }
      const int value = lower ? digit - 'a' + 10 : upper ? digit - 'A' + 10 : digit - '0';
      units[unit] = units[unit] << 4 | static_cast<uint32_t>(value);
    }
    if (unit == 0) {
      if (units[0] < 0xD800 || units[0] > 0xDFFF) {
        code = units[0];
        return true;
      }
      if (units[0] > 0xDBFF || end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u') {
        return false;
      }
      at_ += 2;
    }
  }
  if (units[1] < 0xDC00 || units[1] > 0xDFFF) {
    return false;
  }
  code = 0x10000 + ((units[0] - 0xD800) << 10) + (units[1] - 0xDC00);
  return true;
}

bool JsonReader::integer(int64_t& value) {
  const char first = peek();
  const bool negative = first == '-';
  if (failed_ || (!negative && (first < '0' || first > '9'))) {
    return fail();
  }
  if (negative) {
    at_++;
  }
  const char* const digits = at_;
  uint64_t sum = 0;
  while (at_ < end_ && *at_ >= '0' && *at_ <= '9') {
    const uint64_t digit = static_cast<uint64_t>(*at_ - '0');
    if (sum > (static_cast<uint64_t>(INT64_MAX) - digit) / 10) {
      return fail();
    }
    sum = sum * 10 + digit;
    at_++;
  }
  const bool leadingZero = at_ - digits > 1 && *digits == '0';
  if (at_ == digits || leadingZero || (at_ < end_ && (*at_ == '.' || *at_ == 'e' || *at_ == 'E'))) {
    return fail();
  }
  value = negative ? -static_cast<int64_t>(sum) : static_cast<int64_t>(sum);
  return true;
}

bool JsonReader::literal(const char* word) {
  const size_t length = strlen(word);
  if (static_cast<size_t>(end_ - at_) < length || memcmp(at_, word, length) != 0) {
    return fail();
  }
  at_ += length;
  return true;
}

bool JsonReader::boolean(bool& value) {
  const char first = peek();
  if (failed_ || (first != 't' && first != 'f')) {
    return fail();
  }
  value = first == 't';
  return literal(value ? "true" : "false");
}

bool JsonReader::null() { return !failed_ && peek() == 'n' && literal("null"); }

bool JsonReader::skip() { return skip(0); }

bool JsonReader::skip(uint8_t depth) {
  if (failed_ || depth == DEEPEST) {
    return fail();
  }
  char nothing[1];
  bool ignored;
  switch (peek()) {
    case '{':
      object();
      while (nextKey(nothing, sizeof nothing)) {
        if (!skip(static_cast<uint8_t>(depth + 1))) {
          return false;
        }
      }
      return !failed_;
    case '[':
      array();
      while (nextElement()) {
        if (!skip(static_cast<uint8_t>(depth + 1))) {
          return false;
        }
      }
      return !failed_;
    case '"':
      return text(nothing, sizeof nothing, true);
    case 't':
    case 'f':
      return boolean(ignored);
    case 'n':
      return literal("null");
    default:
      break;
  }
  return number();
}

/** Any number of the grammar, also with a fraction and an exponent. */
bool JsonReader::number() {
  if (at_ < end_ && *at_ == '-') {
    at_++;
  }
  const bool zero = at_ < end_ && *at_ == '0';
  const size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) {
    return fail();
  }
  if (at_ < end_ && *at_ == '.') {
    at_++;
    if (digits() == 0) {
      return fail();
    }
  }
  if (at_ < end_ && (*at_ == 'e' || *at_ == 'E')) {
    at_++;
    if (at_ < end_ && (*at_ == '+' || *at_ == '-')) {
      at_++;
    }
    if (digits() == 0) {
      return fail();
    }
  }
  return true;
}

size_t JsonReader::digits() {
  const char* const begin = at_;
  while (at_ < end_ && *at_ >= '0' && *at_ <= '9') {
    at_++;
  }
  return static_cast<size_t>(at_ - begin);
}

bool JsonReader::atEnd() { return !failed_ && peek() == 0 && at_ == end_; }

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  put(bracket);
  separated_ = true;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  put(bracket);
  separated_ = false;
  return *this;
}

JsonWriter& JsonWriter::key(const char* name) {
  separate();
  quoted(name);
  put(':');
  separated_ = true;
  return *this;
}

JsonWriter& JsonWriter::string(const char* text) {
  separate();
  quoted(text);
  return *this;
}

JsonWriter& JsonWriter::integer(int64_t value) {
  separate();
  char digits[20];
  size_t at = sizeof digits;
  uint64_t amount = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  do {
    digits[--at] = static_cast<char>('0' + amount % 10);
    amount /= 10;
  } while (amount > 0);
  if (value < 0) {
    put('-');
  }
  while (at < sizeof digits) {
    put(digits[at++]);
  }
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  return value ? raw("true", 4) : raw("false", 5);
}

JsonWriter& JsonWriter::null() { return raw("null", 4); }

JsonWriter& JsonWriter::raw(const char* text, size_t length) {
  separate();
  for (size_t i = 0; i < length; i++) {
    put(text[i]);
  }
  return *this;
}

void JsonWriter::separate() {
  if (!separated_) {
    put(',');
  }
  separated_ = false;
}

void JsonWriter::put(char character) {
  if (length_ + 1 >= size_) {
    fits_ = false;
    return;
  }
  buffer_[length_++] = character;
  buffer_[length_] = 0;
}

void JsonWriter::quoted(const char* text) {
  static const char HEX_DIGITS[] = "0123456789abcdef";
  put('"');
  for (; *text != 0; text++) {
    const unsigned char character = static_cast<unsigned char>(*text);
    if (character == '"' || character == '\\') {
      put('\\');
      put(*text);
    } else if (character < ' ') {
      put('\\');
      put('u');
      put('0');
      put('0');
      put(HEX_DIGITS[character >> 4]);
      put(HEX_DIGITS[character & 0xF]);
    } else {
      put(*text);
    }
  }
  put('"');
}

}  // namespace streamwire
