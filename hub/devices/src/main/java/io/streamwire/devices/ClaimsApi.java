package io.streamwire.devices;

import io.helidon.dbclient.DbClientException;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.bus.Throttle;
import io.streamwire.contract.Ids;
import io.streamwire.devices.ClaimStore.Claim;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.TrustedProxies;
import io.streamwire.service.Violation;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Claims: how a board becomes a device without anybody copying a token.
 *
 * <pre>
 *            secret (QR)
 *   open ------------------------------------------> done: device and token
 *     |  code (typed)            member confirms      ^
 *     +-------------> waiting ----------> confirmed --+ ticket
 *
 *   Each of them is expired 10 minutes after it was made.
 * </pre>
 */
final class ClaimsApi implements Api {

    private static final Duration LIFE = Duration.ofMinutes(10);
    private static final int LONGEST_WORD = 200;
    private static final long RETRY_MS = 2_000;

    /** Calls of one address, and typed codes of one and of all, in the life of a claim. */
    private static final int MOST_CALLS = 600;

    private static final int MOST_CODES = 10;

    /** Codes of a whole network: who has many addresses has them there. */
    private static final int MOST_CODES_OF_NETWORK = 1_000;

    private final SecureRandom random = new SecureRandom();
    private final Bus bus;
    private final ClaimStore store;
    private final DeviceCache cache;
    private final Caps caps;
    private final TrustedProxies proxies;
    private final Settings settings;
    private final InstantSource clock;
    private final Throttle calls;
    private final Throttle codes;
    private final Throttle networkCodes;

    /**
     * What answers tell.
     *
     * @param publicUrl where boards reach this service, empty when they know
     * @param mqttUrl where boards reach the broker
     * @param key that codes are hashed with
     */
    record Settings(String publicUrl, String mqttUrl, String key) {
        @Override
        public String toString() {
            return "Settings[publicUrl=" + publicUrl + ", mqttUrl=" + mqttUrl + "]";
        }
    }

    ClaimsApi(
            Bus bus,
            ClaimStore store,
            DeviceCache cache,
            Caps caps,
            TrustedProxies proxies,
            Settings settings,
            InstantSource clock) {
        this.bus = bus;
        this.store = store;
        this.cache = cache;
        this.caps = caps;
        this.proxies = proxies;
        this.settings = settings;
        this.clock = clock;
        this.calls = bus.throttle("claim-address", MOST_CALLS, LIFE);
        this.codes = bus.throttle("claim-code-address", MOST_CODES, LIFE);
        this.networkCodes = bus.throttle("claim-code-network", MOST_CODES_OF_NETWORK, LIFE);
    }

    private record NewClaim(String name, String board) {}

    /** What a board shows: exactly one of secret, code and ticket. */
    private record Shown(
            @Nullable String secret,
            @Nullable String code,
            @Nullable String ticket,
            String hardwareUuid) {
        @Override
        public String toString() {
            return "Shown[hardwareUuid=" + hardwareUuid + "]";
        }
    }

    private record Listed(
            UUID id,
            String name,
            String board,
            String state,
            @Nullable String hardwareUuid,
            @Nullable UUID deviceId,
            Instant createdAt,
            Instant expiresAt) {}

    /**
     * A new claim, with what is shown only here.
     *
     * @param qr an SVG of the same secret
     */
    private record Created(
            UUID id,
            String name,
            String board,
            String state,
            Instant expiresAt,
            String secret,
            String code,
            String qr) {}

    /**
     * The board has to wait, blinking, and ask again with its ticket.
     *
     * @param ticket only in the answer to the code
     */
    private record Waiting(
            String state, boolean blink, @Nullable String ticket, long retryAfterMs) {}

    private record Claimed(UUID deviceId, UUID workspaceId, String token, TokensApi.Mqtt mqtt) {}

