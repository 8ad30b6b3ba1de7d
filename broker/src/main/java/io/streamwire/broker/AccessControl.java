package io.streamwire.broker;

import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.async.TimeoutFallback;
import com.hivemq.extension.sdk.api.auth.Authorizer;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.AuthorizerProviderInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.client.ClientContext;
import com.hivemq.extension.sdk.api.client.parameter.InitializerInput;
import com.hivemq.extension.sdk.api.client.parameter.ListenerType;
import com.hivemq.extension.sdk.api.interceptor.connect.parameter.ConnectInboundInput;
import com.hivemq.extension.sdk.api.interceptor.connect.parameter.ConnectInboundOutput;
import com.hivemq.extension.sdk.api.packets.auth.DefaultAuthorizationBehaviour;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.disconnect.DisconnectReasonCode;
import com.hivemq.extension.sdk.api.parameter.ClientBasedInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import com.hivemq.extension.sdk.api.services.admin.AdminService;
import com.hivemq.extension.sdk.api.services.session.ClientService;
import io.streamwire.broker.Authenticator.Credentials;
import io.streamwire.broker.Authenticator.DeviceIdentity;
import io.streamwire.broker.Denials.Reason;
import io.streamwire.contract.mqtt.Access;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * HiveMQ's extension: who may connect, what each client may publish and subscribe, how much.
 *
 * <pre>
 * CONNECT -> onConnect: devices lose their session with their connection
 *         -> authenticate: token or password -> Access, kept with the connection
 *         -> authorizePublish, when there is a last will
 *         -> initialize: was its access revoked meanwhile?
 * PUBLISH -> interceptor: rate -> authorizePublish; the hub by its default permissions alone
 * SUBSCRIBE -> authorizeSubscribe
 * </pre>
 */
final class AccessControl implements ExtensionMain {

    static final String HUB_USER = "hub";
    static final String HUB_CLIENT_PREFIX = "hub-";

    private static final System.Logger LOG = System.getLogger(AccessControl.class.getName());

    /** Longest time from CONNECT to the answer. */
    private static final Duration AUTHENTICATION_TIMEOUT = Duration.ofSeconds(5);

    /** Most questions about tokens at once; further clients wait. */
    private static final int AUTHENTICATIONS_AT_ONCE = 64;

    private static final long AUTHENTICATION_QUEUE_MS = 2_000;

    /** Asked again when somebody's access changed meanwhile, most. */
    private static final int ASK_AGAIN = 5;

    private final BrokerSettings settings;
    private final Authenticator authenticator;
    private final Addresses addresses;
    private final Denials denials;
    private final BrokerMetrics metrics;
    private final Children children = new Children();
    private final TokenBuckets<UUID> logins;
    private final MessageRates rates;
    private final Revocations revocations = new Revocations();
    private final Semaphore authentications = new Semaphore(AUTHENTICATIONS_AT_ONCE);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile @Nullable ClientService clients;
    private volatile @Nullable AdminService admin;

