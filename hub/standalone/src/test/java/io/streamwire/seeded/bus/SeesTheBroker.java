package io.streamwire.seeded.bus;

import io.streamwire.seeded.broker.SeesTheBus;

public interface SeesTheBroker {
    SeesTheBus broker();
}
