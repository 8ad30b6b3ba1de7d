#include <StreamwireEsp32.h>

#include "Board.h"
#if __has_include("secrets.h")
#include "secrets.h"
#else
#include "secrets.example.h"
#endif

#ifndef STREAMWIRE_KEY
#define STREAMWIRE_KEY ""
#endif

#ifdef STREAMWIRE_TLS
static const bool TLS = true;
#else
static const bool TLS = false;
static const char STREAMWIRE_CA[] = "";
#endif

static streamwire::Settings settings = {WIFI_SSID,        WIFI_PASSWORD,    STREAMWIRE_HOST, STREAMWIRE_PORT, TLS,
                                        STREAMWIRE_DEVICE, STREAMWIRE_TOKEN, STREAMWIRE_ROOT, {},              STREAMWIRE_KEY};
static streamwire::Esp32Pins pins;
static streamwire::ActuatorsOf<CHANNEL_COUNT> actuators(CAPABILITIES, pins);
static streamwire::Esp32Board board(actuators, settings, STOP_PIN);

void setup() {
  strlcpy(settings.ca, STREAMWIRE_CA, sizeof settings.ca);
  board.begin();
}

void loop() { board.loop(); }
