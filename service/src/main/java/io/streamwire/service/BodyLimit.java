package io.streamwire.service;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Keeps a request's body to what its route may take, where the server itself allows more for the
 * sake of another route.
 *
 * @param usual bytes, of a route without a limit of its own
 * @param most bytes, what the server lets through
 */
record BodyLimit(long usual, long most) {

    /**
     * Refuses a body that is announced too large, and cuts off one that turns out to be. A stop
     * must not fail for its body: there only the server's own limit holds.
     *
     * @throws Problem 413 {@code body_too_large}
     */
    void apply(ServerRequest request, Route route) {
        long limit = route.largestBody() == 0 ? usual : route.largestBody();
        if (limit >= most || route.permission() == Permission.DEVICES_STOP) {
            return; // the server sees to it
        }
        var announced = request.headers().contentLength();
        if (announced.isPresent()) {
            if (announced.getAsLong() > limit) {
                throw tooLarge();
            }
            return;
        }
        if (request.headers().contains(HeaderNames.TRANSFER_ENCODING)) {
            request.streamFilter(body -> new Limited(body, limit));
        }
    }

    static Problem tooLarge() {
        return Problem.of(
                Status.REQUEST_ENTITY_TOO_LARGE_413,
                "body_too_large",
                "The request's body is too large.");
    }

    private static final class Limited extends FilterInputStream {
        private long left;

        Limited(InputStream body, long limit) {
            super(body);
            this.left = limit;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = super.read(into, from, length);
            count(Math.max(0, read));
            return read;
        }

        private void count(int read) {
            left -= read;
            if (left < 0) {
                throw tooLarge();
            }
        }
    }
}
