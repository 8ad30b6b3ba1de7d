package io.streamwire.bridge;

import java.nio.charset.StandardCharsets;

/**
 * One line of the serial protocol; see docs/serial-protocol.md.
 *
 * @param sigil who says it and what it is
 * @param body what it says, 1 to 53 characters
 */
record Line(char sigil, String body) {

    static final char COMMAND = '>';
    static final char REPLY = '<';
    static final char EVENT = '!';

    /** With everything, also the line feed. */
    static final int LONGEST = 60;

    /** Sigil, asterisk, four digits and the line feed. */
    private static final int FRAME = 7;

    static final int LONGEST_BODY = LONGEST - FRAME;

    Line {
        if (body.isEmpty()
                || body.length() > LONGEST_BODY
                || !body.chars().allMatch(Line::belongsIntoBody)) {
            throw new IllegalArgumentException("no body of a line: " + body);
        }
    }

    /** Printable, and nothing that has a meaning outside of a body. */
    static boolean belongsIntoBody(int character) {
        return character >= 0x20
                && character <= 0x7E
                && character != COMMAND
                && character != REPLY
                && character != EVENT
                && character != '*';
    }

    /** As it goes over the wire. */
    byte[] bytes() {
        return (sigil + body + '*' + Crc16.hex(body) + '\n').getBytes(StandardCharsets.US_ASCII);
    }
}
