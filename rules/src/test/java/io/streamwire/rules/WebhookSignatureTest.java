package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamwire.rules.WebhookSignature.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vector is the one that the libraries of Standard Webhooks are tested with. */
class WebhookSignatureTest {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final long SECONDS = 1_614_265_330;
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);
    private static final String GOOD = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private final WebhookSignature signature = WebhookSignature.of(SECRET);

    @Test
    void theKnownMessageHasTheKnownSignature() {
        assertThat(signature.sign(ID, SECONDS, BODY)).isEqualTo(GOOD);
    }

    @ParameterizedTest
    @CsvSource({
        "0, GOOD",
        "300, GOOD",
        "-300, GOOD",
        "301, OLD",
        "-301, OLD",
        "100000000000, OLD",
    })
    void theTimeMayBeFiveMinutesOff(long later, Verdict verdict) {
        assertThat(check(ID, SECONDS + "", GOOD, BODY, SECONDS + later)).isEqualTo(verdict);
    }

    @Test
    void oneOfSeveralSignaturesMustBeGood() {
        assertThat(check("v1,AAAA v2,x " + GOOD)).isEqualTo(Verdict.GOOD);
        assertThat(check("v1,AAAA v2,x")).isEqualTo(Verdict.WRONG);
    }

    @Test
    void whateverIsChangedTheSignatureIsWrong() {
        var other = BODY.clone();
        other[0] ^= 1;

        assertThat(check(ID, SECONDS + "", GOOD, other, SECONDS)).isEqualTo(Verdict.WRONG);
        assertThat(check(ID + "1", SECONDS + "", GOOD, BODY, SECONDS)).isEqualTo(Verdict.WRONG);
        assertThat(check(ID, SECONDS + 1 + "", GOOD, BODY, SECONDS)).isEqualTo(Verdict.WRONG);
        assertThat(check(GOOD.substring(0, GOOD.length() - 1))).isEqualTo(Verdict.WRONG);
        assertThat(check(GOOD.replace("v1", "v2"))).isEqualTo(Verdict.WRONG);
        assertThat(
                        WebhookSignature.of(WebhookSignature.newSecret())
                                .check(
                                        ID,
                                        SECONDS + "",
                                        GOOD,
                                        BODY,
                                        Instant.ofEpochSecond(SECONDS)))
                .isEqualTo(Verdict.WRONG);
    }

    @ParameterizedTest
    @CsvSource({
        "'', 1614265330, 'v1,x'",
        "a.b, 1614265330, 'v1,x'",
        "a b, 1614265330, 'v1,x'",
        "msg, '', 'v1,x'",
        "msg, -1, 'v1,x'",
        "msg, 1e9, 'v1,x'",
        "msg, 99999999999999999999, 'v1,x'",
        "msg, 1614265330, ''",
    })
    void whatLacksAHeaderIsUnsigned(String id, String timestamp, String signatures) {
        assertThat(check(id, timestamp, signatures, BODY, SECONDS)).isEqualTo(Verdict.UNSIGNED);
        assertThat(check(ID, SECONDS + "", GOOD + " x".repeat(600), BODY, SECONDS))
                .isEqualTo(Verdict.UNSIGNED);
    }

    @Test
    void newSecretsAreOnesAndDiffer() {
        var secret = WebhookSignature.newSecret();

        assertThat(secret).matches("whsec_[A-Za-z0-9+/]{43}=");
        assertThat(WebhookSignature.newSecret()).isNotEqualTo(secret);
        assertThatThrownBy(() -> WebhookSignature.of("secret"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private Verdict check(String signatures) {
        return check(ID, SECONDS + "", signatures, BODY, SECONDS);
    }

    private Verdict check(
            String id, String timestamp, String signatures, byte[] body, long nowSeconds) {
        return signature.check(id, timestamp, signatures, body, Instant.ofEpochSecond(nowSeconds));
    }
}
