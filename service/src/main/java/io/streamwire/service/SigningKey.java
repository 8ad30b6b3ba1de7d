package io.streamwire.service;

import io.helidon.security.jwt.Jwt;
import io.helidon.security.jwt.SignedJwt;
import io.helidon.security.jwt.jwk.JwkRSA;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;

/** A 2048-bit RSA key that signs access tokens (RS256), and its public half as a JWK. */
public final class SigningKey {

    static final String ALGORITHM = "RS256";
    static final String ISSUER = "streamwire";
    static final String AUDIENCE = "streamwire";

    private static final int BITS = 2048;

    private final String id;
    private final RSAPublicKey publicKey;
    private final RSAPrivateKey privateKey;
    private final JwkRSA jwk;

    private SigningKey(String id, RSAPublicKey publicKey, RSAPrivateKey privateKey) {
        this.id = id;
        this.publicKey = publicKey;
        this.privateKey = privateKey;
        this.jwk =
                JwkRSA.builder()
                        .keyId(id)
                        .algorithm(ALGORITHM)
                        .privateKey(privateKey)
                        .publicKey(publicKey)
                        .build();
    }

    /** A new key. */
    public static SigningKey generate(String id) {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(BITS);
            KeyPair pair = generator.generateKeyPair();
            return new SigningKey(
                    id, (RSAPublicKey) pair.getPublic(), (RSAPrivateKey) pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has RSA", e);
        }
    }

    /**
     * The key whose {@link #pkcs8()} was kept.
     *
     * @throws IllegalArgumentException when the bytes are no RSA key
     */
    public static SigningKey of(String id, byte[] pkcs8) {
        try {
            var factory = KeyFactory.getInstance("RSA");
            var secret = (RSAPrivateCrtKey) factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            var open =
                    (RSAPublicKey)
                            factory.generatePublic(
                                    new RSAPublicKeySpec(
                                            secret.getModulus(), secret.getPublicExponent()));
            return new SigningKey(id, open, secret);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not an RSA key: " + id, e);
        }
    }

    public String id() {
        return id;
    }

    /** The private key as PKCS #8; encrypt it before it is stored. */
    public byte[] pkcs8() {
        return privateKey.getEncoded();
    }

    /** A signed access token. */
    public String sign(AccessToken token) {
        var roles = Json.createObjectBuilder();
        token.roles()
                .forEach((workspace, role) -> roles.add(workspace.toString(), role.toString()));
        var jwt =
                Jwt.builder()
                        .keyId(id)
                        .algorithm(ALGORITHM)
                        .type("at+jwt")
                        .issuer(ISSUER)
                        .addAudience(AUDIENCE)
                        .subject(token.userId().toString())
                        .issueTime(token.issuedAt())
                        .expirationTime(token.expiresAt())
                        .jwtId(io.streamwire.contract.Ids.next().toString())
                        .addPayloadClaim("sid", token.sessionId().toString())
                        .addPayloadClaim("iat_ms", token.issuedAt().toEpochMilli())
                        .addPayloadClaim("roles", roles.build());
        if (token.workspaceId() != null) {
            jwt.addPayloadClaim("ws", token.workspaceId().toString());
        }
        if (token.ofKey()) {
            jwt.addPayloadClaim("key", true);
        }
        return SignedJwt.sign(jwt.build(), jwk).tokenContent();
    }

    /** The public half as an entry of a JWK set (RFC 7517). */
    public JsonObject publicJwk() {
        return Json.createObjectBuilder()
                .add("kty", "RSA")
                .add("use", "sig")
                .add("alg", ALGORITHM)
                .add("kid", id)
                .add("n", unsigned(publicKey.getModulus()))
                .add("e", unsigned(publicKey.getPublicExponent()))
                .build();
    }

    private static String unsigned(BigInteger number) {
        var bytes = number.toByteArray();
        int from = bytes[0] == 0 ? 1 : 0;
        var trimmed = java.util.Arrays.copyOfRange(bytes, from, bytes.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(trimmed);
    }
}
