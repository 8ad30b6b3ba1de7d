#pragma once

#include <stdint.h>

/** Only for SIG_GPIO_OUT_IDX: the pin follows its own output again. */
void esp_rom_gpio_connect_out_signal(uint32_t pin, uint32_t signal, bool outInverted, bool enableInverted);
