package io.streamwire.service;

import io.helidon.config.Config;
import io.helidon.security.jwt.Jwt;
import io.helidon.security.jwt.JwtValidator;
import io.helidon.security.jwt.SignedJwt;
import io.helidon.security.jwt.jwk.Jwk;
import io.helidon.security.jwt.jwk.JwkKeys;
import io.streamwire.bus.Bus;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Verifies access tokens without asking anybody: RS256 only, a known key id, the signature, issuer,
 * audience, issue and expiry time.
 *
 * <p>Claims: iss and aud "streamwire", sub = user, sid = session, ws = default workspace, roles =
 * {"workspace id": "owner", ...}, iat, exp, jti, iat_ms = iat to the millisecond, key = true when
 * an API key calls.
 */
public final class TokenVerifier implements AutoCloseable {

    /** Longer tokens are refused unread, in characters. */
    private static final int LONGEST = 12 * 1024;

    private static final int LONGEST_OF_AGENT = 256;

    private static final Duration SKEW = Duration.ofSeconds(5);

    /**
     * How long after its end a token is still good to stop: the longest arming, so that whoever
     * could start something can stop it although nobody renews tokens meanwhile.
     */
    static final Duration STOP_LEEWAY = Duration.ofHours(12);

    private final Keys keys;
    private final Optional<CutOffs> cutOffs;
    private final UnaryOperator<AccessToken> current;
    private final Function<String, Optional<Agent>> agents;
    private final JwtValidator validator = validator(SKEW);
    private final JwtValidator stopValidator = validator(STOP_LEEWAY);

    private TokenVerifier(
            Keys keys,
            Optional<CutOffs> cutOffs,
            UnaryOperator<AccessToken> current,
            Function<String, Optional<Agent>> agents) {
        this.keys = keys;
        this.cutOffs = cutOffs;
        this.current = current;
        this.agents = agents;
    }

    private static JwtValidator validator(Duration afterExpiry) {
        return JwtValidator.builder()
                .addExpirationValidator(exp -> exp.mandatory(true).allowedTimeSkew(afterExpiry))
                .addNotBeforeValidator(nbf -> nbf.mandatory(false).allowedTimeSkew(SKEW))
                .addIssueTimeValidator(iat -> iat.mandatory(true).allowedTimeSkew(SKEW))
                .addCriticalValidator()
                .addIssuerValidator(SigningKey.ISSUER)
                .addAudienceValidator(SigningKey.AUDIENCE)
                .build();
    }

    private TokenVerifier(Keys keys) {
        this(keys, Optional.empty(), UnaryOperator.identity(), _ -> Optional.empty());
    }

    /**
     * Verifies with the keys behind {@code auth.jwks-url} and refuses tokens that auth has cut off.
     */
    public static TokenVerifier of(Config config, Bus bus) {
        return of(config).refusing(CutOffs.follow(bus));
    }

    /** Verifies with the keys behind {@code auth.jwks-url}; they are read when first needed. */
    public static TokenVerifier of(Config config) {
        return of(Configuration.url(config, "auth.jwks-url", "http", "https"), RemoteKeys.PAUSE);
    }

    static TokenVerifier of(URI keys, Duration pause) {
        return new TokenVerifier(new RemoteKeys(keys, pause));
    }

    /** Verifies with keys at hand. */
    public static TokenVerifier trusting(SigningKey... signingKeys) {
        var array = Json.createArrayBuilder();
        for (var key : signingKeys) {
            array.add(key.publicJwk());
        }
        var known = JwkKeys.create(Json.createObjectBuilder().add("keys", array).build());
        return new TokenVerifier(
                new Keys() {
                    @Override
                    public JwkKeys now() {
                        return known;
                    }

                    @Override
                    public JwkKeys afterUnknown() {
                        return known;
                    }
                });
    }

    /** The same, but refuses tokens that were cut off; closes the cut-offs when it is closed. */
    public TokenVerifier refusing(CutOffs cutOffs) {
        return new TokenVerifier(keys, Optional.of(cutOffs), current, agents);
    }

    /** The same, but with the roles that the caller has now instead of those in the token. */
    public TokenVerifier withRoles(Function<AccessToken, Map<UUID, Role>> rolesNow) {
        return new TokenVerifier(
                keys, cutOffs, token -> token.withRoles(rolesNow.apply(token)), agents);
    }

