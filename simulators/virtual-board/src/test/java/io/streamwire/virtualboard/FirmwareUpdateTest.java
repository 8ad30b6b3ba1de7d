package io.streamwire.virtualboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import io.streamwire.contract.mqtt.Ota;
import io.streamwire.contract.mqtt.OtaReport;
import io.streamwire.contract.mqtt.OtaReport.Stage;
import io.streamwire.contract.mqtt.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirmwareUpdateTest {

    private static final byte[] IMAGE = new byte[100_000];

    @TempDir private static Path directory;
    private static Hub hub;
    private static HttpServer images;
    private static final List<String> AUTHORIZATIONS = new CopyOnWriteArrayList<>();

    private final UUID workspace = Ids.next();
    private KeyPair key;
    private VirtualBoards boards;
    private VirtualBoard board;
    private BoardAccess access;

    @BeforeAll
    static void startHub() throws IOException {
        hub = new Hub(directory);
        images = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        images.createContext(
                "/image",
                exchange -> {
                    AUTHORIZATIONS.add(exchange.getRequestHeaders().getFirst("Authorization"));
                    exchange.sendResponseHeaders(200, IMAGE.length);
                    try (var out = exchange.getResponseBody()) {
                        out.write(IMAGE);
                    }
                });
        images.start();
    }

    @AfterAll
    static void stopHub() {
        images.stop(0);
        hub.close();
    }

    @BeforeEach
    void startBoard() throws GeneralSecurityException {
        key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        access = hub.register(workspace);
        boards = VirtualBoards.start(hub.url(), List.of(access), new PinRecorder());
        boards.awaitReady(Duration.ofSeconds(10));
        board = boards.board(access.deviceId()).orElseThrow();
        board.trust(raw(key));
        hub.awaitState(access.deviceId(), Phase.READY, 0);
    }

    @AfterEach
    void stopBoard() {
        boards.close();
    }

    private static byte[] raw(KeyPair pair) {
        var encoded = pair.getPublic().getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - Ota.KEY_BYTES, encoded.length);
    }

    private static String url(String path) {
        return "http://127.0.0.1:" + images.getAddress().getPort() + path;
    }

    private Ota ota(String version, String url, byte[] image) {
        var sha256 = HexFormat.of().formatHex(Ota.newSha256().digest(image));
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(key.getPrivate());
            signature.update(Ota.signed("virtual", version, image.length, sha256));
            return new Ota(
                    url,
                    sha256,
                    Base64.getEncoder().encodeToString(signature.sign()),
                    Ota.keyId(raw(key)),
                    "virtual",
                    version,
                    image.length);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private void offer(Ota ota) {
        hub.publish(Topics.firmware(workspace, access.deviceId()), ota, false);
    }

    private void awaitReport(Stage stage) {
        Hub.await(
                "report " + stage, () -> report().filter(found -> found.st() == stage).isPresent());
    }

    private java.util.Optional<OtaReport> report() {
        return hub.last(access.deviceId(), "ota", OtaReport.class);
    }

    private void awaitRunning(String version, long afterBoot) {
        Hub.await(
                "runs " + version,
                () ->
                        hub.last(access.deviceId(), "state", BoardState.class)
                                .filter(state ->
                                        state.s() == Phase.READY
                                                && version.equals(state.fw())
                                                && state.boot() > afterBoot)
                                .isPresent());
    }

    @Test
    void installsASignedImageAndStartsItAnew() {
        var boot = board.status().boot();

        offer(ota("1.2.0", url("/image"), IMAGE));

        awaitRunning("1.2.0", boot);
        assertThat(board.status().version()).isEqualTo("1.2.0");
        assertThat(AUTHORIZATIONS).contains("Bearer " + access.token());
        assertThat(report()).hasValueSatisfying(last -> assertThat(last.why()).isNull());
    }

    @Test
    void goesBackWhenTheNewFirmwareFailsItsOwnTest() {
        var boot = board.status().boot();
        board.failNextSelfTest();

        offer(ota("1.2.0", url("/image"), IMAGE));

        awaitReport(Stage.ROLLED_BACK);
        awaitRunning("1.0.0", boot);
        assertThat(report().orElseThrow().why()).isEqualTo(OtaReport.SELF_TEST_FAILED);
    }

    @Test
    void refusesWhatItMust() {
        refuses(ota("0.9.0", url("/image"), IMAGE), OtaReport.DOWNGRADE);
        refuses(ota("1.2.0", url("/nothing"), IMAGE), OtaReport.DOWNLOAD_FAILED);
        refuses(ota("1.2.1", url("/image"), new byte[99_999]), OtaReport.DOWNLOAD_FAILED);
        var other = IMAGE.clone();
        other[5] = 1;
        refuses(ota("1.2.0", url("/image"), other), OtaReport.BAD_HASH);
        var good = ota("1.2.0", url("/image"), IMAGE);
        refuses(
                new Ota(
                        good.url(),
                        good.sha256(),
                        good.signature(),
                        good.key(),
                        good.board(),
                        "1.3.0",
                        good.size()),
                OtaReport.BAD_SIGNATURE);
        refuses(
                new Ota(
                        good.url(),
                        good.sha256(),
                        good.signature(),
                        "0000000000000000",
                        good.board(),
                        good.version(),
                        good.size()),
                OtaReport.UNKNOWN_KEY);
        hub.arm(workspace, 10);
        Hub.await("armed", () -> board.status().armed());
        refuses(good, OtaReport.ARMED);
        assertThat(board.status().version()).isEqualTo("1.0.0");
    }

    private void refuses(Ota ota, String why) {
        offer(ota);
        Hub.await(
                "refused: " + why,
                () ->
                        report().filter(found ->
                                        found.st() == Stage.FAILED
                                                && found.version().equals(ota.version())
                                                && why.equals(found.why()))
                                .isPresent());
    }
}
