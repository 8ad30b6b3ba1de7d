package io.streamwire.devices;

import java.util.UUID;

/**
 * Who armed or stopped something, when and why.
 *
 * @param at ms since the epoch; 0 when nobody knows any more
 * @param by {@code user:<id>}, {@code agent:<device id>}, {@code board:<device id>} or {@code hub}
 * @param why {@link #CALL}, {@link #HARDWARE}, or what the hub has noticed
 */
record Cause(long at, String by, String why) {

    /** Somebody asked for it. */
    static final String CALL = "call";

    /** A board has stopped by itself. */
    static final String HARDWARE = "hardware";

    private static final String HUB = "hub";

    /** What is not known. */
    static final Cause UNKNOWN = new Cause(0, HUB, "unknown");

    Cause {
        if (!by.matches("[a-z0-9:_-]{1,64}") || !why.matches("[a-z0-9_]{1,64}")) {
            throw new IllegalArgumentException("not a cause: " + by + " " + why);
        }
    }

    static Cause user(UUID id, long now) {
        return new Cause(now, "user:" + id, CALL);
    }

    static Cause agent(UUID deviceId, long now) {
        return new Cause(now, "agent:" + deviceId, CALL);
    }

    static Cause homeAssistant(long now) {
        return new Cause(now, Command.HOME_ASSISTANT, CALL);
    }

    static Cause hub(String why, long now) {
        return new Cause(now, HUB, why.replaceAll("[^a-z0-9_]", "_"));
    }

    static Cause board(UUID deviceId, long now) {
        return new Cause(now, "board:" + deviceId, HARDWARE);
    }

    /** What kind of somebody it was: hardware, user, agent, home_assistant or hub. */
    String kind() {
        if (why.equals(HARDWARE)) {
            return HARDWARE;
        }
        var colon = by.indexOf(':');
        return colon < 0 ? by : by.substring(0, colon);
    }

    boolean hardware() {
        return why.equals(HARDWARE);
    }
}
