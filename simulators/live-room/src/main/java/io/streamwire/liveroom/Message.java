package io.streamwire.liveroom;

import com.google.protobuf.ByteString;

/**
 * One webcast message, ready to be put into a frame.
 *
 * @param method e.g. {@code WebcastChatMessage}
 * @param given what of a gift it says
 */
record Message(
        String method,
        ByteString payload,
        long msgId,
        String type,
        String what,
        boolean matches,
        Given given) {

    /** A message that is no gift. */
    Message(
            String method,
            ByteString payload,
            long msgId,
            String type,
            String what,
            boolean matches) {
        this(method, payload, msgId, type, what, matches, Given.NOTHING);
    }

    /** BaseProtoMessage. */
    Fields toFields(boolean history) {
        return new Fields().text(1, method).bytes(2, payload).number(3, msgId).flag(6, history);
    }
}
