package io.streamwire.liveroom;

import java.util.Arrays;
import java.util.List;

/** Websocket messages that are not as they should be, for {@link Room#raw}. */
public final class Rubbish {

    private Rubbish() {}

    /** No push frame. */
    public static byte[] noFrame() {
        return new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07, 0x00, 0x3a, 0x7f};
    }

    /** A push frame whose payload looks like gzip and is not. */
    public static byte[] noGzip() {
        byte[] payload = {0x1f, (byte) 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 3, 0x55, 0x55, 0x55, 0x55};
        return Push.frame(0, true, "msg", payload);
    }

    /** A push frame whose payload unpacks to so many zeros. */
    public static byte[] gzipBomb(int size) {
        return Push.frame(0, true, "msg", Push.gzip(new byte[size]));
    }

    /** A push frame of so many bytes and a few more. */
    public static byte[] oversize(int size) {
        return Push.frame(0, false, "msg", new byte[size]);
    }

    /** A push frame with so many empty messages, two bytes each before gzip. */
    public static byte[] crowd(int messages) {
        var empty = new byte[2 * messages];
        for (int i = 0; i < empty.length; i += 2) {
            empty[i] = 0x0a; // messages 1, of length 0
        }
        return Push.frame(0, true, "msg", Push.gzip(empty));
    }

    /** The first half of a push frame. */
    public static byte[] halfFrame(Frame frame) {
        return half(Push.frame(0, false, "msg", result(frame)));
    }

    /** A push frame with the first half of its gzip. */
    public static byte[] halfGzip(Frame frame) {
        return Push.frame(0, true, "msg", half(Push.gzip(result(frame))));
    }

    /** A push frame with the first half of what would be in its gzip. */
    public static byte[] halfResult(Frame frame) {
        return Push.frame(0, true, "msg", Push.gzip(half(result(frame))));
    }

    private static byte[] result(Frame frame) {
        var messages =
                frame.drafts().stream()
                        .map(draft -> draft.writer().write(new Frame.Stamp(1, 1, 1, 0)))
                        .toList();
        return Push.fetchResult(1, 1, List.copyOf(messages), false).toByteArray();
    }

    private static byte[] half(byte[] bytes) {
        return Arrays.copyOf(bytes, bytes.length / 2);
    }
}
