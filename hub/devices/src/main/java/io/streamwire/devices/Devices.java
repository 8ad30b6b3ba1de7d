package io.streamwire.devices;

import io.helidon.config.Config;
import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Consumer;
import io.streamwire.contract.Stream;
import io.streamwire.contract.mqtt.ClientRole;
import io.streamwire.contract.mqtt.HomeAssistantTopics;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.service.Agent;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import io.streamwire.service.DeletedWorkspaces;
import io.streamwire.service.HttpServer;
import io.streamwire.service.OpenApi;
import io.streamwire.service.Round;
import io.streamwire.service.Route;
import io.streamwire.service.TokenVerifier;
import io.streamwire.service.TrustedProxies;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The devices service: devices and their tokens, the command queue, the safety envelope, arming and
 * stopping. The only one that speaks to boards.
 */
public final class Devices implements AutoCloseable {

    /** Lets rows gather: one statement for many costs hardly more than for one. */
    private static final Duration LOG_PAUSE = Duration.ofMillis(250);

    private static final Logger LOG = System.getLogger(Devices.class.getName());

    private static final String SERVICE = "devices";

    /** The channel that tells other instances to read devices and tokens again. */
    static final String CHANGED = "devices";

    /** What one of the instances handles; retained reports reach every one. */
    private static final List<String> ACKS =
            List.of(
                    Topics.everyUp("ack"),
                    Topics.everyUp("telemetry"),
                    Topics.everyUp("log"),
                    Topics.everyUp("ota"),
                    HomeAssistantTopics.everyStop());

    private static final String SHARE = "$share/hub/";

    private static final List<String> REPORTS =
            HomeAssistant.reports(
                    List.of(
                            Topics.everyUp("state"),
                            Topics.everyUp("describe"),
                            Topics.everyUp("config")));

    private static final long MOST_RATE = 1_000_000;
    private static final Duration SAFETY_PERIOD = Duration.ofMillis(100);
    private static final Duration SWEEP_PERIOD = Duration.ofMillis(500);
    private static final Duration RECONCILE_PERIOD = Duration.ofSeconds(1);
    private static final Duration REPAIR_PERIOD = Duration.ofMillis(50);
    private static final Duration REFRESH_PERIOD = Duration.ofSeconds(3);
    private static final Duration SHORTEST_QUIET = Duration.ofMillis(100);
    private static final Duration LONGEST_QUIET = Duration.ofHours(1);
    private static final Duration RECORDS_PERIOD = Duration.ofSeconds(1);
    private static final Duration PRUNE_PERIOD = Duration.ofHours(1);
    private static final Duration HEARTBEATS_PERIOD = Duration.ofSeconds(5);
    private static final Duration WATCH_PERIOD = Duration.ofMillis(500);
    private static final Duration EXPIRY_PERIOD = Duration.ofMillis(250);
    private static final Duration USES_PERIOD = Duration.ofSeconds(5);

    /** Tokens that went while this instance was away may have left their sessions behind. */
    private static final Duration LONGEST_AWAY = Duration.ofDays(1);

    private static final Duration MIRROR_PERIOD = Duration.ofMillis(500);
    private static final Duration ROLLOUT_PERIOD = Duration.ofSeconds(1);

    private final Database database;
    private final Bus bus;
    private final BrokerClients clients;
    private final HttpServer server;
    private final Deque<AutoCloseable> parts;

    /**
     * Whose token a client of the broker has shown.
     *
     * @param deviceId of a board; of a Home Assistant its client id
     * @param children the boards that hang on it, when it is a bridge
     */
    public record AgentSession(
            UUID workspaceId, UUID deviceId, Set<UUID> children, ClientRole role) {

        public AgentSession(UUID workspaceId, UUID deviceId, Set<UUID> children) {
            this(workspaceId, deviceId, children, ClientRole.DEVICE);
        }

        public AgentSession(UUID workspaceId, UUID deviceId) {
            this(workspaceId, deviceId, Set.of());
        }
    }

    /** A broker that boards connect to, as far as this service commands it. */
    public interface Broker {

        /**
         * Ends a device's session, also one that is about to begin, and forgets what is remembered
         * of its tokens; false when it has none. May block; an exception means that it is to be
         * asked again.
         */
        boolean endSession(UUID deviceId);

        /**
         * Tells which boards hang on a bridge now, without ending its session. May block; an
         * exception means that it is to be told again.
         */
        void setChildren(UUID workspaceId, UUID bridge, Set<UUID> children);
    }

