package io.streamwire.contract.mqtt;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code up/ota}: how far a board is with a firmware. That it runs the new one shows in {@code
 * up/state}.
 *
 * @param version of the firmware that {@code down/ota} named
 * @param pct how much is downloaded, 0 to 100
 * @param why the reason of failed and rolled_back
 */
public record OtaReport(String version, Stage st, @Nullable Integer pct, @Nullable String why) {

    /** How far. */
    public enum Stage {
        DOWNLOADING,
        VERIFYING,
        /** Written; it waits for the board to be disarmed, then starts. */
        INSTALLED,
        REBOOTING,
        /** Nothing was changed. */
        FAILED,
        /** The new firmware did not pass its own test; the old one runs again. */
        ROLLED_BACK;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static final String ARMED = "armed";
    public static final String BUSY = "busy";
    public static final String DOWNGRADE = "downgrade";
    public static final String WRONG_BOARD = "wrong_board";
    public static final String UNKNOWN_KEY = "unknown_key";
    public static final String TOO_LARGE = "too_large";
    public static final String DOWNLOAD_FAILED = "download_failed";
    public static final String BAD_HASH = "bad_hash";
    public static final String BAD_SIGNATURE = "bad_signature";
    public static final String SELF_TEST_FAILED = "self_test_failed";

    public static OtaReport of(String version, Stage st) {
        return new OtaReport(version, st, null, null);
    }

    public static OtaReport failed(String version, String why) {
        return new OtaReport(version, Stage.FAILED, null, why);
    }
}
