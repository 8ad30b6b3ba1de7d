package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.NotFoundException;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.ReaderException;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.service.Role;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How boards become devices by themselves. */
@ExtendWith(Rig.Extension.class)
class ClaimsTest {

    private final Rig rig;
    private final Member member;

    ClaimsTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    private Member.Answer created() {
        return member.post("/devices/claims", Map.of("name", "Fan", "board", "esp32"));
    }

    /** What a board asks from its own address, without any login. */
    private Member.Answer claim(String address, String what, String word, String hardware) {
        var body = Json.write(Map.of(what, word, "hardware_uuid", hardware));
        return Member.send(
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:" + rig.port() + "/api/v1/devices/claim"))
                        .header("Content-Type", "application/json")
                        .header("X-Forwarded-For", address)
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static String hardware() {
        return Ids.next().toString();
    }

    @Test
    void whoGuessesLocksOnlyItsOwnNetworkOut() {
        for (int i = 0; i < 1_010; i++) {
            var address = "198.%d.%d.1".formatted(18 + i % 2, i / 10);
            claim(address, "code", "0000-0000", hardware());
        }

        var code = created().text("/code");

        assertThat(claim("203.0.113.9", "code", code, hardware()).status()).isEqualTo(202);
        var guesses = List.of("192.0.2.77", "2001:db8::1", "2001:db8:0:0:ffff::1");
        for (int i = 0; i < 10; i++) {
            for (var address : guesses.subList(0, 2)) {
                assertThat(claim(address, "code", "0000-0000", hardware()).status()).isEqualTo(404);
            }
        }
        for (var address : guesses) {
            assertThat(claim(address, "code", "0000-0000", hardware()).text("/code"))
                    .isEqualTo("too_many_attempts");
        }
    }

    @Test
    void aSecretMakesADeviceOnce() throws ReaderException {
        var created = created();
        var hardware = hardware();

        assertThat(read(created.text("/qr")))
                .isEqualTo("streamwire:claim?secret=" + created.text("/secret"));
        var claimed = claim("192.0.2.1", "secret", created.text("/secret"), hardware);

        assertThat(claimed.status()).isEqualTo(201);
        var device = UUID.fromString(claimed.text("/device_id"));
        assertThat(member.get("/devices/" + device))
                .returns("Fan", answer -> answer.text("/name"))
                .returns(hardware, answer -> answer.text("/hardware_uuid"));
        rig.connect(device, claimed.text("/token")).disconnect();
        assertThat(member.get("/devices/claims/" + created.text("/id")))
                .returns("done", answer -> answer.text("/state"))
                .returns(device.toString(), answer -> answer.text("/device_id"));
        assertThat(claim("192.0.2.1", "secret", created.text("/secret"), hardware()).status())
                .isEqualTo(404);
        assertThat(claim("192.0.2.1", "code", created.text("/code"), hardware()).status())
                .isEqualTo(404);
    }

    @Test
    void aTypedCodeWaitsForAMember() {
        var created = created();
        var hardware = hardware();
        var path = "/devices/claims/" + created.text("/id");
        var sloppy = created.text("/code").toLowerCase(java.util.Locale.ROOT).replace("-", " ");
        assertThat(member.post(path + "/confirm", null).text("/code")).isEqualTo("no_board_waits");

        var waiting = claim("192.0.2.2", "code", sloppy, hardware);

        assertThat(waiting.status()).isEqualTo(202);
        assertThat(waiting.body().at("/blink").asBoolean()).isTrue();
        var ticket = waiting.text("/ticket");
        assertThat(claim("192.0.2.2", "ticket", ticket, hardware).status()).isEqualTo(202);
        assertThat(claim("192.0.2.2", "ticket", ticket, hardware()).status()).isEqualTo(404);
        assertThat(claim("192.0.2.2", "secret", created.text("/secret"), hardware()).status())
                .isEqualTo(404);
        assertThat(member.get(path).text("/hardware_uuid")).isEqualTo(hardware);
        assertThat(member.with(Role.MODERATOR).post(path + "/confirm", null).status())
                .isEqualTo(403);
        assertThat(member.post(path + "/confirm", null).text("/state")).isEqualTo("confirmed");
        var claimed = claim("192.0.2.2", "ticket", ticket, hardware);
        assertThat(claimed.status()).isEqualTo(201);
        rig.connect(UUID.fromString(claimed.text("/device_id")), claimed.text("/token"))
                .disconnect();
        assertThat(claim("192.0.2.2", "ticket", ticket, hardware).status()).isEqualTo(404);
    }

    @Test
    void codesCannotBeTriedOut() {
        for (int attempt = 0; attempt < 10; attempt++) {
            assertThat(claim("192.0.2.3", "code", "0000-000" + attempt, "x").status())
                    .isEqualTo(404);
        }

        var refused = claim("192.0.2.3", "code", created().text("/code"), "x");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.raw().headers().firstValue("Retry-After")).isPresent();
        assertThat(claim("192.0.2.4", "code", "0000-0000", "x").status()).isEqualTo(404);
    }

    @Test
    void aCancelledClaimIsOver() {
        var created = created();

        assertThat(member.delete("/devices/claims/" + created.text("/id")).status()).isEqualTo(204);

        assertThat(claim("192.0.2.5", "secret", created.text("/secret"), hardware()).status())
                .isEqualTo(404);
        assertThat(member.get("/devices/claims/" + created.text("/id")).text("/state"))
                .isEqualTo("expired");
        assertThat(Member.owner(rig).get("/devices/claims/" + created.text("/id")).status())
                .isEqualTo(404);
    }

    @Test
    void aClaimNeedsOneWordAndAHardware() {
        var both = new HashMap<String, String>();
        both.put("secret", "a");
        both.put("code", "b");
        both.put("hardware_uuid", "x");

        assertThat(member.post("/devices/claim", both).text("/code")).isEqualTo("invalid_claim");
        assertThat(member.post("/devices/claim", Map.of("hardware_uuid", "x")).status())
                .isEqualTo(422);
        assertThat(
                        member.post(
                                        "/devices/claim",
                                        Map.of("secret", "a", "hardware_uuid", "no way!"))
                                .status())
                .isEqualTo(422);
    }

    /** What a camera would read. */
    private static String read(String svg) throws ReaderException {
        var size = Pattern.compile("viewBox=\"0 0 (\\d+) ").matcher(svg);
        if (!size.find()) {
            throw NotFoundException.getNotFoundInstance();
        }
        var scale = 4;
        var width = Integer.parseInt(size.group(1)) * scale;
        var pixels = new int[width * width];
        Arrays.fill(pixels, 0xffffff);
        var module = Pattern.compile("M(\\d+) (\\d+)h1v1h-1z").matcher(svg);
        while (module.find()) {
            var left = Integer.parseInt(module.group(1)) * scale;
            var top = Integer.parseInt(module.group(2)) * scale;
            for (int y = top; y < top + scale; y++) {
                Arrays.fill(pixels, y * width + left, y * width + left + scale, 0);
            }
        }
        var image = new RGBLuminanceSource(width, width, pixels);
        return new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(image))).getText();
    }
}
