package io.streamwire.liveroom;

/**
 * The room's own record of one message that it sent.
 *
 * @param roomId int64 in decimal; with {@code msgId} the cause of the event's id
 * @param type comment, gift, like, join, follow, share, subscribe, viewers, question, emote,
 *     envelope, control or other
 * @param what the comment's text, or gift and count
 * @param matches the show meant a rule to fire on it
 * @param frame the frame's log id, which the client echoes in its acknowledgement
 * @param dueNanos when it should have been sent, {@link System#nanoTime()}; later than this counts
 *     as latency (coordinated omission)
 * @param sentNanos when it was handed to the socket, {@link System#nanoTime()}
 * @param sentMicros the same, microseconds since the epoch
 * @param receivers how many open connections it was written to
 */
public record Sent(
        String roomId,
        long msgId,
        String type,
        String what,
        boolean matches,
        long frame,
        long dueNanos,
        long sentNanos,
        long sentMicros,
        int receivers) {}
