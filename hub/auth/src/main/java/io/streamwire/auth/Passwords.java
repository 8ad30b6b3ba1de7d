package io.streamwire.auth;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import io.streamwire.service.Problem;
import java.text.Normalizer;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Hashes and checks passwords with Argon2id, a few at a time, so that memory and CPU stay bounded
 * however many people sign in at once. It does so on platform threads, one fewer than there are
 * processors: on virtual ones a crowd that signs in would hold up every other request.
 */
final class Passwords implements AutoCloseable {

    static final int SHORTEST = 10; // characters
    static final int LONGEST = 200; // characters

    private static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int HASH_LENGTH = 32; // bytes
    private static final int SALT_LENGTH = 16; // bytes
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    static final String THREAD = "auth-hash-";

    private final Argon2Function argon2;
    private final ThreadPoolExecutor threads;
    private final String nobodys;

    /**
     * @param concurrent most hashes at a time; one processor is left to others in any case
     * @param waiting most that wait for their turn
     * @param memory of a new hash, KiB; others stay good
     */
    Passwords(int concurrent, int waiting, int memory) {
        this.argon2 = Argon2Function.getInstance(memory, PASSES, LANES, HASH_LENGTH, Argon2.ID);
        int count = Math.clamp(Runtime.getRuntime().availableProcessors() - 1, 1, concurrent);
        this.threads =
                new ThreadPoolExecutor(
                        count,
                        count,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(waiting),
                        Thread.ofPlatform().name(THREAD, 0).daemon().factory());
        this.nobodys = hash("nobody has this password");
    }

    /**
     * Checks a password that somebody wants to have.
     *
     * @throws Problem 422 {@code invalid_value}
     */
    static void check(String pointer, String password) {
        int length = password.codePointCount(0, password.length());
        if (length < SHORTEST || length > LONGEST) {
            throw Problem.invalid(
                    pointer, "Must have %d to %d characters.".formatted(SHORTEST, LONGEST));
        }
    }

    /** A salted hash in the PHC format. */
    String hash(String password) {
        return slot(() ->
                Password.hash(normalised(password))
                        .addRandomSalt(SALT_LENGTH)
                        .with(argon2)
                        .getResult());
    }

    /**
     * Whether the password is the one of a hash.
     *
     * @param hash null for a user who does not exist, which takes as long
     */
    boolean matches(String password, @Nullable String hash) {
        var expected = hash == null ? nobodys : hash;
        var function = Argon2Function.getInstanceFromHash(expected);
        boolean same = slot(() -> Password.check(normalised(password), expected).with(function));
        return same && hash != null;
    }

    /** The same characters typed on another keyboard are the same password. */
    private static String normalised(String password) {
        return Normalizer.normalize(password, Normalizer.Form.NFKC);
    }

    /** Does it on a thread of the pool, whose turn comes soon or not at all. */
    private <T> T slot(Callable<T> work) {
        Future<T> result;
        try {
            result = threads.submit(work);
        } catch (RejectedExecutionException e) {
            throw busy();
        }
        try {
            return result.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw busy();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a password could not be hashed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.unavailable("auth_busy", "The service is stopping.");
        } finally {
            result.cancel(false);
        }
    }

    private static Problem busy() {
        return Problem.unavailable("auth_busy", "Too many people sign in right now.");
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
