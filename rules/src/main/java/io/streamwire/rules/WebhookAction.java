package io.streamwire.rules;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells another program that the rule fired.
 *
 * @param url http or https; whether it may be reached is known when it is sent
 * @param body what is sent; when absent, what the rule and the event were
 * @param delayMs how long after the decision it happens, 0 to {@value RuleAction#MAX_DELAY_MS} ms
 */
record WebhookAction(URI url, @Nullable JsonTemplate body, long delayMs)
        implements RuleAction.Single {

    static final int MAX_URL_LENGTH = 2_000;

    @Override
    public long latest() {
        return delayMs;
    }

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException when nothing can be sent there
     */
    static URI url(String text) {
        try {
            var url = new URI(text);
            var scheme = url.getScheme();
            if (text.length() <= MAX_URL_LENGTH
                    && ("https".equals(scheme) || "http".equals(scheme))
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null
                    && !text.toLowerCase(Locale.ROOT).contains("%2f") // the client undoes it
                    && url.toASCIIString().equals(text)) {
                return url;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
        throw new IllegalArgumentException("nothing can be sent there");
    }
}
