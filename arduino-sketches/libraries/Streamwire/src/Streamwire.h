#pragma once

/** Firmware for boards of Streamwire: docs/serial-protocol.md for boards on a cable, contract for boards on a network. */

#include "streamwire/Actuators.h"
#include "streamwire/BoardMemory.h"
#include "streamwire/Capabilities.h"
#include "streamwire/Frame.h"
#include "streamwire/SerialBoard.h"
#include "streamwire/avr/AvrBoard.h"
