package io.streamwire.contract.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class OtaTest {

    private static final String SHA256 =
            HexFormat.of().formatHex(Ota.newSha256().digest(new byte[8]));

    private static Ota signed(KeyPair pair, String version) throws GeneralSecurityException {
        var signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(Ota.signed("esp32", version, 8, SHA256));
        return new Ota(
                "http://hub/",
                SHA256,
                Base64.getEncoder().encodeToString(signature.sign()),
                Ota.keyId(raw(pair)),
                "esp32",
                version,
                8);
    }

    private static byte[] raw(KeyPair pair) {
        var encoded = pair.getPublic().getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - Ota.KEY_BYTES, encoded.length);
    }

    private static KeyPair pair() throws GeneralSecurityException {
        return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }

    @Test
    void aSignatureHoldsForItsKeyVersionAndBoardOnly() throws GeneralSecurityException {
        var pair = pair();
        var ota = signed(pair, "1.2.0");

        assertThat(ota.isSignedBy(raw(pair))).isTrue();
        assertThat(ota.isSignedBy(raw(pair()))).isFalse();
        var asNewer =
                new Ota(
                        ota.url(),
                        SHA256,
                        ota.signature(),
                        ota.key(),
                        ota.board(),
                        "1.3.0",
                        ota.size());
        assertThat(asNewer.isSignedBy(raw(pair))).isFalse();
        var forAnother =
                new Ota(
                        ota.url(),
                        SHA256,
                        ota.signature(),
                        ota.key(),
                        "uno",
                        ota.version(),
                        ota.size());
        assertThat(forAnother.isSignedBy(raw(pair))).isFalse();
    }

    @Test
    void rubbishIsNoSignature() throws GeneralSecurityException {
        var ota = new Ota("http://hub/", SHA256, "?", "key", "esp32", "1.2.0", 8);

        assertThat(ota.isSignedBy(raw(pair()))).isFalse();
        assertThat(ota.isSignedBy(new byte[3])).isFalse();
    }

    @Test
    void versionsAreComparedAsNumbers() {
        var older = FirmwareVersion.parse("1.9.10").orElseThrow();
        var newer = FirmwareVersion.parse("1.10.2").orElseThrow();

        assertThat(newer).isGreaterThan(older);
        assertThat(newer).hasToString("1.10.2");
        assertThat(FirmwareVersion.parse("1.2")).isEmpty();
        assertThat(FirmwareVersion.parse("1.2.3-beta")).isEmpty();
        assertThat(FirmwareVersion.parse("1.2.999999")).isEmpty();
        assertThat(FirmwareVersion.parse(null)).isEmpty();
    }
}
