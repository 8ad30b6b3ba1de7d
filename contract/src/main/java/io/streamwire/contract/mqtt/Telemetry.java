package io.streamwire.contract.mqtt;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code up/telemetry}: what a board has measured since the last time; also its heartbeat. */
public record Telemetry(List<Sample> items) {

    public Telemetry {
        items = List.copyOf(items);
    }

    /**
     * One moment.
     *
     * @param at ms since the epoch; left out by a board that has no clock
     * @param values by name, which names the unit: {@code rssi_dbm}, {@code uptime_s}
     */
    public record Sample(@Nullable Long at, Map<String, Double> values) {
        public Sample {
            values = Map.copyOf(values);
        }
    }
}