    AccessControl(
            BrokerSettings settings,
            Authenticator authenticator,
            Addresses addresses,
            Denials denials,
            BrokerMetrics metrics) {
        this.metrics = metrics;
        this.settings = settings;
        this.authenticator = authenticator;
        this.addresses = addresses;
        this.logins = new TokenBuckets<>(settings.limits().client().loginsPerSecond());
        this.rates = new MessageRates(settings.limits(), denials);
        this.denials = denials;
    }

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
        SimpleAuthenticator connecting = this::authenticate;
        Services.securityRegistry().setAuthenticatorProvider(_ -> connecting);
        Services.securityRegistry().setAuthorizerProvider(this::authorizer);
        Services.interceptorRegistry().setConnectInboundInterceptorProvider(_ -> this::onConnect);
        Services.initializerRegistry().setClientInitializer(this::initialize);
        var ends = new ConnectionEnds(denials);
        Services.eventRegistry().setClientLifecycleEventListener(_ -> ends);
        metrics.of(Services.metricRegistry());
        clients = Services.clientService();
        admin = Services.adminService();
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
        clients = null;
        threads.shutdownNow();
    }

    /** The port that the listener of plain MQTT is bound to. */
    int mqttPort() {
        var service = admin;
        if (service == null) {
            throw new IllegalStateException("the broker has not started");
        }
        return service.getServerInformation().getListener().stream()
                .filter(listener -> listener.getListenerType() == ListenerType.TCP_LISTENER)
                .findFirst()
                .orElseThrow()
                .getPort();
    }

    /** Ends the live session of a device; false when it has none. Its last will is published. */
    CompletableFuture<Boolean> disconnect(UUID deviceId) {
        revocations.revoked(deviceId);
        children.changed();
        authenticator.forget(deviceId);
        var service = clients;
        if (service == null) {
            return CompletableFuture.completedFuture(false);
        }
        return service.disconnectClient(
                deviceId.toString(), false, DisconnectReasonCode.NOT_AUTHORIZED, "access revoked");
    }

    /**
     * Changes which boards hang on a bridge, at once and without ending its session. What is no
     * longer its own it neither receives nor has kept in the broker.
     */
    CompletableFuture<Void> setChildren(UUID workspaceId, UUID bridge, Set<UUID> now) {
        var released = new HashSet<>(children.changed(bridge, now));
        authenticator.setChildren(bridge, now);
        released.removeAll(now);
        if (clients == null || released.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        var removed = new ArrayList<CompletableFuture<Void>>();
        for (var child : released) {
            removed.add(
                    Services.subscriptionStore()
                            .removeSubscriptions(
                                    bridge.toString(),
                                    Set.copyOf(Access.Device.downFilters(workspaceId, child))));
            for (var topic : Access.Device.retainedTopics(workspaceId, child)) {
                removed.add(Services.retainedMessageStore().remove(topic));
            }
        }
        return CompletableFuture.allOf(removed.toArray(CompletableFuture[]::new));
    }

    /** The broker stores nothing for a device that is away, whatever it asks for. */
    private void onConnect(ConnectInboundInput input, ConnectInboundOutput output) {
        if (isHub(input.getClientInformation().getClientId())) {
            return;
        }
        output.getConnectPacket().setCleanStart(true);
        output.getConnectPacket().setSessionExpiryInterval(0);
    }

    private void authenticate(SimpleAuthInput input, SimpleAuthOutput output) {
        var clientId = input.getClientInformation().getClientId();
        var connect = input.getConnectPacket();
        var username = connect.getUserName().orElse("");
        var password =
                connect.getPassword()
                        .map(bytes -> StandardCharsets.UTF_8.decode(bytes.duplicate()).toString())
                        .orElse("");
        output.getDefaultPermissions().setDefaultBehaviour(DefaultAuthorizationBehaviour.DENY);
        if (username.isEmpty() || password.isEmpty()) {
            refuse(output, Reason.NO_CREDENTIALS, clientId);
            return;
        }
        if (username.equals(HUB_USER)) {
            authenticateHub(password, input, output);
            return;
        }
        if (!username.equals(clientId)) {
            refuse(output, Reason.CLIENT_ID_MISMATCH, clientId);
            return;
        }
        var address = address(input);
        if (!addresses.mayLogIn(address)) {
            refuse(output, Reason.TOO_MANY_FAILED_LOGINS, clientId);
            return;
        }
        var pending =
                output.async(
                        AUTHENTICATION_TIMEOUT,
                        TimeoutFallback.FAILURE,
                        ConnackReasonCode.SERVER_UNAVAILABLE,
                        "authentication timed out");
        try {
            threads.execute(() -> {
                try {
                    ask(new Credentials(clientId, username, password), input, output);
                } finally {
                    pending.resume();
                }
            });
        } catch (RejectedExecutionException e) {
            refuse(output, Reason.AUTHENTICATION_UNAVAILABLE, clientId);
            pending.resume();
        }
    }

    private void authenticateHub(String password, SimpleAuthInput input, SimpleAuthOutput output) {
        var clientId = input.getClientInformation().getClientId();
        var address = address(input);
        if (!addresses.mayLogInAsHub(address)) {
            refuse(output, Reason.TOO_MANY_FAILED_LOGINS, clientId);
            return;
        }
        if (!isHub(clientId) || !isEqual(password, settings.hubPassword())) {
            addresses.hubLoginFailed(address);
            refuse(output, Reason.BAD_CREDENTIALS, clientId);
            return;
        }
        DefaultPermissions.ofHub(output.getDefaultPermissions());
        ConnectionAccess.admitHub(input);
        output.authenticateSuccessfully();
    }

    private void ask(Credentials credentials, SimpleAuthInput input, SimpleAuthOutput output) {
        var clientId = credentials.clientId();
        try {
            if (!authentications.tryAcquire(AUTHENTICATION_QUEUE_MS, TimeUnit.MILLISECONDS)) {
                refuse(output, Reason.AUTHENTICATION_UNAVAILABLE, clientId);
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            refuse(output, Reason.AUTHENTICATION_UNAVAILABLE, clientId);
            return;
        }
        try {
            answer(credentials, input, output);
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "authentication failed client=" + clientId, e);
            refuse(output, Reason.AUTHENTICATION_UNAVAILABLE, clientId);
        } finally {
            authentications.release();
        }
    }

    private void answer(Credentials credentials, SimpleAuthInput input, SimpleAuthOutput output) {
        var clientId = credentials.clientId();
        var address = address(input);
        if (!addresses.mayLogIn(address)) { // others from there have failed while this one waited
            refuse(output, Reason.TOO_MANY_FAILED_LOGINS, clientId);
            return;
        }
        var found = identity(credentials).orElse(null);
        if (found == null || !found.identity().deviceId().toString().equals(clientId)) {
            addresses.loginFailed(address);
            refuse(
                    output,
                    found == null ? Reason.BAD_CREDENTIALS : Reason.CLIENT_ID_MISMATCH,
                    clientId);
            return;
        }
        var device = found.identity();
        if (!logins.tryTake(device.deviceId(), System.nanoTime())) {
            refuse(output, Reason.TOO_MANY_LOGINS, clientId);
            return;
        }
        output.getClientSettings().setClientQueueSizeMaximum(HiveMqConfiguration.DEVICE_QUEUE);
        DefaultPermissions.ofClient(output.getDefaultPermissions(), device);
        ConnectionAccess.admit(input, device, found.asked());
        output.authenticateSuccessfully();
    }

    /**
     * Whose token it is.
     *
     * @param asked where the revocations stood when that was asked
     */
    private record Found(DeviceIdentity identity, long asked) {}

    /** What is known of a token, not from before a change of its access. */
    private Optional<Found> identity(Credentials credentials) {
        for (int attempt = 0; attempt < ASK_AGAIN; attempt++) {
            var asked = revocations.now();
            var version = children.version();
            var identity = authenticator.authenticate(credentials);
            if (identity.isEmpty()
                    || children.answered(
                            identity.get().deviceId(), identity.get().children(), version)) {
                return identity.map(device -> new Found(device, asked));
            }
        }
        throw new IllegalStateException("access keeps changing");
    }

    private void refuse(SimpleAuthOutput output, Reason reason, String clientId) {
        denials.add(reason, clientId, "");
        output.failAuthentication(
                switch (reason) {
                    case AUTHENTICATION_UNAVAILABLE -> ConnackReasonCode.SERVER_UNAVAILABLE;
                    case BAD_CREDENTIALS -> ConnackReasonCode.BAD_USER_NAME_OR_PASSWORD;
                    case TOO_MANY_FAILED_LOGINS, TOO_MANY_LOGINS -> ConnackReasonCode.SERVER_BUSY;
                    default -> ConnackReasonCode.NOT_AUTHORIZED;
                });
    }

    /** Called when a connection is the client's, just before its CONNACK. */
    private void initialize(InitializerInput client, ClientContext context) {
        if (ConnectionAccess.isHub(client)) {
            return; // its default permissions say it all, without a change of threads per command
        }
        if (isRevoked(client)) {
            refuseLate(client, context);
        }
        var device = ConnectionAccess.device(client);
        context.addPublishInboundInterceptor(
                rates.of(
                        client.getClientInformation().getClientId(),
                        device.map(DeviceIdentity::workspaceId),
                        () ->
                                device.map(bridge -> children.of(bridge.deviceId()))
                                        .orElse(Set.of())));
    }

    /**
     * Whether a device's access was revoked after its token was asked about. {@link #disconnect}
     * has not found this connection if so; if it comes later, it does.
     */
    private boolean isRevoked(ClientBasedInput client) {
        var device = ConnectionAccess.device(client);
        return device.isEmpty()
                || revocations.since(device.get().deviceId(), ConnectionAccess.asked(client));
    }

    /** It may do nothing, and is told to come back: its board may have another token by now. */
    private void refuseLate(ClientBasedInput client, ClientContext context) {
        var clientId = client.getClientInformation().getClientId();
        ConnectionAccess.revoke(client);
        context.getDefaultPermissions().clear();
        denials.add(Reason.REVOKED_MEANWHILE, clientId, "");
        var service = clients;
        if (service != null) {
            var _ =
                    service.disconnectClient(
                            clientId, true, DisconnectReasonCode.SERVER_BUSY, "access revoked");
        }
    }

    private static InetAddress address(ClientBasedInput client) {
        return client.getConnectionInformation()
                .getInetAddress()
                .orElseGet(InetAddress::getLoopbackAddress);
    }

    /** Of one connection; null for the hub, whose default permissions say it all. */
    @Nullable Authorizer authorizer(AuthorizerProviderInput client) {
        return ConnectionAccess.device(client).map(this::authorizer).orElse(null);
    }

    private Authorizer authorizer(DeviceIdentity device) {
        return new ClientAuthorizer(
                device, children, denials, settings.limits().client().subscriptions());
    }

    private static boolean isHub(String clientId) {
        return clientId.startsWith(HUB_CLIENT_PREFIX);
    }

    /** Takes equally long wherever the two differ. */
    static boolean isEqual(String given, String expected) {
        return MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }
}
