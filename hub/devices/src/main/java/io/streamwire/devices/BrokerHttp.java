package io.streamwire.devices;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The HTTP side of a broker in another process. */
final class BrokerHttp {

    static final int DONE = 204;
    static final int NOT_CONNECTED = 404;

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(TIMEOUT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
    private final URI url;
    private final String header;
    private final String credential;

    /**
     * @param header that shows the credential
     */
    BrokerHttp(URI url, String header, String credential) {
        this.url = url;
        this.header = header;
        this.credential = credential;
    }

    /** The status of the answer, one of the expected; an exception for any other and for none. */
    int ask(String path, UnaryOperator<HttpRequest.Builder> question, Set<Integer> expected) {
        var request =
                question.apply(
                                HttpRequest.newBuilder(url.resolve(path))
                                        .timeout(TIMEOUT)
                                        .header(header, credential))
                        .build();
        try {
            var status = http.send(request, BodyHandlers.discarding()).statusCode();
            if (!expected.contains(status)) {
                throw new IOException("answered " + status);
            }
            return status;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot ask " + url, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + url, e);
        }
    }
}
