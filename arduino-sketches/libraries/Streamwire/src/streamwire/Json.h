#pragma once

#include <stddef.h>
#include <stdint.h>

namespace streamwire {

/**
 * Walks through a JSON text without memory of its own. After a mistake in the text every call says
 * false, and failed() says true.
 *
 * <pre>
 * json.object();
 * char key[16];
 * while (json.nextKey(key, sizeof key)) {
 *   strcmp(key, "epoch") == 0 ? json.integer(epoch) : json.skip();
 * }
 * </pre>
 */
class JsonReader {
 public:
  JsonReader(const char* text, size_t length) : at_(text), end_(text + length) {}

  /** Goes into an object, or an array. */
  bool object() { return open('{'); }
  bool array() { return open('['); }

  /** The next key of an object, cut to the buffer; false behind the last one. */
  bool nextKey(char* key, size_t size);

  /** Goes to the next element of an array; false behind the last one. */
  bool nextElement();

  /** Takes a string; one that does not fit into the buffer is a mistake. */
  bool string(char* text, size_t size);

  /** Takes a whole number; one with a fraction or an exponent is a mistake. */
  bool integer(int64_t& value);
  bool boolean(bool& value);

  /** Takes null; false, and no mistake, when the next value is something else. */
  bool null();

  /** What the next value begins with: { [ " t f n, - or a digit; 0 at the end. */
  char peek();

  /** Takes any value. */
  bool skip();

  /** Whether the text was right so far. */
  bool failed() const { return failed_; }

  /** Whether nothing is left and nothing was wrong. */
  bool atEnd();

  /** Where it is, for texts that are taken as they are. */
  const char* position() const { return at_; }

 private:
  static const uint8_t DEEPEST = 16;

  bool open(char bracket);
  bool fail();
  void space();
  bool expect(char character);
  bool literal(const char* word);
  bool escape(uint32_t& code);
  bool text(char* out, size_t size, bool cut);
  bool skip(uint8_t depth);
  bool number();
  size_t digits();

  const char* at_;
  const char* const end_;
  bool first_ = false;
  bool failed_ = false;
};

/** Writes JSON into a buffer; what does not fit makes it unusable. */
class JsonWriter {
 public:
  JsonWriter(char* buffer, size_t size) : buffer_(buffer), size_(size) {}

  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& key(const char* name);
  JsonWriter& string(const char* text);
  JsonWriter& integer(int64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();

  /** A value that is JSON already. */
  JsonWriter& raw(const char* text, size_t length);

  size_t length() const { return length_; }
  bool fits() const { return fits_; }

 private:
  void separate();
  void put(char character);
  void quoted(const char* text);

  char* const buffer_;
  const size_t size_;
  size_t length_ = 0;
  bool separated_ = true;
  bool fits_ = true;
};

}  // namespace streamwire