    private Devices(
            Database database,
            Bus bus,
            BrokerClients clients,
            HttpServer server,
            Deque<AutoCloseable> parts) {
        this.database = database;
        this.bus = bus;
        this.clients = clients;
        this.server = server;
        this.parts = parts;
    }

    /**
     * Starts the service; the broker may come later.
     *
     * @throws io.streamwire.service.ConfigurationException when a setting is wrong, PostgreSQL does
     *     not come or the port is taken
     */
    public static Devices start(Config config, Bus bus) {
        return start(config, bus, brokers(config));
    }

    /** Starts the service beside brokers of the same process. */
    public static Devices start(Config config, Bus bus, List<? extends Broker> brokers) {
        var parts = new ArrayDeque<AutoCloseable>();
        try {
            var verifier = opened(parts, TokenVerifier.of(config, bus));
            return start(config, bus, brokers, verifier, parts);
        } catch (RuntimeException e) {
            closeAll(parts);
            throw e;
        }
    }

    /** Starts the service with access tokens verified by keys at hand. */
    static Devices start(Config config, Bus bus, TokenVerifier verifier) {
        var parts = new ArrayDeque<AutoCloseable>();
        try {
            return start(config, bus, brokers(config), verifier, parts);
        } catch (RuntimeException e) {
            closeAll(parts);
            throw e;
        }
    }

    private static List<? extends Broker> brokers(Config config) {
        if (Configuration.optional(config, "broker.emqx-url").isPresent()) {
            return List.of(
                    new EmqxBroker(
                            Configuration.url(config, "broker.emqx-url", "http", "https"),
                            Configuration.text(config, "broker.emqx-key"),
                            Configuration.text(config, "broker.emqx-secret")));
        }
        return RemoteBroker.all(
                Configuration.urls(config, "broker.admin-urls", "http", "https"),
                Configuration.optional(config, "service.secret").orElse(""));
    }

