#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

/** What a test needs: named cases, and checks that say where and what. */
class Suite {
 public:
  static Suite& get() {
    static Suite suite;
    return suite;
  }

  int add(const std::string& name, std::function<void()> body) {
    cases_.push_back({name, body});
    return 0;
  }

  void fail(const char* file, int line, const std::string& what) {
    std::printf("%s:%d: %s: %s\n", file, line, current_.c_str(), what.c_str());
    failures_++;
  }

  /** Runs all; one line per case, and a last one with the totals. */
  int run() {
    int failed = 0;
    for (auto& one : cases_) {
      current_ = one.name;
      const int before = failures_;
      one.body();
      const bool right = failures_ == before;
      failed += right ? 0 : 1;
      std::printf("%s %s\n", right ? "ok" : "FAILED", one.name.c_str());
    }
    std::printf("cases=%zu failed=%d\n", cases_.size(), failed);
    return failed == 0 && !cases_.empty() ? 0 : 1;
  }

 private:
  struct Case {
    std::string name;
    std::function<void()> body;
  };
  std::vector<Case> cases_;
  std::string current_;
  int failures_ = 0;
};

inline std::string shown(const std::string& value) { return "'" + value + "'"; }
inline std::string shown(const char* value) { return shown(std::string(value)); }
template <typename T>
std::string shown(T value) {
  return std::to_string(static_cast<long long>(value));
}

#define CASE(name)                                                     \
  static void name();                                                  \
  static const int registered_##name = Suite::get().add(#name, name); \
  static void name()

#define CHECK(condition)                                       \
  do {                                                         \
    if (!(condition)) {                                        \
      Suite::get().fail(__FILE__, __LINE__, "not " #condition); \
    }                                                          \
  } while (false)

#define EQUAL(actual, expected)                                                                       \
  do {                                                                                                \
    const auto actual_ = (actual);                                                                    \
    const auto expected_ = (expected);                                                                \
    if (!(actual_ == expected_)) {                                                                    \
      Suite::get().fail(__FILE__, __LINE__, #actual " is " + shown(actual_) + ", not " + shown(expected_)); \
    }                                                                                                 \
  } while (false)
