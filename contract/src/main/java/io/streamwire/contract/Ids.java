package io.streamwire.contract;

import com.github.f4b6a3.uuid.UuidCreator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * The ids of the system: time-ordered ones (UUIDv7) for what a person creates, and ids derived from
 * their cause (UUIDv8, SHA-256) for everything that must keep its id when it is processed again.
 */
public final class Ids {

    private Ids() {}

    /** A new UUIDv7. */
    public static UUID next() {
        return UuidCreator.getTimeOrderedEpoch();
    }

    /** The id of the live event that TikTok delivered in a room under a message id. */
    public static UUID event(String roomId, long msgId) {
        return derived("event", roomId, Long.toString(msgId));
    }

    /** The id of the action that one step of a rule decides for an event. */
    public static UUID action(UUID eventId, UUID ruleId, int step) {
        return derived("action", eventId.toString(), ruleId.toString(), Integer.toString(step));
    }

    /** The id of the command that an action becomes on a device. */
    public static UUID command(UUID actionId, UUID deviceId) {
        return derived("command", actionId.toString(), deviceId.toString());
    }

    /** The id of what a request with an {@code Idempotency-Key} creates in a workspace. */
    public static UUID keyed(UUID workspaceId, String operation, String idempotencyKey) {
        return derived("keyed", workspaceId.toString(), operation, idempotencyKey);
    }

    /** The UUIDv8 of the SHA-256 of the parts, each preceded by its length. */
    public static UUID derived(String kind, String... parts) {
        var sha256 = sha256();
        update(sha256, kind);
        for (var part : parts) {
            update(sha256, part);
        }
        var hash = ByteBuffer.wrap(sha256.digest());
        long high = (hash.getLong() & 0xffff_ffff_ffff_0fffL) | 0x8000L;
        long low = (hash.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    private static void update(MessageDigest digest, String part) {
        var bytes = part.getBytes(StandardCharsets.UTF_8);
        for (int shift = 24; shift >= 0; shift -= 8) {
            digest.update((byte) (bytes.length >>> shift));
        }
        digest.update(bytes);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
