package io.streamwire.seeded.broker;

import io.streamwire.seeded.bus.SeesTheBroker;

public interface SeesTheBus {
    SeesTheBroker[] bus();
}
