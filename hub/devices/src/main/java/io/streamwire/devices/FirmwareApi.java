package io.streamwire.devices;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.FirmwareVersion;
import io.streamwire.contract.mqtt.Ota;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.Deadline;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.Violation;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/** Firmware images, the keys that may sign them, and their download by boards. */
final class FirmwareApi implements Api {

    static final String PLACE = "/api/v1/devices/firmware";
    static final String[] PREFIXES = {PLACE, "/devices/firmware", "/firmware"};

    private static final HeaderName SIGNATURE = HeaderNames.create("X-Signature");
    private static final Pattern BOARD = Pattern.compile("[a-z][a-z0-9_-]{0,31}");
    private static final int LONGEST_NAME = 100;
    private static final String BEARER = "Bearer ";

    /** Uploads at a time: each is held in memory until it is verified. */
    private static final int UPLOADS = 4;

    private static final Duration LONGEST_UPLOAD = Duration.ofMinutes(1);

    private final Semaphore uploads = new Semaphore(UPLOADS);
    private final FirmwareStore store;
    private final DeviceCache cache;
    private final long largest;
    private final int most;
    private final InstantSource clock;

    /**
     * @param largest image, bytes
     * @param most images of one workspace
     */
    FirmwareApi(
            FirmwareStore store, DeviceCache cache, long largest, int most, InstantSource clock) {
        this.store = store;
        this.cache = cache;
        this.largest = largest;
        this.most = most;
        this.clock = clock;
    }

    private record NewKey(String name, String publicKey) {}

    private record Keys(List<Firmware.Key> items) {}

    @Override
    public void routes(Routes routes) {
        routes.at(PREFIXES)
                .upload("/", Permission.DEVICES_CHANGE, this::upload, largest)
                .get("/", Permission.DEVICES_READ, this::list)
                .get("/{id}", Permission.DEVICES_READ, this::read)
                .delete("/{id}", Permission.DEVICES_CHANGE, this::delete)
                .post("/keys", Permission.DEVICES_CHANGE, this::trust)
                .get("/keys", Permission.DEVICES_READ, this::keys)
                .delete("/keys/{key}", Permission.DEVICES_CHANGE, this::distrust);
        routes.at(DevicesApi.PREFIXES)
                .get("/{id}/firmware/{firmware}", Permission.PUBLIC, this::image);
    }

    private void upload(ServerRequest request, ServerResponse response) throws IOException {
        if (!uploads.tryAcquire()) {
            throw Problem.tooManyRequests(
                    "too_many_uploads", "Other images are being uploaded.", Duration.ofSeconds(5));
        }
        try {
            var workspace = Caller.of(request).workspaceId();
            var board = parameter(request, "board");
            var version = parameter(request, "version");
            var signature = request.headers().first(SIGNATURE).map(String::strip).orElse("");
            check(board, version, signature);
            var image = image(request);
            var firmware = verified(workspace, board, version, signature, image);
            if (store.insert(firmware, image, most)) {
                answer(response, Status.CREATED_201, firmware);
                return;
            }
            var earlier = store.firmware(workspace, board, version);
            if (earlier.isEmpty()) {
                throw Problem.conflict(
                        "too_much_firmware",
                        "A workspace keeps at most " + most + " images: delete one.");
            }
            if (!earlier.get().sha256().equals(firmware.sha256())) {
                throw Problem.conflict(
                        "firmware_exists", "There is another image of this version already.");
            }
            answer(response, Status.OK_200, earlier.get());
        } finally {
            uploads.release();
        }
    }

    private static void answer(ServerResponse response, Status status, Firmware firmware) {
        response.header(HeaderNames.LOCATION, PLACE + "/" + firmware.id());
        Body.send(response, status, firmware);
    }

    private static String parameter(ServerRequest request, String name) {
        return request.query().first(name).asOptional().orElse("");
    }

    private static void check(String board, String version, String signature) {
        var violations = new ArrayList<Violation>();
        if (!BOARD.matcher(board).matches()) {
            violations.add(new Violation("", "?board= must be 1 to 32 of a-z, 0-9, - and _"));
        }
        if (FirmwareVersion.parse(version)
                .filter(read -> read.toString().equals(version))
                .isEmpty()) {
            violations.add(new Violation("", "?version= must be like 1.2.0"));
        }
        if (decoded(signature).filter(bytes -> bytes.length == Ota.SIGNATURE_BYTES).isEmpty()) {
            violations.add(new Violation("", "the header X-Signature must be 64 bytes in base64"));
        }
        if (!violations.isEmpty()) {
            throw invalid(violations);
        }
    }

    private static Problem invalid(List<Violation> violations) {
        return Problem.unprocessable(
                "invalid_firmware", "The firmware is not acceptable as it is.", violations);
    }