    @Override
    public void routes(Routes routes) {
        routes.at(DevicesApi.PREFIXES)
                .post("/claims", Permission.DEVICES_CHANGE, this::create)
                .get("/claims/{id}", Permission.DEVICES_READ, this::read)
                .delete("/claims/{id}", Permission.DEVICES_CHANGE, this::cancel)
                .post("/claims/{id}/confirm", Permission.DEVICES_CHANGE, this::confirm)
                .post("/claim", Permission.PUBLIC, this::claim);
    }

    private void create(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        if (cache.count(workspace) >= caps.devices()) {
            throw caps.tooManyDevices();
        }
        var asked = Body.read(request, NewClaim.class);
        var violations = new ArrayList<Violation>();
        DevicesApi.checkName(asked.name(), violations);
        DevicesApi.checkBoard(asked.board(), violations);
        refuse(violations);
        var secret = TokensApi.secret(random, "swc_");
        var code = ClaimCode.random(random);
        var now = clock.instant();
        var claim =
                new Claim(
                        IdempotencyKey.of(request)
                                .map(key -> Ids.keyed(workspace, "claims", key))
                                .orElseGet(Ids::next),
                        workspace,
                        asked.name().strip(),
                        asked.board(),
                        null,
                        null,
                        now,
                        now.plus(LIFE),
                        null,
                        null);
        var hash = DeviceCache.sha256(secret);
        if (!store.insert(claim, hash, ClaimCode.hash(code, settings.key()))) {
            throw store.claim(workspace, claim.id()).isPresent()
                    ? Problem.conflict(
                            "claim_shown_already",
                            "This Idempotency-Key has made a claim; its secret is shown only once.")
                    : Problem.conflict("too_many_claims", "Too many claims are open already.");
        }
        Body.created(
                response,
                "/api/v1/devices/claims/" + claim.id(),
                new Created(
                        claim.id(),
                        claim.name(),
                        claim.board(),
                        state(claim, now),
                        claim.expiresAt(),
                        secret,
                        code,
                        QrCode.svg(link(secret))));
    }

    private String link(String secret) {
        var url =
                settings.publicUrl().isEmpty()
                        ? ""
                        : "&url=" + URLEncoder.encode(settings.publicUrl(), StandardCharsets.UTF_8);
        return "streamwire:claim?secret=" + secret + url;
    }

    private void read(ServerRequest request, ServerResponse response) {
        send(response, stored(request));
    }

    private void cancel(ServerRequest request, ServerResponse response) {
        var claim = stored(request);
        var _ = store.cancel(claim.workspaceId(), claim.id(), clock.instant());
        response.status(Status.NO_CONTENT_204).send();
    }

    private void confirm(ServerRequest request, ServerResponse response) {
        var claim = stored(request);
        var now = clock.instant();
        if (!store.confirm(claim.workspaceId(), claim.id(), now)
                && stored(request).confirmedAt() == null) {
            throw Problem.conflict("no_board_waits", "No board has shown the code of this claim.");
        }
        send(response, stored(request));
    }

    /** What a board asks, which is nobody yet. */
    private void claim(ServerRequest request, ServerResponse response) {
        var client = proxies.client(request);
        var address = prefix(client, 4, 8);
        limit(calls, address);
        var shown = Body.read(request, Shown.class);
        var violations = new ArrayList<Violation>();
        DevicesApi.checkHardware(shown.hardwareUuid(), violations);
        refuse(violations);
        var now = clock.instant();
        if (shown.secret() != null && shown.code() == null && shown.ticket() == null) {
            var claim =
                    store.bySecret(hash(shown.secret()), now).orElseThrow(ClaimsApi::unknownClaim);
            complete(response, claim, shown.hardwareUuid(), now);
        } else if (shown.code() != null && shown.secret() == null && shown.ticket() == null) {
            limit(codes, address);
            limit(networkCodes, prefix(client, 2, 4));
            type(response, shown.code(), shown.hardwareUuid(), now);
        } else if (shown.ticket() != null && shown.secret() == null && shown.code() == null) {
            var claim =
                    store.byTicket(hash(shown.ticket()), now)
                            .filter(found -> shown.hardwareUuid().equals(found.hardwareUuid()))
                            .orElseThrow(ClaimsApi::unknownClaim);
            if (claim.confirmedAt() == null) {
                wait(response, null);
                return;
            }
            complete(response, claim, shown.hardwareUuid(), now);
        } else {
            throw Problem.unprocessable(
                    "invalid_claim",
                    "Show exactly one of secret, code and ticket.",
                    List.of(new Violation("", "must have one of secret, code and ticket")));
        }
    }

