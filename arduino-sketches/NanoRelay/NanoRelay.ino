#include <Streamwire.h>

#include "Board.h"

static streamwire::AvrBoard<CHANNEL_COUNT> board(CAPABILITIES, STOP_PIN);

void setup() { board.begin(); }

void loop() { board.loop(); }