    private static Optional<byte[]> decoded(String base64) {
        try {
            return Optional.of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static byte[] image(ServerRequest request) throws IOException {
        if (!request.content().hasEntity()) {
            throw invalid(List.of(new Violation("", "must be the image")));
        }
        try (var _ = Deadline.after(LONGEST_UPLOAD);
                var in = request.content().inputStream()) {
            var image = in.readAllBytes();
            if (image.length == 0) {
                throw invalid(List.of(new Violation("", "must be the image")));
            }
            return image;
        }
    }

    private Firmware verified(
            UUID workspace, String board, String version, String signature, byte[] image) {
        var sha256 = HexFormat.of().formatHex(Ota.newSha256().digest(image));
        for (var key : store.keys(workspace)) {
            var ota = new Ota("", sha256, signature, key.id(), board, version, image.length);
            if (ota.isSignedBy(Base64.getDecoder().decode(key.publicKey()))) {
                return new Firmware(
                        Ids.next(),
                        workspace,
                        board,
                        version,
                        image.length,
                        sha256,
                        key.id(),
                        signature,
                        clock.instant());
            }
        }
        throw Problem.unprocessable(
                "bad_signature",
                "No key of this workspace has signed this image for this board and version.",
                List.of());
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var rows = store.firmware(Caller.of(request).workspaceId(), page);
        Body.send(response, Listing.cut(page, rows, Firmware::id));
    }

    private void read(ServerRequest request, ServerResponse response) {
        Body.send(response, stored(store, request));
    }

    private void delete(ServerRequest request, ServerResponse response) {
        var firmware = stored(store, request);
        if (!store.delete(firmware.workspaceId(), firmware.id())) {
            throw Problem.conflict("firmware_in_use", "A roll-out of it is under way.");
        }
        response.status(Status.NO_CONTENT_204).send();
    }

    static Firmware stored(FirmwareStore store, ServerRequest request) {
        return store.firmware(Caller.of(request).workspaceId(), Paths.uuid(request, "id"))
                .orElseThrow(FirmwareApi::unknown);
    }

    private static Problem unknown() {
        return Problem.notFound("firmware_not_found", "There is no such firmware.");
    }

    private void trust(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        var asked = Body.read(request, NewKey.class);
        var name = asked.name().strip();
        var publicKey = publicKey(asked.publicKey());
        var violations = new ArrayList<Violation>();
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            violations.add(new Violation("/name", "must be 1 to " + LONGEST_NAME + " characters"));
        }
        if (publicKey.isEmpty()) {
            violations.add(
                    new Violation("/public_key", "must be an Ed25519 public key, PEM or base64"));
        }
        if (!violations.isEmpty()) {
            throw Problem.unprocessable(
                    "invalid_key", "The key is not acceptable as it is.", violations);
        }
        var bytes = publicKey.orElseThrow();
        var key =
                new Firmware.Key(
                        Ota.keyId(bytes),
                        name,
                        Base64.getEncoder().encodeToString(bytes),
                        clock.instant());
        if (!store.insert(workspace, key)) {
            var known =
                    store.keys(workspace).stream()
                            .filter(one -> one.id().equals(key.id()))
                            .findFirst()
                            .orElseThrow(() ->
                                    Problem.conflict(
                                            "too_many_keys",
                                            "A workspace has at most "
                                                    + FirmwareStore.MOST_KEYS
                                                    + " keys."));
            Body.send(response, known);
            return;
        }
        Body.created(response, PLACE + "/keys/" + key.id(), key);
    }

    /** The 32 bytes of a key in PEM, or in base64 with or without its X.509 frame. */
    private static Optional<byte[]> publicKey(String text) {
        var base64 = text.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        return decoded(base64)
                .flatMap(bytes -> {
                    if (bytes.length == Ota.KEY_BYTES) {
                        return Optional.of(bytes);
                    }
                    var last =
                            Arrays.copyOfRange(
                                    bytes, Math.max(0, bytes.length - Ota.KEY_BYTES), bytes.length);
                    return last.length == Ota.KEY_BYTES && Arrays.equals(Ota.x509(last), bytes)
                            ? Optional.of(last)
                            : Optional.empty();
                });
    }

    private void keys(ServerRequest request, ServerResponse response) {
        Body.send(response, new Keys(store.keys(Caller.of(request).workspaceId())));
    }

    private void distrust(ServerRequest request, ServerResponse response) {
        var key = request.path().pathParameters().get("key");
        if (!store.deleteKey(Caller.of(request).workspaceId(), key)) {
            throw Problem.notFound("key_not_found", "There is no such key.");
        }
        response.status(Status.NO_CONTENT_204).send();
    }

    /** A board shows its agent token and gets what it was offered, nothing else. */
    private void image(ServerRequest request, ServerResponse response) throws IOException {
        var token =
                request.headers()
                        .first(HeaderNames.AUTHORIZATION)
                        .filter(text -> text.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                        .map(text -> text.substring(BEARER.length()).strip())
                        .orElse("");
        var device =
                cache.authenticate(request.path().pathParameters().get("id"), token)
                        .orElseThrow(() ->
                                Problem.unauthorized(
                                        "token_invalid", "Show the agent token of this device."));
        var firmware =
                store.offered(device.workspaceId(), device.id(), Paths.uuid(request, "firmware"))
                        .orElseThrow(FirmwareApi::unknown);
        response.header(HeaderNames.CONTENT_TYPE, "application/octet-stream");
        response.headers().contentLength(firmware.size());
        var out = response.outputStream();
        for (int piece = 0; (long) piece * FirmwareStore.PIECE < firmware.size(); piece++) {
            var data = store.piece(firmware.id(), piece);
            if (data.isEmpty()) {
                throw new IOException("the image was deleted meanwhile");
            }
            out.write(data.get());
        }
        out.close(); // not when it failed: a cut image must not look whole
    }
}
