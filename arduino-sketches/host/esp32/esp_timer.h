#pragma once

#include <stdint.h>

typedef void (*esp_timer_cb_t)(void*);
struct esp_timer_create_args_t {
  esp_timer_cb_t callback;
  void* arg;
  int dispatch_method;
  const char* name;
  bool skip_unhandled_events;
};
typedef esp_timer_create_args_t* esp_timer_handle_t;

int64_t esp_timer_get_time();
int esp_timer_create(const esp_timer_create_args_t* arguments, esp_timer_handle_t* handle);
int esp_timer_start_periodic(esp_timer_handle_t handle, uint64_t us);
