package io.streamwire.devices;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.streamwire.contract.mqtt.FirmwareVersion;
import io.streamwire.contract.mqtt.Ota;
import java.time.Instant;
import java.util.UUID;

/**
 * An image for a type of board; never changes.
 *
 * @param size bytes
 * @param sha256 of the image, hex
 * @param keyId which of the workspace's keys the signature was made with
 * @param signature base64, see {@link Ota}
 */
record Firmware(
        UUID id,
        UUID workspaceId,
        String board,
        String version,
        long size,
        String sha256,
        String keyId,
        String signature,
        Instant createdAt) {

    /** What a board is told. */
    Ota offer(String url) {
        return new Ota(url, sha256, signature, keyId, board, version, size);
    }

    @JsonIgnore
    FirmwareVersion number() {
        return FirmwareVersion.parse(version).orElseThrow();
    }

    /**
     * A key that may sign firmware.
     *
     * @param id see {@link Ota#keyId}
     * @param publicKey base64 of its 32 bytes
     */
    record Key(String id, String name, String publicKey, Instant createdAt) {}
}
