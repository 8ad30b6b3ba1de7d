package io.streamwire.gateway;

/** Why a live socket ends, as a WebSocket close code and a stable reason. */
enum LiveEnd {
    /** The gateway stops: connect again, to another one. */
    GOING_AWAY(1001, "going_away"),
    /** The access token has expired or was ended: connect again with what is valid now. */
    ACCESS_ENDED(4001, "access_ended"),
    /** No member of a subscribed workspace any more. */
    MEMBERSHIP_LOST(4003, "membership_lost"),
    /** More waited for the client than may. */
    TOO_SLOW(4008, "too_slow"),
    /** The client gave no sign of life. */
    SILENT(4009, "silent"),
    TOO_MANY_SOCKETS(4029, "too_many_sockets"),
    TOO_MANY_MESSAGES(4029, "too_many_messages");

    private final int code;
    private final String reason;

    LiveEnd(int code, String reason) {
        this.code = code;
        this.reason = reason;
    }

    int code() {
        return code;
    }

    String reason() {
        return reason;
    }
}
