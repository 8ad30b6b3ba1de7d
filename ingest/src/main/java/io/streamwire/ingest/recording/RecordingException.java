package io.streamwire.ingest.recording;

import java.util.Locale;

/** A file that is no recording, or not a whole or sound one. */
public final class RecordingException extends RuntimeException {

    /** What is wrong with it. */
    public enum Code {
        /** It does not begin as a recording does. */
        NOT_A_RECORDING,
        /** It was written by a version that is not known. */
        RECORDING_VERSION,
        /** It ends too early. */
        RECORDING_TRUNCATED,
        /** A checksum, a length or an order does not fit. */
        RECORDING_CORRUPT,
        /** It holds more than is allowed. */
        RECORDING_LIMIT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Code code;
    private final long position;

    RecordingException(Code code, long position, String detail) {
        super(detail);
        this.code = code;
        this.position = position;
    }

    public Code code() {
        return code;
    }

    /** Where in the file, bytes from its beginning. */
    public long position() {
        return position;
    }
}