    /** The same, but knows agent tokens, too, which are good for stopping only. */
    public TokenVerifier withAgents(Function<String, Optional<Agent>> agents) {
        return new TokenVerifier(keys, cutOffs, current, agents);
    }

    /** The board whose agent token this is. */
    Optional<Agent> agent(String token) {
        return token.length() > LONGEST_OF_AGENT ? Optional.empty() : agents.apply(token);
    }

    /**
     * Verifies a token.
     *
     * @throws Problem 401 {@code token_invalid}, 503 {@code keys_unavailable}
     */
    public AccessToken verify(String token) {
        return verify(token, validator);
    }

    /**
     * Verifies a token of somebody who wants to stop: up to 12 h after its end it is still good for
     * that, since auth may be away, but not after it was cut off.
     *
     * @throws Problem 401 {@code token_invalid}, 503 {@code keys_unavailable}
     */
    public AccessToken verifyForStop(String token) {
        return verify(token, stopValidator);
    }

    private AccessToken verify(String token, JwtValidator times) {
        if (token.length() > LONGEST) {
            throw invalid();
        }
        var verified = parse(token, times);
        if (cutOffs.isPresent() && cutOffs.get().refuses(verified)) {
            throw invalid();
        }
        return current.apply(verified);
    }

    /**
     * Whether a token that was verified is still good: it has not expired or been cut off since.
     */
    public boolean accepts(AccessToken token) {
        return accepts(token, Duration.ZERO);
    }

    /** Whether a token that was verified is still good to stop. */
    public boolean acceptsForStop(AccessToken token) {
        return accepts(token, STOP_LEEWAY);
    }

    private boolean accepts(AccessToken token, Duration afterExpiry) {
        return Instant.now().isBefore(token.expiresAt().plus(afterExpiry))
                && cutOffs.filter(cut -> cut.refuses(token)).isEmpty();
    }

    private AccessToken parse(String token, JwtValidator times) {
        try {
            var signed = SignedJwt.parseToken(token);
            var jwt = signed.getJwt();
            if (!jwt.algorithm().orElse("").equals(SigningKey.ALGORITHM)) {
                throw invalid();
            }
            var key = key(jwt.keyId().orElseThrow(TokenVerifier::invalid));
            if (!SigningKey.ALGORITHM.equals(key.algorithm())
                    || !key.verifySignature(signed.getSignedBytes(), signed.getSignature())
                    || !times.validate(jwt).isValid()) {
                throw invalid();
            }
            return claims(jwt);
        } catch (Problem e) {
            throw e;
        } catch (RuntimeException e) {
            throw invalid(); // the parsers fail in many ways on text that anybody may send
        }
    }

    @Override
    public void close() {
        cutOffs.ifPresent(CutOffs::close);
    }

    private Jwk key(String id) {
        return keys.now()
                .forKeyId(id)
                .or(() -> keys.afterUnknown().forKeyId(id))
                .orElseThrow(TokenVerifier::invalid);
    }

    private static AccessToken claims(Jwt jwt) {
        var payload = jwt.payloadJson();
        var issuedAt = payload.getJsonNumber("iat_ms");
        var roles = payload.getJsonObject("roles");
        if (issuedAt == null || roles == null || !payload.containsKey("sid")) {
            throw invalid();
        }
        var workspace = payload.getString("ws", "");
        return new AccessToken(
                UUID.fromString(jwt.subject().orElseThrow(TokenVerifier::invalid)),
                UUID.fromString(payload.getString("sid")),
                workspace.isEmpty() ? null : UUID.fromString(workspace),
                roles(roles),
                Instant.ofEpochMilli(issuedAt.longValueExact()),
                jwt.expirationTime().orElseThrow(TokenVerifier::invalid),
                payload.getBoolean("key", false));
    }

    private static Map<UUID, Role> roles(JsonObject json) {
        var roles = new HashMap<UUID, Role>();
        json.forEach((workspace, role) ->
                roles.put(UUID.fromString(workspace), Role.of(((JsonString) role).getString())));
        return roles;
    }

    private static Problem invalid() {
        return Problem.unauthorized(
                "token_invalid", "The access token is not valid or has expired.");
    }
}