    private static Devices start(
            Config config,
            Bus bus,
            List<? extends Broker> brokers,
            TokenVerifier verifier,
            Deque<AutoCloseable> parts) {
        var clock = InstantSource.system();
        var instance =
                Configuration.optional(config, "instance.id")
                        .orElseGet(() -> instance(Configuration.port(config, "devices.port")));
        var mqttUrl = Configuration.text(config, "mqtt.url");
        var publicMqttUrl = Configuration.optional(config, "mqtt.public-url").orElse(mqttUrl);
        var database = opened(parts, Database.open(config, SERVICE));
        var store = new DeviceStore(database);
        var projection = new Projection(database);
        var log = new SafetyLog(database);
        var cache = new DeviceCache(store, clock);
        var caps = Caps.of(config);
        var groupStore = new GroupStore(database, caps.groups());
        var groups = new GroupCache(groupStore);
        var sessions = new Sessions(brokers, store::children);
        var drops = new Drops(clock);
        var records = new BoardRecords(database, drops, clock);
        var retention = new Retention(database, clock, Retention.Times.of(config));
        var presence =
                new Presence(
                        Configuration.duration(
                                config, "devices.quiet-after", SHORTEST_QUIET, LONGEST_QUIET));
        var heartbeats = new Heartbeats(bus, presence, clock);
        var arming = new ArmingState();
        var echo = new ConfigEcho();
        var commands = new CommandStore(bus);
        var progress = opened(parts, new ProgressWriter(bus));
        progress.start();
        var tracker = new CommandTracker(commands, progress, drops, clock);
        var line =
                new MqttLine(
                        settings(config, mqttUrl, instance),
                        acks(config),
                        REPORTS,
                        HomeAssistant.PRESSES);
        var lanes = new Lanes(line, cache, presence, arming, echo, tracker, clock);
        var pauses = new Pauses(bus);
        lanes.pausedBy(pauses::paused);
        var refusals = new Refusals(bus);
        var rates = new CommandRates(rates(config));
        var journal =
                new StopJournal(
                        Configuration.path(config, "data-dir")
                                .resolve("devices")
                                .resolve(
                                        "stops-"
                                                + instance.replaceAll("[^A-Za-z0-9._-]", "_")
                                                + ".journal"));
        var safety = new SafetySwitch(bus, line, cache, presence, arming, journal, clock);
        var dispatcher =
                new CommandDispatcher(
                        bus, commands, tracker, lanes, cache, presence, arming, rates, clock);
        var firmware = new FirmwareStore(database);
        var rollouts =
                new Rollouts(
                        bus,
                        firmware,
                        cache,
                        presence,
                        arming,
                        line,
                        Configuration.duration(config, "devices.firmware-patience"),
                        clock);
        var rows = new RowRates(clock);
        var disarms = new Disarms(bus, presence, safety, lanes, clock, dispatcher::owns);
        var news = new BoardNews(bus, cache, presence, rows, clock, dispatcher::owns);
        var envelopes =
                new BoardEnvelopes(
                        bus,
                        line,
                        store,
                        cache,
                        presence,
                        echo,
                        lanes,
                        disarms,
                        drops,
                        rows,
                        clock,
                        dispatcher::owns);
        lanes.toldBy(envelopes::told);
        var boards =
                new Boards(
                        bus,
                        line,
                        cache,
                        presence,
                        heartbeats,
                        lanes,
                        tracker,
                        safety,
                        rollouts,
                        drops,
                        records,
                        clock,
                        dispatcher::owns,
                        rows,
                        envelopes,
                        disarms,
                        news);
        var manual = new ManualCommands(dispatcher, arming, rates, clock);
        var homeStore = new HomeAssistantStore(database);
        var homeAccess = new HomeAssistantAccess(homeStore, sessions::end, clock);
        var clients = new BrokerClients(cache, homeAccess);
        var mirror =
                new HomeAssistantMirror(
                        bus, line, homeAccess, cache, presence, arming, clock, dispatcher::owns);
        var wishes =
                new HomeAssistantWishes(
                        homeAccess,
                        mirror,
                        cache,
                        manual,
                        dispatcher,
                        refusals,
                        safety,
                        lanes,
                        drops,
                        workspace -> dispatcher.owns(bus.partition(workspace)),
                        Configuration.number(
                                config, "devices.home-assistant-presses-per-second", 1, MOST_RATE),
                        clock);
        var departures = new Departures(bus, store, cache, safety, lanes, boards, sessions);
        cache.onGone(departures::gone);
        lanes.leasedBy(safety::leased);
        dispatcher.onAcquired(boards::acquired);
        lanes.ownedBy(workspace -> dispatcher.owns(bus.partition(workspace)));
        var queues = new Queues(bus, dispatcher, cache, lanes);
        lanes.remembering(workspace -> dispatcher.remembers(bus.partition(workspace)));

        cache.refresh();
        groups.refresh();
        homeAccess.refresh();
        safety.recall();
        var gone = clock.instant().minus(LONGEST_AWAY);
        store.endedSince(gone).forEach(sessions::end);
        homeStore.revokedSince(gone).forEach(sessions::end);
        opened(
                parts,
                Round.every(
                        USES_PERIOD,
                        "devices-token-uses",
                        () -> {
                            writeUses(store, cache);
                            homeAccess.writeUses();
                        }));
        opened(
                parts,
                Round.every(
                        EXPIRY_PERIOD,
                        "devices-token-expiry",
                        () -> cache.expire().forEach(sessions::end)));
        remember(bus, safety, news);
        line.start(new HomeAssistant(boards, mirror, wishes));
        opened(parts, line);
        opened(
                parts,
                Round.every(
                        SAFETY_PERIOD,
                        "devices-safety",
                        () -> {
                            safety.tick(dispatcher::owns);
                            lanes.pumpAll();
                        }));
        opened(parts, Round.every(SWEEP_PERIOD, "devices-sweep", dispatcher::sweep));
        var reconcile =
                opened(
                        parts,
                        Round.every(RECONCILE_PERIOD, "devices-reconcile", dispatcher::reconcile));
        dispatcher.onNews(reconcile::soon);
        opened(parts, Round.every(RECORDS_PERIOD, "devices-records", records::write));
        opened(parts, Round.every(PRUNE_PERIOD, "devices-retention", retention::prune));
        opened(parts, Round.every(WATCH_PERIOD, "devices-watch", news::watch));
        opened(parts, Round.every(HEARTBEATS_PERIOD, "devices-heartbeats", heartbeats::tell));
        opened(parts, bus.listen(Heartbeats.CHANNEL, heartbeats::told));
        opened(parts, Round.every(REPAIR_PERIOD, "devices-repair", boards::tick));
        var refresh =
                opened(
                        parts,
                        Round.every(
                                REFRESH_PERIOD,
                                "devices-refresh",
                                () -> {
                                    cache.refresh();
                                    groups.refresh();
                                    homeAccess.refresh();
                                    boards.refreshed();
                                }));
        var arms =
                opened(
                        parts,
                        Round.every(
                                REFRESH_PERIOD,
                                "devices-arming",
                                () -> {
                                    loadArming(bus, safety);
                                    var deleted = DeletedWorkspaces.all(bus);
                                    safety.leave(deleted);
                                    homeAccess.leave(deleted);
                                }));
        var mirroring =
                opened(parts, Round.every(MIRROR_PERIOD, "devices-home-assistant", mirror::round));
        opened(parts, bus.listen(CHANGED, _ -> refresh.soon()));
        opened(parts, bus.listen(SafetySwitch.CHANNEL, _ -> arms.soon()));
        opened(parts, bus.listen(DeletedWorkspaces.CHANNEL, _ -> arms.soon()));
        opened(parts, bus.listen(CommandDispatcher.CHANNEL, _ -> reconcile.soon()));
        pauses(bus, pauses, parts);
        opened(
                parts,
                bus.listen(
                        Queues.QUESTIONS,
                        text -> Thread.startVirtualThread(() -> queues.question(text))));
        opened(parts, bus.listen(Queues.ANSWERS, queues::answered));
        var commandsApi =
                new CommandsApi(
                        dispatcher, commands, tracker, projection, cache, manual, refusals, clock);
        opened(
                parts,
                bus.listen(
                        Lanes.ANSWERED,
                        text -> Thread.startVirtualThread(() -> lanes.heard(text))));
        var server =
                opened(
                        parts,
                        HttpServer.start(
                                config,
                                SERVICE,
                                verifier.withAgents(token -> agent(cache, token)),
                                List.of(
                                        OpenApi.of(Devices.class),
                                        new TokensApi(
                                                bus,
                                                store,
                                                cache,
                                                sessions,
                                                publicMqttUrl,
                                                caps,
                                                clock),
                                        new SafetyApi(bus, safety, cache, presence, clock),
                                        new StopApi(
                                                safety,
                                                new StopReports(
                                                        safety, log, presence, cache, clock),
                                                new StopKeys(bus, safety),
                                                log,
                                                cache,
                                                groups,
                                                lanes,
                                                commands,
                                                clock),
                                        commandsApi,
                                        new QueueApi(
                                                bus,
                                                store,
                                                queues,
                                                pauses,
                                                lanes,
                                                commandsApi,
                                                tracker,
                                                cache),
                                        new IdentifyApi(cache, commandsApi),
                                        new SnippetApi(cache, URI.create(publicMqttUrl)),
                                        new ClaimsApi(
                                                bus,
                                                new ClaimStore(database),
                                                cache,
                                                caps,
                                                TrustedProxies.of(
                                                        config, "devices.trusted-proxies"),
                                                new ClaimsApi.Settings(
                                                        Configuration.optional(
                                                                        config,
                                                                        "devices.public-url")
                                                                .orElse(""),
                                                        publicMqttUrl,
                                                        Configuration.optional(
                                                                        config, "service.secret")
                                                                .orElse("")),
                                                clock),
                                        new ReceiptsApi(
                                                commands, tracker, projection, refusals, clock),
                                        new DevicesApi(
                                                bus,
                                                store,
                                                cache,
                                                presence,
                                                safety,
                                                commands,
                                                departures,
                                                sessions,
                                                caps,
                                                clock),
                                        new EventsApi(bus, verifier),
                                        new RecordsApi(cache, records),
                                        new ConfigApi(bus, store, cache, echo, envelopes),
                                        new ArchiveApi(bus, store, cache, safety, lanes, sessions),
                                        new GroupsApi(bus, groupStore, cache, groups, caps),
                                        new FirmwareApi(
                                                firmware,
                                                cache,
                                                Configuration.size(config, "devices.firmware-max"),
                                                (int)
                                                        Configuration.number(
                                                                config,
                                                                "devices.firmware-count",
                                                                1,
                                                                10_000),
                                                clock),
                                        new RolloutsApi(firmware, rollouts, cache, clock),
                                        new HomeAssistantApi(
                                                bus,
                                                homeStore,
                                                homeAccess,
                                                sessions,
                                                mirroring::soon,
                                                publicMqttUrl,
                                                clock),
                                        new InternalApi(
                                                clients,
                                                Configuration.text(config, "mqtt.username"),
                                                Configuration.text(config, "mqtt.password"))),
                                database::check,
                                bus::check));
        rollouts.reachableAt(
                Configuration.optional(config, "devices.public-url")
                        .orElse("http://127.0.0.1:" + server.port()));
        rollouts.onNews(
                opened(
                                parts,
                                Round.every(
                                        ROLLOUT_PERIOD,
                                        "devices-rollouts",
                                        () -> rollouts.round(dispatcher::owns)))
                        ::soon);
        opened(
                parts,
                bus.join(
                        SERVICE,
                        instance,
                        List.of(
                                new Consumer(Stream.ACTIONS, "devices", dispatcher::handle),
                                new Consumer(
                                        Stream.DEVICE,
                                        "devices-log",
                                        (lease, entries) -> {
                                            mirror.happened(entries);
                                            projection.write(lease, entries);
                                        },
                                        LOG_PAUSE)),
                        dispatcher));
        return new Devices(database, bus, clients, server, parts);
    }

