package io.streamwire.contract.mqtt;

import org.jspecify.annotations.Nullable;

/**
 * {@code down/safety}: arms a board for {@code until - now} ms, or disarms it. Retained only when
 * it disarms; a board never arms, nor sets its clock, by a message with the retain flag.
 *
 * @param epoch grows with each arm and stop; the higher one wins, disarmed wins a tie
 * @param until the end of the lease, by the hub's clock; absent when it disarms
 * @param now the hub's clock
 */
public record Safety(boolean armed, long epoch, @Nullable Long until, long now) {

    /** How long one lease lasts on the board unless it is renewed, ms. */
    public static final long LEASE_MS = 30_000;

    /** How often the hub renews it, ms. */
    public static final long RENEWAL_MS = 10_000;

    public static Safety arm(long epoch, long now) {
        return new Safety(true, epoch, now + LEASE_MS, now);
    }

    public static Safety disarm(long epoch, long now) {
        return new Safety(false, epoch, null, now);
    }
}
