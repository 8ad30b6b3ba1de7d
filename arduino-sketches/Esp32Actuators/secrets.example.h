// Copy this file to secrets.h, which stays out of version control, and fill it in: GET /api/v1/devices/{id}/snippet
// writes most of it. Or leave it empty and set the board up on the serial port: type help there.

#pragma once

#define WIFI_SSID ""
#define WIFI_PASSWORD ""

#define STREAMWIRE_HOST ""
#define STREAMWIRE_PORT 1883
#define STREAMWIRE_DEVICE ""
#define STREAMWIRE_TOKEN ""
#define STREAMWIRE_ROOT ""

// Who may sign firmware for this board: an Ed25519 public key, 64 hex digits. Nobody, when it is empty.
#define STREAMWIRE_KEY ""

// For TLS:
// #define STREAMWIRE_TLS 1
// static const char STREAMWIRE_CA[] = R"PEM(
// -----BEGIN CERTIFICATE-----
// -----END CERTIFICATE-----
// )PEM";
