package io.streamwire.rules;

import java.util.List;
import java.util.Locale;

/**
 * Makes one integer of another, and never one outside of what it was given as its ends. The same on
 * every machine.
 */
sealed interface Curve {

    long of(long value);

    /** The value itself, moved into the range; both ends count. */
    record Limited(long least, long most) implements Curve {

        static final Limited ANY = new Limited(-JsonReader.MAX_INTEGER, JsonReader.MAX_INTEGER);

        @Override
        public long of(long value) {
            return Math.clamp(value, least, most);
        }
    }

    /** How a {@link Scaled} rises. */
    enum Shape {
        LINEAR,
        /** Fast first. */
        SQRT,
        /** Even faster first: each doubling adds about the same. */
        LOG;

        /**
         * How far up it is.
         *
         * @param share of the way, 0 to 1
         * @param length of the way, 1 or more
         */
        double at(double share, double length) {
            return switch (this) {
                case LINEAR -> share;
                case SQRT -> StrictMath.sqrt(share);
                case LOG -> StrictMath.log1p(share * length) / StrictMath.log1p(length);
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * From one range to another; what is outside of the first one counts as its end.
     *
     * @param in its first number, and a greater one
     * @param out what they become; may fall instead of rise
     */
    record Scaled(Shape shape, Ends in, Ends out) implements Curve {
        @Override
        public long of(long value) {
            var length = (double) in.to() - in.from();
            var share = Math.clamp(((double) value - in.from()) / length, 0, 1);
            var way = shape.at(share, length) * ((double) out.to() - out.from());
            return Math.clamp(
                    Math.round(out.from() + way),
                    Math.min(out.from(), out.to()),
                    Math.max(out.from(), out.to()));
        }
    }

    /** The ends of a range, both of it. */
    record Ends(long from, long to) {}

    /**
     * What the last step that is not above the value says; below all of them the first.
     *
     * @param steps 1 to {@value #MAX_STEPS}, rising
     */
    record Steps(List<Step> steps) implements Curve {

        static final int MAX_STEPS = 32;

        public Steps {
            steps = List.copyOf(steps);
        }

        @Override
        public long of(long value) {
            var last = steps.getFirst();
            for (var step : steps) {
                if (step.from() <= value) {
                    last = step;
                }
            }
            return last.result();
        }
    }

    /** What comes out from a value on. */
    record Step(long from, long result) {}
}
