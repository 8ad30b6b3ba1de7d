// The golden vectors of the serial protocol against the core.

#include <fstream>
#include <sstream>

#include "../../UnoActuators/Board.h"
#include "Check.h"
#include "FakeBoard.h"
#include "streamwire/Crc16.h"
#include "streamwire/Json.h"

using streamwire::Crc16;
using streamwire::FrameReader;
using streamwire::JsonReader;

namespace {

std::string golden;

std::string textOf(JsonReader& json) {
  char text[4096];
  CHECK(json.string(text, sizeof text));
  return text;
}

int64_t numberOf(JsonReader& json) {
  int64_t number = -1;
  CHECK(json.integer(number));
  return number;
}

/** Goes to a part of the file and returns a reader in it. */
JsonReader part(const char* name) {
  JsonReader json(golden.data(), golden.size());
  json.object();
  char key[32];
  while (json.nextKey(key, sizeof key)) {
    if (std::string(key) == name) {
      return json;
    }
    json.skip();
  }
  Suite::get().fail(__FILE__, __LINE__, std::string("no part ") + name);
  return json;
}

/** Calls with each object of an array, as a map from key to what it holds, as JSON or text. */
void each(JsonReader& json, const std::function<void(std::map<std::string, std::string>&)>& with) {
  json.array();
  while (json.nextElement()) {
    std::map<std::string, std::string> fields;
    char key[32];
    json.object();
    while (json.nextKey(key, sizeof key)) {
      if (json.peek() == '"') {
        fields[key] = textOf(json);
        continue;
      }
      json.peek();
      const char* const from = json.position();
      json.skip();
      fields[key] = std::string(from, json.position());
    }
    with(fields);
  }
  CHECK(!json.failed());
}

std::string unescaped(const std::string& text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '~' && i + 2 < text.size()) {
      bytes += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

FrameReader::Side sideOf(const std::string& reader) {
  CHECK(reader == "board" || reader == "host");
  return reader == "board" ? FrameReader::Side::BOARD : FrameReader::Side::HOST;
}

CASE(crcsAreRight) {
  auto json = part("crc");
  int count = 0;
  each(json, [&](std::map<std::string, std::string>& vector) {
    char crc[5];
    std::snprintf(crc, sizeof crc, "%04X",
                  Crc16::of(vector["text"].data(), static_cast<uint8_t>(vector["text"].size())));
    EQUAL(std::string(crc), vector["crc"]);
    count++;
  });
  CHECK(count >= 8);
}

CASE(goodLinesAreReadAndBadOnesDropped) {
  auto json = part("lines");
  int count = 0;
  each(json, [&](std::map<std::string, std::string>& vector) {
    FrameReader reader(sideOf(vector["from"] == "host" ? "board" : "host"));
    std::string body = "null";
    for (char byte : vector["line"] + "\n") {
      if (reader.take(static_cast<uint8_t>(byte)) == FrameReader::Found::FRAME) {
        CHECK(body == "null");
        body = reader.body();
      }
    }
    if (body != vector["body"]) {
      Suite::get().fail(__FILE__, __LINE__, vector["name"] + ": " + body + ", not " + vector["body"]);
    }
    count++;
  });
  CHECK(count >= 50);
}

CASE(goodLinesAreWrittenAsTheyAreRead) {
  auto json = part("lines");
  each(json, [&](std::map<std::string, std::string>& vector) {
    if (vector["name"].compare(0, 5, "good:") == 0) {
      Lines lines;
      streamwire::FrameWriter writer(lines);
      writer.begin(vector["line"][0]).text(vector["body"].c_str()).end();
      EQUAL(lines.said.size(), 1U);
      EQUAL(lines.said[0], vector["line"]);
    }
  });
}

CASE(streamsGiveTheirLines) {
  auto json = part("streams");
  int count = 0;
  each(json, [&](std::map<std::string, std::string>& vector) {
    FrameReader reader(sideOf(vector["to"]));
    std::string bodies = "[";
    for (char byte : unescaped(vector["bytes"])) {
      if (reader.take(static_cast<uint8_t>(byte)) == FrameReader::Found::FRAME) {
        bodies += (bodies.size() > 1 ? ", \"" : "\"") + std::string(reader.body()) + "\"";
      }
    }
    bodies += "]";
    if (bodies != vector["bodies"] || std::to_string(reader.dropped()) != vector["dropped"]) {
      Suite::get().fail(__FILE__, __LINE__,
                        vector["name"] + ": " + bodies + " and " + std::to_string(reader.dropped()) +
                            " dropped, not " + vector["bodies"] + " and " + vector["dropped"]);
    }
    count++;
  });
  CHECK(count >= 15);
}

const uint8_t UUID[] = {0x01, 0x98, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1};

void play(const std::string& name, JsonReader& json) {
  BoardOf<CHANNEL_COUNT> board(CAPABILITIES);
  // It was given its name in an earlier life, and this start counts as the first.
  board.memory.begin();
  board.memory.name(UUID);
  board.storage.write(3, 0);
  board.powerOn();
  size_t heard = 0;
  bool on[CHANNEL_COUNT] = {};
  auto wrong = [&](uint32_t at, const std::string& what) {
    Suite::get().fail(__FILE__, __LINE__, name + ", at " + std::to_string(at) + ": " + what);
  };
  auto quiet = [&](uint32_t at) {
    for (; heard < board.lines.said.size(); heard++) {
      if (board.lines.said[heard][0] != '#') {
        wrong(at, "unexpected " + board.lines.said[heard]);
      }
    }
  };
  json.array();
  while (json.nextElement()) {
    json.object();
    char key[16];
    uint32_t at = 0;
    std::string kind;
    std::string text;
    int channel = -1;
    bool to = false;
    while (json.nextKey(key, sizeof key)) {
      if (std::string(key) == "at") {
        at = static_cast<uint32_t>(numberOf(json));
        continue;
      }
      kind = key;
      if (kind == "output") {
        json.object();
        while (json.nextKey(key, sizeof key)) {
          if (std::string(key) == "channel") {
            channel = static_cast<int>(numberOf(json));
          } else {
            CHECK(json.boolean(to));
          }
        }
      } else if (kind == "quiet") {
        CHECK(json.boolean(to));
      } else {
        text = textOf(json);
      }
    }
    while (board.now < at) {
      // What comes before its time is found by the next step.
      board.until(board.now + 1);
      if (board.now < at) {
        quiet(board.now);
      }
    }
    if (kind == "host") {
      quiet(at);
      board.take(text + "\n");
    } else if (kind == "input") {
      quiet(at);
      board.stopOpen = text == "open";
      board.board.tick(board.stopOpen, board.now);
    } else if (kind == "board") {
      while (heard < board.lines.said.size() && board.lines.said[heard][0] == '#') {
        heard++;
      }
      if (heard == board.lines.said.size()) {
        wrong(at, "nothing, not " + text);
      } else if (board.lines.said[heard] != text) {
        wrong(at, board.lines.said[heard] + ", not " + text);
        heard++;
      } else {
        heard++;
      }
    } else if (kind == "output") {
      on[channel] = to;
      for (uint8_t i = 0; i < CHANNEL_COUNT; i++) {
        if (i == channel && board.actuators.run(i).on() != to) {
          wrong(at, "channel " + std::to_string(i) + " is not as it shall be");
        }
      }
    } else if (kind == "quiet") {
      quiet(at);
      for (uint8_t i = 0; i < CHANNEL_COUNT; i++) {
        if (board.actuators.run(i).on() != on[i]) {
          wrong(at, "channel " + std::to_string(i) + " is on");
        }
      }
    } else {
      wrong(at, "unknown step " + kind);
    }
  }
  quiet(board.now);
}

/** Each dialogue is a case of its own. */
int addDialogues() {
  auto json = part("dialogues");
  int count = 0;
  json.array();
  while (json.nextElement()) {
    json.object();
    char key[16];
    std::string name;
    while (json.nextKey(key, sizeof key)) {
      if (std::string(key) == "name") {
        name = textOf(json);
        continue;
      }
      const JsonReader steps = json;
      Suite::get().add("dialogue: " + name, [name, steps] {
        JsonReader from = steps;
        play(name, from);
      });
      json.skip();
      count++;
    }
  }
  return json.failed() ? 0 : count;
}

}  // namespace

int main(int, char** arguments) {
  std::ifstream file(arguments[1]);
  std::stringstream text;
  text << file.rdbuf();
  golden = text.str();
  if (golden.empty()) {
    std::printf("cannot read %s\n", arguments[1]);
    return 2;
  }
  if (addDialogues() < 28) {
    std::printf("dialogues are missing in %s\n", arguments[1]);
    return 2;
  }
  return Suite::get().run();
}
