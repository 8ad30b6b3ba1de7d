package io.streamwire.virtualboard;

import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.FirmwareVersion;
import io.streamwire.contract.mqtt.Ota;
import io.streamwire.contract.mqtt.OtaReport;
import io.streamwire.contract.mqtt.OtaReport.Stage;
import io.streamwire.contract.mqtt.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Installs firmware as a board does: refuses what it must, downloads, verifies, waits until it is
 * disarmed and starts anew. Confined to the board's thread; the download has one of its own.
 *
 * <pre>
 *   down/ota --> downloading --> verifying --> installed --> rebooting --> up/state with the new fw
 *      |              |              |             ^  |                          |
 *      +--------------+--------------+--> failed   +--+ armed                    +--> rolled_back
 * </pre>
 */
final class FirmwareUpdate {

    private static final int LONGEST_MESSAGE = 2_048;
    private static final long LARGEST_IMAGE = 4L << 20;
    private static final int TIMEOUT_MS = 10_000;
    private static final int PIECE = 16_384;
    private static final int REPORT_EVERY_PCT = 25;

    /** How often an armed board looks whether it may start anew, ms. */
    private static final long ARMED_RETRY_MS = 100;

    private final BoardAccess access;
    private final BoardThread thread;
    private final Firmware.Uplink uplink;
    private final Board board;
    private final Map<String, byte[]> trusted = new HashMap<>();
    private @Nullable Ota running;
    private @Nullable OtaReport unsent;
    private boolean failSelfTest;

    FirmwareUpdate(BoardAccess access, BoardThread thread, Firmware.Uplink uplink, Board board) {
        this.access = access;
        this.thread = thread;
        this.uplink = uplink;
        this.board = board;
    }

    /** The board that is updated. */
    interface Board {
        String type();

        String version();

        boolean armed();

        /** Starts anew with that firmware. */
        void start(String version);
    }

    void trust(byte[] publicKey) {
        trusted.put(Ota.keyId(publicKey), publicKey.clone());
    }

    void failSelfTest() {
        failSelfTest = true;
    }

    /** A message on down/ota came. */
    void received(byte[] body, boolean retained) {
        if (retained || body.length > LONGEST_MESSAGE) {
            return;
        }
        try {
            received(Json.read(body, Ota.class));
        } catch (Json.MalformedJson e) {
            // There is nothing to answer to.
        }
    }

    private void received(Ota ota) {
        if (running != null) {
            if (!running.equals(ota)) {
                report(OtaReport.failed(ota.version(), OtaReport.BUSY));
            }
            return;
        }
        var refusal = refusal(ota);
        if (refusal != null) {
            report(OtaReport.failed(ota.version(), refusal));
            return;
        }
        if (ota.version().equals(board.version())) {
            report(OtaReport.of(ota.version(), Stage.INSTALLED));
            return;
        }
        running = ota;
        downloaded(ota, 0);
        var key = trusted.getOrDefault(ota.key(), new byte[0]);
        Thread.ofVirtual()
                .name("board-download")
                .start(() -> {
                    var failure = fetch(ota, key);
                    thread.execute(() -> fetched(ota, failure));
                });
    }

    private @Nullable String refusal(Ota ota) {
        var version = FirmwareVersion.parse(ota.version());
        var current = FirmwareVersion.parse(board.version());
        if (version.isEmpty()
                || current.filter(mine -> version.get().compareTo(mine) < 0).isPresent()) {
            return OtaReport.DOWNGRADE;
        }
        if (!board.type().equals(ota.board())) {
            return OtaReport.WRONG_BOARD;
        }
        if (!trusted.containsKey(ota.key())) {
            return OtaReport.UNKNOWN_KEY;
        }
        if (ota.size() < 1 || ota.size() > LARGEST_IMAGE) {
            return OtaReport.TOO_LARGE;
        }
        return board.armed() ? OtaReport.ARMED : null;
    }

    /** Downloads and verifies; what went wrong, or null. On a thread of its own. */
    private @Nullable String fetch(Ota ota, byte[] key) {
        byte[] image;
        try {
            image = download(ota);
        } catch (IOException | IllegalArgumentException e) {
            return OtaReport.DOWNLOAD_FAILED;
        }
        thread.execute(() -> report(OtaReport.of(ota.version(), Stage.VERIFYING)));
        if (!HexFormat.of().formatHex(Ota.newSha256().digest(image)).equals(ota.sha256())) {
            return OtaReport.BAD_HASH;
        }
        return ota.isSignedBy(key) ? null : OtaReport.BAD_SIGNATURE;
    }

    private byte[] download(Ota ota) throws IOException {
        if (!(URI.create(ota.url()).toURL().openConnection() instanceof HttpURLConnection http)) {
            throw new IOException("not http");
        }
        http.setInstanceFollowRedirects(false);
        http.setConnectTimeout(TIMEOUT_MS);
        http.setReadTimeout(TIMEOUT_MS);
        http.setRequestProperty("Authorization", "Bearer " + access.token());
        try (InputStream in = http.getInputStream()) {
            if (http.getResponseCode() != HttpURLConnection.HTTP_OK) {
                throw new IOException("status " + http.getResponseCode());
            }
            var image = new byte[(int) ota.size()];
            var told = 0;
            for (int read = 0; read < image.length; ) {
                int got = in.read(image, read, Math.min(PIECE, image.length - read));
                if (got < 0) {
                    throw new IOException("cut short");
                }
                read += got;
                int pct = (int) (100L * read / image.length);
                if (pct >= told + REPORT_EVERY_PCT) {
                    told = pct;
                    thread.execute(() -> downloaded(ota, pct));
                }
            }
            if (in.read() >= 0) {
                throw new IOException("too long");
            }
            return image;
        } finally {
            http.disconnect();
        }
    }

    private void downloaded(Ota ota, int pct) {
        report(new OtaReport(ota.version(), Stage.DOWNLOADING, pct, null));
    }

    private void fetched(Ota ota, @Nullable String failure) {
        if (!ota.equals(running)) {
            return; // the power was cut meanwhile
        }
        if (failure != null) {
            running = null;
            report(OtaReport.failed(ota.version(), failure));
            return;
        }
        report(OtaReport.of(ota.version(), Stage.INSTALLED));
        startWhenDisarmed(ota);
    }

    private void startWhenDisarmed(Ota ota) {
        if (!ota.equals(running)) {
            return;
        }
        if (board.armed()) {
            thread.schedule(() -> startWhenDisarmed(ota), ARMED_RETRY_MS);
            return;
        }
        running = null;
        publish(OtaReport.of(ota.version(), Stage.REBOOTING), _ -> start(ota));
    }

    private void start(Ota ota) {
        if (failSelfTest) {
            failSelfTest = false;
            unsent =
                    new OtaReport(
                            ota.version(), Stage.ROLLED_BACK, null, OtaReport.SELF_TEST_FAILED);
            board.start(board.version());
            return;
        }
        board.start(ota.version());
    }

    /** The power was cut: a download is lost with it. */
    void cutPower() {
        running = null;
    }

    /** Says what could not be said while there was no connection. */
    void subscribed() {
        var report = unsent;
        if (report != null) {
            report(report);
        }
    }

    private void report(OtaReport report) {
        unsent = report;
        publish(
                report,
                taken -> {
                    if (taken && report.equals(unsent)) {
                        unsent = null;
                    }
                });
    }

    private void publish(OtaReport report, Firmware.Taken taken) {
        uplink.publish(
                Topics.firmwareReport(access.workspaceId(), access.deviceId()),
                report,
                false,
                taken);
    }
}
