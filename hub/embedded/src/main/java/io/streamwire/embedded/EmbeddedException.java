package io.streamwire.embedded;

import org.jspecify.annotations.Nullable;

/** The servers cannot run here; the message is one line that says why and what to change. */
public final class EmbeddedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EmbeddedException(String message) {
        super(message);
    }

    EmbeddedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
