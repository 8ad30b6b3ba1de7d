package io.streamwire.service;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamwire.contract.Ids;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class TokenVerifierTest {

    private static final UUID WORKSPACE = Ids.next();
    private static final Duration LIFE = Duration.ofMinutes(10);
    private static final SigningKey KEY = SigningKey.generate("k1");
    private static final SigningKey OTHER = SigningKey.generate("k1");
    private static final SigningKey OTHER_ID = SigningKey.generate("k2");
    private static final TokenVerifier VERIFIER = TokenVerifier.trusting(KEY);

    @Test
    void aGoodTokenSaysWhoItIs() {
        var token = Tokens.of(WORKSPACE, Role.ADMIN, LIFE);

        var verified = VERIFIER.verify(KEY.sign(token));

        assertThat(verified.userId()).isEqualTo(token.userId());
        assertThat(verified.sessionId()).isEqualTo(token.sessionId());
        assertThat(verified.role(WORKSPACE)).contains(Role.ADMIN);
        assertThat(verified.issuedAt().toEpochMilli()).isEqualTo(token.issuedAt().toEpochMilli());
    }

    @Test
    void aKeyThatWasKeptSignsAsBefore() {
        var kept = SigningKey.of("k1", KEY.pkcs8());

        VERIFIER.verify(kept.sign(Tokens.of(WORKSPACE, Role.VIEWER, LIFE)));
    }

    @Test
    void anExpiredTokenIsRefused() {
        assertRefused(KEY.sign(Tokens.of(WORKSPACE, Role.OWNER, Duration.ofSeconds(-10))));
    }

    @Test
    void anExpiredTokenIsGoodToStopForAsLongAsAnArmingMayLast() {
        var expired = expired(Duration.ofHours(11));
        var old = KEY.sign(expired(Duration.ofHours(13)));

        var verified = VERIFIER.verifyForStop(KEY.sign(expired));

        assertThat(verified.userId()).isEqualTo(expired.userId());
        assertThat(VERIFIER.acceptsForStop(verified)).isTrue();
        assertThat(VERIFIER.accepts(verified)).isFalse();
        assertThatThrownBy(() -> VERIFIER.verifyForStop(old)).isInstanceOf(Problem.class);
        assertRefused(KEY.sign(expired));
    }

    private static AccessToken expired(Duration since) {
        var end = Instant.now().minus(since);
        return new AccessToken(
                Ids.next(),
                Ids.next(),
                WORKSPACE,
                Map.of(WORKSPACE, Role.VIEWER),
                end.minus(LIFE),
                end);
    }

    @Test
    void aTokenOfAnotherKeyIsRefused() {
        assertRefused(OTHER.sign(Tokens.of(WORKSPACE, Role.OWNER, LIFE)));
        assertRefused(
                SigningKey.of("k2", KEY.pkcs8()).sign(Tokens.of(WORKSPACE, Role.OWNER, LIFE)));
    }

    @Test
    void aChangedTokenIsRefused() {
        var parts = good().split("\\.", 3);
        var payload = decoded(parts[1]).replace("\"viewer\"", "\"owner\"");

        assertThat(payload).contains("\"owner\"");
        assertRefused(parts[0] + "." + encoded(payload) + "." + parts[2]);
    }

    @Test
    void aTokenWithoutASignatureIsRefused() {
        var parts = good().split("\\.", 3);
        var none = encoded("{\"alg\":\"none\",\"kid\":\"k1\"}");

        assertRefused(none + "." + parts[1] + ".");
        assertRefused(parts[0] + "." + parts[1] + ".");
        assertRefused(parts[0] + "." + parts[1]);
    }

    @Test
    void aTokenSignedWithThePublicKeyAsASecretIsRefused() throws Exception {
        var content =
                encoded("{\"alg\":\"HS256\",\"kid\":\"k1\"}") + "." + good().split("\\.", 3)[1];
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(
                new SecretKeySpec(
                        KEY.publicJwk().getString("n").getBytes(StandardCharsets.UTF_8),
                        "HmacSHA256"));
        var signature = mac.doFinal(content.getBytes(StandardCharsets.UTF_8));

        assertRefused(
                content + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature));
    }

    @Test
    void nonsenseIsRefused() {
        for (var nonsense : List.of("", ".", "a.b.c", "..", "x".repeat(20_000), good() + ".x")) {
            assertRefused(nonsense);
        }
    }

    @Test
    void keysAreKeptWhileAuthIsAway() {
        var server = serving(new AtomicReference<>(KEY));
        var remote = TokenVerifier.of(keysOf(server), Duration.ZERO);
        try (server) {
            remote.verify(good());
        }

        remote.verify(good());

        assertThatThrownBy(() -> remote.verify(OTHER_ID.sign(token())))
                .isInstanceOfSatisfying(
                        Problem.class, e -> assertThat(e.code()).isEqualTo("token_invalid"));
    }

    @Test
    void anUnknownKeyIdReadsTheKeysAgain() {
        var key = new AtomicReference<>(KEY);
        try (var server = serving(key)) {
            var remote = TokenVerifier.of(keysOf(server), Duration.ZERO);
            remote.verify(good());

            key.set(OTHER_ID);

            remote.verify(OTHER_ID.sign(token()));
        }
    }

    @Test
    void unknownKeyIdsReadTheKeysOnlyNowAndThen() {
        var key = new AtomicReference<>(KEY);
        try (var server = serving(key)) {
            var remote = TokenVerifier.of(keysOf(server), Duration.ofHours(1));
            remote.verify(good());

            key.set(OTHER_ID);

            assertThatThrownBy(() -> remote.verify(OTHER_ID.sign(token())))
                    .isInstanceOf(Problem.class);
            remote.verify(good());
        }
    }

    @Test
    void withoutAnyKeysTheServiceIsUnavailable() {
        var remote =
                TokenVerifier.of(
                        Configuration.load(
                                Map.of("auth.jwks-url", "http://127.0.0.1:1/keys"),
                                Map.of(),
                                null));

        assertThatThrownBy(() -> remote.verify(good()))
                .isInstanceOfSatisfying(
                        Problem.class, e -> assertThat(e.code()).isEqualTo("keys_unavailable"));
    }

    private static HttpServer serving(AtomicReference<SigningKey> key) {
        Api api =
                routes ->
                        routes.get(
                                "/keys",
                                Permission.PUBLIC,
                                (_, response) ->
                                        response.send(
                                                "{\"keys\":[%s]}"
                                                        .formatted(
                                                                requireNonNull(key.get())
                                                                        .publicJwk())
                                                        .getBytes(StandardCharsets.UTF_8)));
        var config = Configuration.load(Map.of("auth.port", "0"), Map.of(), null);
        return HttpServer.start(config, "auth", VERIFIER, List.of(api));
    }

    private static URI keysOf(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.port() + "/keys");
    }

    private static AccessToken token() {
        return Tokens.of(WORKSPACE, Role.VIEWER, LIFE);
    }

    private static String good() {
        return KEY.sign(token());
    }

    private static void assertRefused(String token) {
        assertThatThrownBy(() -> VERIFIER.verify(token))
                .isInstanceOfSatisfying(
                        Problem.class, e -> assertThat(e.code()).isEqualTo("token_invalid"));
    }

    private static String decoded(String part) {
        return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
