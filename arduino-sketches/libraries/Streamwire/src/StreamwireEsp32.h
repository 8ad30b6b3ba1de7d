#pragma once

/** Firmware for an ESP32; also needs the libraries espMqttClient (1.7.3) and Crypto (0.4.0). */

#include "Streamwire.h"
#include "streamwire/esp32/Esp32Board.h"
#include "streamwire/esp32/Esp32Pins.h"
