#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** Writes a firmware into a file, which starts at the next restart. */
class HostUpdate {
 public:
  bool begin(size_t size);
  size_t write(const uint8_t* bytes, size_t length);
  bool end();
  void abort();

 private:
  FILE* file_ = nullptr;
  size_t left_ = 0;
};
extern HostUpdate Update;