    private void type(ServerResponse response, String code, String hardwareUuid, Instant now) {
        var ticket = TokensApi.secret(random, "swt_");
        var codeHash = ClaimCode.hash(bounded(code), settings.key());
        if (!store.typed(codeHash, hash(ticket), hardwareUuid, now)) {
            throw unknownClaim();
        }
        wait(response, ticket);
    }

    private static void wait(ServerResponse response, @Nullable String ticket) {
        Body.send(response, Status.ACCEPTED_202, new Waiting("waiting", true, ticket, RETRY_MS));
    }

    private void complete(ServerResponse response, Claim claim, String hardwareUuid, Instant now) {
        var device =
                Device.fresh(
                        Ids.next(),
                        claim.workspaceId(),
                        claim.name(),
                        claim.board(),
                        null,
                        hardwareUuid,
                        now);
        var secret = TokensApi.secret(random, TokensApi.PREFIX);
        var token = TokensApi.token(Ids.next(), device, "claimed", secret, now, null);
        try {
            if (!store.use(claim, device, token, now)) {
                throw unknownClaim();
            }
        } catch (DbClientException e) {
            if (SqlState.of(e).equals(SqlState.UNIQUE_VIOLATION)) {
                throw Problem.conflict(
                        "hardware_taken", "Another device has this hardware_uuid already.");
            }
            throw e;
        }
        cache.put(new DeviceStore.Change(device, false));
        cache.put(token);
        bus.announce(Devices.CHANGED, device.id().toString());
        Body.created(
                response,
                "/api/v1/devices/" + device.id(),
                new Claimed(
                        device.id(),
                        device.workspaceId(),
                        secret,
                        TokensApi.Mqtt.of(settings.mqttUrl(), device)));
    }

    private static String hash(String word) {
        return DeviceCache.sha256(bounded(word));
    }

    private static String bounded(String word) {
        if (word.length() > LONGEST_WORD) {
            throw unknownClaim();
        }
        return word;
    }

    /**
     * The first bytes of an address. A client of IPv6 has a whole /64 to itself.
     *
     * @param v4 of IPv4
     * @param v6 of IPv6
     */
    private static String prefix(InetAddress address, int v4, int v6) {
        var bytes = address.getAddress();
        return HexFormat.of().formatHex(bytes, 0, bytes.length == 4 ? v4 : v6);
    }

    private static void limit(Throttle throttle, String key) {
        var wait = throttle.take(key);
        if (wait.isPositive()) {
            throw Problem.tooManyRequests(
                    "too_many_attempts", "Too many attempts; wait before the next one.", wait);
        }
    }

    private static void refuse(List<Violation> violations) {
        if (!violations.isEmpty()) {
            throw Problem.unprocessable(
                    "invalid_claim", "The claim is not acceptable as it is.", violations);
        }
    }

    private Claim stored(ServerRequest request) {
        return store.claim(Caller.of(request).workspaceId(), Paths.uuid(request, "id"))
                .orElseThrow(() -> Problem.notFound("claim_not_found", "There is no such claim."));
    }

    /** The same answer whether it never was, is over or was used. */
    private static Problem unknownClaim() {
        return Problem.notFound("claim_not_found", "There is no such open claim.");
    }

    private void send(ServerResponse response, Claim claim) {
        Body.send(
                response,
                new Listed(
                        claim.id(),
                        claim.name(),
                        claim.board(),
                        state(claim, clock.instant()),
                        claim.hardwareUuid(),
                        claim.deviceId(),
                        claim.createdAt(),
                        claim.expiresAt()));
    }

    private static String state(Claim claim, Instant now) {
        return claim.state(now).name().toLowerCase(Locale.ROOT);
    }
}
