package io.streamwire.gateway;

import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.streamwire.service.Credentials;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.TokenVerifier;
import io.streamwire.service.TrustedProxies;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Tells who calls, by whatever they show: an access token, a cookie, an API key or a ticket. */
final class Callers implements Credentials {

    private final Identities identities;
    private final TokenVerifier verifier;
    private final RateLimit rateLimit;
    private final TrustedProxies trusted;

    /**
     * @param verifier refuses what was cut off
     */
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
    Optional<LiveCaller> of(HttpPrologue prologue, Headers headers) {
        return switch (Credential.of(prologue, headers)) {
            case Credential.None() -> Optional.empty();
            case Credential.Token(var text) ->
                    Optional.of(
                            new LiveCaller(
                                    new Identity(text, verifier.verify(text)), Optional::empty));
            case Credential.Secrets(var secrets) -> {
                var exchanged =
                        firstGood(secrets, secret -> exchanged(secret, prologue, headers, false));
                yield Optional.of(
                        new LiveCaller(
                                exchanged.identity(),
                                () ->
                                        Optional.of(exchanged)
                                                .filter(Exchanged::isRenewable)
                                                .map(this::again)));
            }
        };
    }

    /** The access token for a service, in exchange for what the request shows. */
    @Override
    public String token(ServerRequest request, Permission permission) {
        return switch (Credential.of(request.prologue(), request.headers())) {
            case Credential.None() -> throw Credentials.none();
            case Credential.Token(var text) -> text;
            case Credential.Secrets(var secrets) -> {
                boolean stops = permission == Permission.DEVICES_STOP;
                var exchanged = firstGood(secrets, secret -> exchanged(secret, request, stops));
                request.context().register(exchanged);
                yield exchanged.identity().bearer();
            }
        };
    }

    /** Notes who the browser was that signs in now, if anybody, for auth to end that session. */
    void noteFormer(ServerRequest request) {
        try {
            var _ = token(request, Permission.SIGNED_IN);
        } catch (Problem _) {
            // nobody any more, or nobody can tell: then that session ends by itself
        }
    }

    /**
     * Of several cookies of the name all but one were planted. One that is known to be good comes
     * first, so that the others cost nothing.
     */
    private Exchanged firstGood(
            List<Credential.Secret> secrets, Function<Credential.Secret, Exchanged> exchange) {
        var known = secrets.stream().filter(identities::knows).findFirst();
        if (known.isPresent()) {
            return exchange.apply(known.get());
        }
        for (var secret : secrets.subList(0, secrets.size() - 1)) {
            try {
                return exchange.apply(secret);
            } catch (Problem e) {
                if (!e.status().equals(Status.UNAUTHORIZED_401)) {
                    throw e;
                }
            }
        }
        return exchange.apply(secrets.getLast());
    }

    /** Who tries secrets takes nothing from those at the same address whose secret is known. */
    private Exchanged exchanged(Credential.Secret secret, ServerRequest request, boolean stops) {
        var failures =
                "failures %s%s"
                        .formatted(
                                RateLimit.address(trusted.client(request)), stops ? " stop" : "");
        if (!identities.knows(secret) && lastForStop(secret, stops).isEmpty()) {
            rateLimit.requireRoom(failures);
        }
        try {
            return exchanged(secret, request.prologue(), request.headers(), stops);
        } catch (Problem e) {
            if (e.status().equals(Status.UNAUTHORIZED_401)) {
                rateLimit.take(failures);
            }
            throw e;
        }
    }

    private Exchanged exchanged(
            Credential.Secret secret, HttpPrologue prologue, Headers headers, boolean stops) {
        if (secret instanceof Credential.Session) {
            SameOrigin.check(prologue, headers);
        }
        return lastForStop(secret, stops)
                .map(identity -> new Exchanged(secret, identity))
                .orElseGet(() -> current(new Exchanged(secret, identities.of(secret))));
    }

    /** Stopping waits for nobody: who was known within 12 h and was not cut off may. */
    private Optional<Identity> lastForStop(Credential.Secret secret, boolean stops) {
        return stops
                ? identities.last(secret).filter(last -> verifier.acceptsForStop(last.token()))
                : Optional.empty();
    }

    /** What was remembered may be cut off already: a changed role ends tokens, not the session. */
    private Exchanged current(Exchanged exchanged) {
        if (verifier.accepts(exchanged.identity().token())) {
            return exchanged;
        }
        if (!exchanged.isRenewable()) {
            throw Credential.invalid();
        }
        return new Exchanged(exchanged.secret(), again(exchanged));
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
