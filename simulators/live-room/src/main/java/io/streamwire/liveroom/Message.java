package io.streamwire.liveroom;

import com.google.protobuf.ByteString;

/**
 * One webcast message, ready to be put into a frame.
 *
 * @param method e.g. {@code WebcastChatMessage}
 */
record Message(
        String method, ByteString payload, long msgId, String type, String what, boolean matches) {

    /** BaseProtoMessage. */
    Fields toFields(boolean history) {
        return new Fields().text(1, method).bytes(2, payload).number(3, msgId).flag(6, history);
    }
}
