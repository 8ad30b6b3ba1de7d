package io.streamwire.rules;

import io.helidon.http.HeaderNames;
import io.helidon.webclient.api.Proxy;
import io.helidon.webclient.api.WebClient;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Sends one message at a time to other programs, signed; follows no redirect, reads nothing of an
 * answer but its status, and waits at most {@link #PATIENCE}.
 */
final class WebhookClient implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final WebClient client;
    private final Duration patience;

    WebhookClient(PublicAddresses addresses, Duration patience) {
        this.patience = patience;
        this.client =
                WebClient.builder()
                        .servicesDiscoverServices(false)
                        .dnsResolver(addresses)
                        .proxy(Proxy.noProxy())
                        .connectTimeout(patience)
                        .readTimeout(patience)
                        .followRedirects(false)
                        .keepAlive(false)
                        .shareConnectionCache(false)
                        .build();
    }

    /**
     * What came of it.
     *
     * @param status of the answer; null when there was none
     * @param error why there was none: {@code address_refused}, {@code unresolved}, {@code timeout}
     *     or {@code unreachable}; null when there was one
     */
    record Result(@Nullable Integer status, @Nullable String error) {

        private static Result failed(String error) {
            return new Result(null, error);
        }

        boolean delivered() {
            return status != null && status >= 200 && status < 300;
        }

        /** Whether it may go better another time. */
        boolean mayPass() {
            if (status == null) {
                return !ADDRESS_REFUSED.equals(error);
            }
            return status == 408 || status == 425 || status == 429 || status >= 500;
        }
    }

    static final String ADDRESS_REFUSED = "address_refused";

    /**
     * Sends.
     *
     * @param id the same for every try
     * @param hops how many webhooks led to it, with itself
     */
    Result send(URI url, String id, String body, int hops, WebhookSignature signature) {
        var sending = threads.submit(() -> post(url, id, body, hops, signature));
        try {
            return new Result(sending.get(patience.toMillis(), TimeUnit.MILLISECONDS), null);
        } catch (TimeoutException e) {
            return Result.failed("timeout");
        } catch (ExecutionException e) {
            return Result.failed(reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Result.failed("timeout");
        } finally {
            sending.cancel(true); // closes a socket that is still waited for
        }
    }

    private int post(URI url, String id, String body, int hops, WebhookSignature signature) {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        var seconds = Instant.now().getEpochSecond();
        try (var response =
                client.post()
                        .uri(url)
                        .header(HeaderNames.CONTENT_TYPE, "application/json")
                        .header(HeaderNames.USER_AGENT, "Streamwire")
                        .header(HeaderNames.create(WebhookSignature.ID), id)
                        .header(
                                HeaderNames.create(WebhookSignature.TIMESTAMP),
                                Long.toString(seconds))
                        .header(
                                HeaderNames.create(WebhookSignature.SIGNATURE),
                                signature.sign(id, seconds, bytes))
                        .header(HeaderNames.create(HooksApi.HOPS), Integer.toString(hops))
                        .submit(bytes)) {
            return response.status().code();
        }
    }

    private static String reason(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case PublicAddresses.Refused _ -> {
                    return ADDRESS_REFUSED;
                }
                case PublicAddresses.Unresolved _ -> {
                    return "unresolved";
                }
                case java.net.SocketTimeoutException _ -> {
                    return "timeout";
                }
                default -> {}
            }
        }
        return "unreachable";
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
