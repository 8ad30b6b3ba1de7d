package io.streamwire.contract.mqtt;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code down/cmd}: what a board is asked to do.
 *
 * @param args integers in the units of the capability document
 * @param iat when the hub handed it to its MQTT client, by the hub's clock: at least this late it
 *     is, so a board that knows less sets its clock by it
 * @param exp last moment to switch on
 * @param epoch the safety epoch it was issued under; a board in a higher one refuses it
 * @param boot the boot of the last up/state; a board that has rebooted since refuses it
 * @param tp W3C traceparent
 */
public record CommandMessage(
        UUID id,
        String cmd,
        Map<String, Long> args,
        long iat,
        long exp,
        long epoch,
        long boot,
        @Nullable String tp) {

    /** Longest body, in bytes. */
    public static final int MAX_BYTES = 512;

    public CommandMessage {
        args = Map.copyOf(args);
    }
}
