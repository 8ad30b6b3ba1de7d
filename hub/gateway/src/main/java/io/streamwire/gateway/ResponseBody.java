package io.streamwire.gateway;

import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of a service's response on its way to the client: passed on as it comes, and never more
 * of it read than the client takes. The HTTP client's thread puts signals into the queue, one
 * reader takes them.
 */
final class ResponseBody implements HttpResponse.BodySubscriber<ResponseBody>, AutoCloseable {

    private sealed interface Signal {
        record Data(List<ByteBuffer> buffers) implements Signal {}

        record End() implements Signal {}

        record Broken(Throwable cause) implements Signal {}
    }

    private final CompletableFuture<ResponseBody> opened = new CompletableFuture<>();
    private volatile Flow.@Nullable Subscription subscription;

    // Holds at most one Data, because one is requested at a time.
    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();

    /** The service did not send its response to the end. */
    static final class BrokenException extends Exception {
        BrokenException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * Passes the body on and flushes after each part.
     *
     * @param silence how long the service may send nothing
     * @throws BrokenException when the service stops before the end
     * @throws IOException when the client takes no more
     */
    void copyTo(OutputStream client, Duration silence)
            throws IOException, BrokenException, InterruptedException {
        var source = Objects.requireNonNull(subscription, "not yet opened");
        while (true) {
            switch (signals.poll(silence.toNanos(), TimeUnit.NANOSECONDS)) {
                case null -> throw new BrokenException("silent for " + silence.toMillis() + " ms");
                case Signal.Broken(var cause) -> throw new BrokenException(cause.toString());
                case Signal.End() -> {
                    return;
                }
                case Signal.Data(var buffers) -> {
                    for (var buffer : buffers) {
                        var bytes = new byte[buffer.remaining()];
                        buffer.get(bytes);
                        client.write(bytes);
                    }
                    client.flush();
                    source.request(1);
                }
            }
        }
    }

    @Override
    public CompletionStage<ResponseBody> getBody() {
        return opened;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        subscription.request(1);
        opened.complete(this);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        signals.add(new Signal.Data(buffers));
    }

    @Override
    public void onError(Throwable cause) {
        signals.add(new Signal.Broken(cause));
        opened.completeExceptionally(cause);
    }

    @Override
    public void onComplete() {
        signals.add(new Signal.End());
    }

    /** Tells the service that nobody listens any more; without effect after the end. */
    @Override
    public void close() {
        var source = subscription;
        if (source != null) {
            source.cancel();
        }
    }
}
