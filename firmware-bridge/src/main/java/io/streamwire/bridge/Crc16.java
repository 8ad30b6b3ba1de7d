package io.streamwire.bridge;

/** CRC-16/CCITT-FALSE, as the boards compute it; see docs/serial-protocol.md. */
final class Crc16 {

    private static final int POLYNOMIAL = 0x1021;
    private static final int START = 0xFFFF;
    private static final int MASK = 0xFFFF;
    private static final int TOP_BIT = 0x8000;

    private Crc16() {}

    /** Of ASCII text, 0 to 0xFFFF. */
    static int of(CharSequence text) {
        var crc = START;
        for (int at = 0; at < text.length(); at++) {
            crc ^= text.charAt(at) << Byte.SIZE;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                crc = (crc & TOP_BIT) == 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
            }
            crc &= MASK;
        }
        return crc;
    }

    /** Four upper-case hex digits. */
    static String hex(CharSequence text) {
        return String.format("%04X", of(text));
    }
}
