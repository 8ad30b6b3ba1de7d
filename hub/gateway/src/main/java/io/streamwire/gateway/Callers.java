package io.streamwire.gateway;

import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.streamwire.service.Credentials;
import io.streamwire.service.Problem;
import io.streamwire.service.TokenVerifier;
import io.streamwire.service.TrustedProxies;
import java.util.Optional;

/** Tells who calls, by whatever they show: an access token, a cookie, an API key or a ticket. */
final class Callers implements Credentials {

    private final Identities identities;
    private final TokenVerifier verifier;
    private final RateLimit rateLimit;
    private final TrustedProxies trusted;

    Callers(
            Identities identities,
            TokenVerifier verifier,
            RateLimit rateLimit,
            TrustedProxies trusted) {
        this.identities = identities;
        this.verifier = verifier;
        this.rateLimit = rateLimit;
        this.trusted = trusted;
    }

    /**
     * Who asks for a WebSocket. Ask once, since a ticket is used up by it.
     *
     * @return empty when the request shows nothing
     * @throws Problem 401 {@code token_invalid}, 403 {@code csrf}, 503 {@code upstream_unavailable}
     */
    Optional<Identity> of(HttpPrologue prologue, Headers headers) {
        return Credential.of(prologue, headers)
                .map(credential ->
                        switch (credential) {
                            case Credential.Token(var text) ->
                                    new Identity(text, verifier.verify(text));
                            case Credential.Secret secret -> exchanged(secret, prologue, headers);
                        });
    }

    /** The access token for a service, in exchange for what the request shows. */
    @Override
    public String token(ServerRequest request) {
        var credential =
                Credential.of(request.prologue(), request.headers()).orElseThrow(Credentials::none);
        return switch (credential) {
            case Credential.Token(var text) -> text;
            case Credential.Secret secret -> exchanged(secret, request);
        };
    }

    private String exchanged(Credential.Secret secret, ServerRequest request) {
        var failures = "failures " + RateLimit.address(trusted.client(request));
        rateLimit.requireRoom(failures);
        try {
            var identity = exchanged(secret, request.prologue(), request.headers());
            request.context().register(new Exchanged(secret, identity));
            return identity.bearer();
        } catch (Problem e) {
            if (e.status().equals(Status.UNAUTHORIZED_401)) {
                rateLimit.take(failures);
            }
            throw e;
        }
    }

    private Identity exchanged(Credential.Secret secret, HttpPrologue prologue, Headers headers) {
        if (secret instanceof Credential.Session) {
            SameOrigin.check(prologue, headers);
        }
        return identities.of(secret);
    }

    /** The identity of a request and what it was given for. */
    record Exchanged(Credential.Secret secret, Identity identity) {

        /** Whether it can be exchanged again; a ticket was good once. */
        boolean isRenewable() {
            return !(secret instanceof Credential.Ticket);
        }
    }

    /** What a request has shown; empty when it came with an access token or is open to anybody. */
    static Optional<Exchanged> exchanged(ServerRequest request) {
        return request.context().get(Exchanged.class);
    }

    /** Asks auth again the next time: something has changed for this caller. */
    void forget(Exchanged exchanged) {
        identities.forget(exchanged.secret());
    }

    /**
     * The same caller now, after a service refused its access token.
     *
     * @throws Problem 401 {@code token_invalid}, 503 {@code upstream_unavailable}
     */
    Identity again(Exchanged exchanged) {
        forget(exchanged);
        return identities.of(exchanged.secret());
    }
}