    private static Optional<Agent> agent(DeviceCache cache, String token) {
        return cache.authenticate(token)
                .map(device -> new Agent(device.workspaceId(), device.id()));
    }

    private static void writeUses(DeviceStore store, DeviceCache cache) {
        var uses = cache.takeUses();
        try {
            store.used(uses);
        } catch (RuntimeException e) {
            cache.giveBack(uses);
            throw e;
        }
    }

    /** A single instance need not share, which the embedded broker does with more effort. */
    private static List<String> acks(Config config) {
        return Configuration.flag(config, "mqtt.shared-subscription")
                ? ACKS.stream().map(SHARE::concat).toList()
                : ACKS;
    }

    private static MqttLine.Settings settings(Config config, String url, String instance) {
        return new MqttLine.Settings(
                url,
                Configuration.text(config, "mqtt.username"),
                Configuration.text(config, "mqtt.password"),
                "hub-" + instance);
    }

    private static CommandRates.Settings rates(Config config) {
        return new CommandRates.Settings(
                Configuration.number(
                        config, "devices.commands-per-second-per-device", 1, MOST_RATE),
                Configuration.number(config, "devices.command-burst-per-device", 1, MOST_RATE),
                Configuration.number(
                        config, "devices.commands-per-minute-per-viewer", 1, MOST_RATE));
    }

