package io.streamwire.liveroom;

import java.time.Duration;

/**
 * A random but repeatable audience: the same show sends the same things in the same order.
 *
 * @param seed of its randomness
 * @param messagesPerSecond its pace; kept without drift
 * @param messagesPerFrame how many of them travel together
 * @param length how long it lasts
 * @param audience how many different viewers
 * @param matching share of the messages, 0.0 to 1.0, on which a rule is to fire
 * @param matchingGifts share of those, 0.0 to 1.0, that are {@link Gift#GALAXY}; the others are
 *     comments with {@code matchingText}
 * @param matchingText what only matching comments contain
 * @param mix how often each other kind comes
 */
public record Show(
        long seed,
        double messagesPerSecond,
        int messagesPerFrame,
        Duration length,
        int audience,
        double matching,
        double matchingGifts,
        String matchingText,
        Mix mix) {

    /** Weights, 0 or more. */
    public record Mix(int comments, int gifts, int likes, int joins, int follows, int shares) {
        public static final Mix USUAL = new Mix(40, 8, 30, 18, 2, 2);

        public Mix {
            if (comments + gifts + likes + joins + follows + shares <= 0) {
                throw new IllegalArgumentException("an empty mix");
            }
        }

        int total() {
            return comments + gifts + likes + joins + follows + shares;
        }
    }

    public Show {
        if (!(messagesPerSecond > 0) || messagesPerFrame < 1 || audience < 1) {
            throw new IllegalArgumentException(
                    "pace %s/s, %d per frame, audience %d"
                            .formatted(messagesPerSecond, messagesPerFrame, audience));
        }
    }

    /** A show without an end, 20 messages a second of which one in ten matches {@code spin}. */
    public static Show seeded(long seed) {
        return new Show(seed, 20, 2, Duration.ofDays(365), 200, 0.1, 0.2, "spin", Mix.USUAL);
    }

    public Show pace(double messagesPerSecond, int messagesPerFrame) {
        return new Show(
                seed,
                messagesPerSecond,
                messagesPerFrame,
                length,
                audience,
                matching,
                matchingGifts,
                matchingText,
                mix);
    }

    public Show lasting(Duration length) {
        return new Show(
                seed,
                messagesPerSecond,
                messagesPerFrame,
                length,
                audience,
                matching,
                matchingGifts,
                matchingText,
                mix);
    }

    public Show matching(double matching, double matchingGifts, String matchingText) {
        return new Show(
                seed,
                messagesPerSecond,
                messagesPerFrame,
                length,
                audience,
                matching,
                matchingGifts,
                matchingText,
                mix);
    }

    public Show mixed(Mix mix, int audience) {
        return new Show(
                seed,
                messagesPerSecond,
                messagesPerFrame,
                length,
                audience,
                matching,
                matchingGifts,
                matchingText,
                mix);
    }
}
