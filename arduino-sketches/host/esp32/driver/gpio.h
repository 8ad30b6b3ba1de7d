#pragma once

#include <stdint.h>

typedef int gpio_num_t;

int gpio_set_level(gpio_num_t pin, uint32_t level);