    /** Keeps an instance up to date on what is paused. */
    private static void pauses(Bus bus, Pauses pauses, Deque<AutoCloseable> parts) {
        try {
            pauses.load();
        } catch (BusException.Unavailable e) {
            LOG.log(Level.WARNING, "pauses=unknown reason={0}", e.getMessage());
        }
        var round = opened(parts, Round.every(REFRESH_PERIOD, "devices-pauses", pauses::load));
        opened(parts, bus.listen(Pauses.CHANNEL, _ -> round.soon()));
    }

    /** What Redis knows of arming and boards; what is missing comes with the rounds. */
    private static void remember(Bus bus, SafetySwitch safety, BoardNews news) {
        try {
            loadArming(bus, safety);
            for (int partition = 0; partition < bus.partitions(); partition++) {
                SafetySwitch.joined(news.load(partition));
            }
        } catch (BusException.Unavailable e) {
            LOG.log(Level.WARNING, "arming=unknown boards=unknown reason={0}", e.getMessage());
        }
    }

    private static void loadArming(Bus bus, SafetySwitch safety) {
        for (int partition = 0; partition < bus.partitions(); partition++) {
            SafetySwitch.joined(safety.load(partition));
        }
    }

    /** Whose token this is; empty when it is nobody's. Never waits for PostgreSQL. */
    public Optional<AgentSession> authenticate(String clientId, String password) {
        return clients.authenticate(clientId, password);
    }

    /** Throws when PostgreSQL or Redis does not answer. */
    public void check() {
        database.check();
        bus.check();
    }

    /** The port of the HTTP server. */
    public int port() {
        return server.port();
    }

    /** Every route of the HTTP server. */
    List<Route> routes() {
        return server.routes();
    }

    /** Finishes what is under way and gives the partitions back. */
    @Override
    public void close() {
        closeAll(parts);
    }

    private static <T extends AutoCloseable> T opened(Deque<AutoCloseable> parts, T part) {
        parts.push(part);
        return part;
    }

    private static void closeAll(Deque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.log(Level.WARNING, "service=" + SERVICE + " closing=incomplete", e);
            }
        }
    }

    /** The same after a restart, and no other live one's. */
    private static String instance(int port) {
        try {
            return InetAddress.getLocalHost().getHostName() + "-" + port;
        } catch (UnknownHostException e) {
            return "localhost-" + port;
        }
    }
}
