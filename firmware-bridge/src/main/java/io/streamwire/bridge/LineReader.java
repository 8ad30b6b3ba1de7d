package io.streamwire.bridge;

import java.util.function.Consumer;

/**
 * Finds the valid lines in what comes over a wire, whatever else is there, and counts what was
 * damaged. Confined to one thread.
 *
 * <pre>
 *   idle --sigil--> body --'*'--> crc --4 digits--> LF expected --LF--> line
 *    ^               |             |                   |
 *    +---- LF -------+------ wrong: dropped -----------+      a sigil begins anew anywhere
 * </pre>
 */
final class LineReader {

    private static final int CRC_DIGITS = 4;
    private static final int HEX = 16;

    private final String sigils;
    private final Consumer<Line> lines;
    private final StringBuilder body = new StringBuilder(Line.LONGEST_BODY);
    private State state = State.IDLE;
    private char sigil;
    private int digits;
    private int crc;
    private boolean returned;
    private long dropped;

    private enum State {
        IDLE,
        BODY,
        CRC,
        /** Something was wrong: nothing counts up to the next line feed or sigil. */
        WRONG
    }

    /**
     * @param sigils what the lines of the other side begin with
     * @param lines who gets each valid line
     */
    LineReader(String sigils, Consumer<Line> lines) {
        this.sigils = sigils;
        this.lines = lines;
    }

    /** How many lines were damaged. */
    long dropped() {
        return dropped;
    }

    void read(byte[] bytes, int length) {
        for (int at = 0; at < length; at++) {
            read((char) (bytes[at] & 0xFF));
        }
    }

    private void read(char character) {
        if (sigils.indexOf(character) >= 0) {
            drop();
            begin(character);
            return;
        }
        if (state == State.IDLE) {
            return;
        }
        if (character == '\n') {
            end();
            return;
        }
        if (returned) {
            state = State.WRONG; // a carriage return stands only before the line feed
            return;
        }
        if (character == '\r') {
            returned = true;
            return;
        }
        switch (state) {
            case BODY -> body(character);
            case CRC -> crc(character);
            case IDLE, WRONG -> {}
        }
    }

    private void begin(char first) {
        sigil = first;
        body.setLength(0);
        digits = 0;
        crc = 0;
        returned = false;
        state = State.BODY;
    }

    private void body(char character) {
        if (character == '*') {
            state = State.CRC;
        } else if (Line.belongsIntoBody(character) && body.length() < Line.LONGEST_BODY) {
            body.append(character);
        } else {
            state = State.WRONG;
        }
    }

    private void crc(char character) {
        var digit =
                Character.isDigit(character) || (character >= 'A' && character <= 'F')
                        ? Character.digit(character, HEX)
                        : -1;
        if (digit < 0 || digits == CRC_DIGITS) {
            state = State.WRONG;
            return;
        }
        digits++;
        crc = crc * HEX + digit;
    }

    private void end() {
        if (state == State.CRC
                && digits == CRC_DIGITS
                && !body.isEmpty()
                && crc == Crc16.of(body)) {
            state = State.IDLE;
            lines.accept(new Line(sigil, body.toString()));
            return;
        }
        drop();
    }

    private void drop() {
        if (state != State.IDLE) {
            dropped++;
        }
        state = State.IDLE;
    }
}
