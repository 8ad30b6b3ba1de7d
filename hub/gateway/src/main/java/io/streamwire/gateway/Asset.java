package io.streamwire.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** One file of the dashboard, as it is and compressed. */
final class Asset {

    private static final Map<String, String> TYPES =
            Map.of(
                    "js", "text/javascript; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "html", "text/html; charset=utf-8",
                    "png", "image/png",
                    "svg", "image/svg+xml",
                    "webmanifest", "application/manifest+json");

    /** Bytes below which compressing gains nothing. */
    private static final int WORTH_COMPRESSING = 512;

    private final String type;
    private final String tag;
    private final byte[] plain;
    private final Optional<byte[]> zipped;

    Asset(String name, byte[] bytes) {
        this.type =
                TYPES.getOrDefault(
                        name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
        this.tag =
                "W/\"%s\"".formatted(HexFormat.of().formatHex(Assets.sha256().digest(bytes), 0, 8));
        this.plain = bytes.clone();
        this.zipped = bytes.length < WORTH_COMPRESSING ? Optional.empty() : Optional.of(zip(bytes));
    }

    String type() {
        return type;
    }

    /** Its ETag; weak, since it is the same compressed. */
    String tag() {
        return tag;
    }

    /** The file as it is; not to be changed. */
    byte[] plain() {
        return plain;
    }

    /** The file under gzip, not to be changed; empty when that gains nothing. */
    Optional<byte[]> zipped() {
        return zipped;
    }

    private static byte[] zip(byte[] bytes) {
        var out = new ByteArrayOutputStream(bytes.length / 2);
        try (var zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
