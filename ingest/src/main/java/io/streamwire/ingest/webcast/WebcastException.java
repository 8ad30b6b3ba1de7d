package io.streamwire.ingest.webcast;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Something that TikTok or the sign server did not let us do, with a code that is stable. */
public final class WebcastException extends RuntimeException {

    /** Why; its lower-case name is the code of the problem. */
    public enum Code {
        /** There is no such user, or TikTok does not say that there is. */
        USER_NOT_FOUND,
        /** There is no such room, or it is over. */
        ROOM_NOT_FOUND,
        USER_OFFLINE,
        /** A captcha page, or this address is blocked. */
        CAPTCHA_OR_BLOCKED,
        AGE_RESTRICTED,
        /** No answer, or none in time. */
        TIKTOK_UNREACHABLE,
        /** An answer that is none of those known. */
        TIKTOK_UNEXPECTED,
        /** The sign server's quota is used up. */
        SIGN_RATE_LIMITED,
        /** Our own budget of signatures is used up. */
        SIGN_BUDGET,
        /** The sign server wants a key, another key, or money. */
        SIGN_REFUSED,
        SIGN_UNREACHABLE,
        /** The sign server fails, or leads to a socket that never opens. */
        SIGN_OUTAGE,
        /** The sign server answered, but with nothing that opens a socket. */
        SIGN_USELESS,
        /** TikTok wants another visitor cookie or browser. */
        DEVICE_BLOCKED,
        HANDSHAKE_REFUSED
    }

    private final Code code;
    private final @Nullable Duration retryAfter;

    WebcastException(Code code, String detail) {
        this(code, detail, null);
    }

    WebcastException(Code code, String detail, @Nullable Duration retryAfter) {
        super(detail, null, false, false);
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /** The same when the other way failed as well: the shorter of both waits is enough. */
    WebcastException and(String way, WebcastException other) {
        var wait =
                retryAfter == null || other.retryAfter == null
                        ? null
                        : retryAfter.compareTo(other.retryAfter) < 0
                                ? retryAfter
                                : other.retryAfter;
        return new WebcastException(
                code,
                "%s The other way, %s: %s %s"
                        .formatted(
                                detail(),
                                way,
                                other.code.name().toLowerCase(Locale.ROOT),
                                other.detail()),
                wait);
    }

    public Code code() {
        return code;
    }

    /** What happened, without secrets and without text from the other side. */
    public String detail() {
        return String.valueOf(getMessage());
    }

    /** How long the other side wants to be left alone. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
