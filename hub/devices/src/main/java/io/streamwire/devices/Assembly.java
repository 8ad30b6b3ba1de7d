package io.streamwire.devices;

import io.helidon.config.Config;
import io.streamwire.bus.Bus;
import io.streamwire.contract.mqtt.HomeAssistantTopics;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.devices.Devices.Broker;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

/**
 * The parts of the service and who knows whom. Nothing of it runs yet: {@link Rounds} and {@link
 * Apis} see to that.
 */
final class Assembly {

    static final long MOST_RATE = 1_000_000;

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

    private static final Duration SHORTEST_QUIET = Duration.ofMillis(100);
    private static final Duration LONGEST_QUIET = Duration.ofHours(1);

    final Config config;
    final Bus bus;
    final InstantSource clock = InstantSource.system();
    final String instance;
    final String publicMqttUrl;
    final Caps caps;

    final Database database;
    final DeviceStore store;
    final DeviceCache cache;
    final GroupStore groupStore;
    final GroupCache groups;
    final Projection projection;
    final SafetyLog safetyLog;
    final FirmwareStore firmware;
    final Retention retention;
    final Sessions sessions;

    final MqttLine line;
    final Drops drops;
    final BoardRecords records;
    final Presence presence;
    final Heartbeats heartbeats;
    final ArmingState arming = new ArmingState();
    final ConfigEcho echo = new ConfigEcho();
    final CommandStore commands;
    final ProgressWriter progress;
    final CommandTracker tracker;
    final Lanes lanes;
    final Pauses pauses;
    final Refusals refusals;
    final SafetySwitch safety;
    final CommandDispatcher dispatcher;
    final ManualCommands manual;
    final Queues queues;

    final Rollouts rollouts;
    final BoardNews news;
    final BoardEnvelopes envelopes;
    final Boards boards;

    final HomeAssistantStore homeStore;
    final HomeAssistantAccess homeAccess;
    final HomeAssistantMirror mirror;
    final HomeAssistantWishes wishes;
    final BrokerClients clients;

    /** Takes over the database. */
    Assembly(Config config, Bus bus, Database database, List<? extends Broker> brokers) {
        this.config = config;
        this.bus = bus;
        this.database = database;
        instance =
                Configuration.optional(config, "instance.id")
                        .orElseGet(() -> instance(Configuration.port(config, "devices.port")));
        var mqttUrl = Configuration.text(config, "mqtt.url");
        publicMqttUrl = Configuration.optional(config, "mqtt.public-url").orElse(mqttUrl);
        caps = Caps.of(config);

        store = new DeviceStore(database);
        cache = new DeviceCache(store, clock);
        groupStore = new GroupStore(database, caps.groups());
        groups = new GroupCache(groupStore);
        projection = new Projection(database);
        safetyLog = new SafetyLog(database);
        firmware = new FirmwareStore(database);
        retention = new Retention(database, clock, Retention.Times.of(config));
        sessions = new Sessions(brokers, store::children);

        line = line(config, mqttUrl, instance);
        drops = new Drops(clock);
        records = new BoardRecords(database, drops, clock);
        presence =
                new Presence(
                        Configuration.duration(
                                config, "devices.quiet-after", SHORTEST_QUIET, LONGEST_QUIET));
        heartbeats = new Heartbeats(bus, presence, clock);
        commands = new CommandStore(bus);
        progress = new ProgressWriter(bus);
        tracker = new CommandTracker(commands, progress, drops, clock);
        lanes = new Lanes(line, cache, presence, arming, echo, tracker, clock);
        pauses = new Pauses(bus);
        refusals = new Refusals(bus);
        var rates = new CommandRates(rates(config));
        safety =
                new SafetySwitch(
                        bus,
                        line,
                        cache,
                        presence,
                        arming,
                        new StopJournal(journal(config, instance)),
                        clock);
        dispatcher =
                new CommandDispatcher(
                        bus,
                        commands,
                        new Unfinished(commands, tracker, lanes, clock),
                        lanes,
                        cache,
                        presence,
                        arming,
                        rates,
                        clock);
        manual = new ManualCommands(dispatcher, arming, rates, clock);
        queues = new Queues(bus, dispatcher, cache, lanes);

        rollouts =
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
        news = new BoardNews(bus, cache, presence, rows, clock, dispatcher::owns);
        envelopes =
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
        boards =
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

        homeStore = new HomeAssistantStore(database);
        homeAccess = new HomeAssistantAccess(homeStore, sessions::end, clock);
        mirror =
                new HomeAssistantMirror(
                        bus, line, homeAccess, cache, presence, arming, clock, dispatcher::owns);
        wishes =
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
                        this::owns,
                        Configuration.number(
                                config, "devices.home-assistant-presses-per-second", 1, MOST_RATE),
                        clock);
        clients = new BrokerClients(cache, homeAccess);
        introduce();
    }

    /** Tells those of each other that came before. */
    private void introduce() {
        lanes.ownedBy(this::owns);
        lanes.remembering(workspace -> dispatcher.remembers(bus.partition(workspace)));
        lanes.toldBy(envelopes::told);
        lanes.pausedBy(pauses::known, pauses::paused);
        lanes.leasedBy(safety::leased);
        dispatcher.onAcquired(this::acquired);
        cache.onGone(departures()::gone);
        cache.onChanged(sessions::end, sessions::bridgeChanged);
    }

    private void acquired(int partition) {
        pauses.load(partition); // the word of one may have been lost on the way here
        boards.acquired(partition);
    }

    Departures departures() {
        return new Departures(bus, store, cache, safety, lanes, boards, sessions);
    }

    /** Whether this instance commands the boards of a workspace. */
    private boolean owns(UUID workspace) {
        return dispatcher.owns(bus.partition(workspace));
    }

    private static MqttLine line(Config config, String url, String instance) {
        return new MqttLine(
                new MqttLine.Settings(
                        url,
                        Configuration.text(config, "mqtt.username"),
                        Configuration.text(config, "mqtt.password"),
                        "hub-" + instance),
                acks(config),
                REPORTS,
                HomeAssistant.PRESSES);
    }

    /** A single instance need not share, which the embedded broker does with more effort. */
    private static List<String> acks(Config config) {
        return Configuration.flag(config, "mqtt.shared-subscription")
                ? ACKS.stream().map(SHARE::concat).toList()
                : ACKS;
    }

    private static CommandRates.Settings rates(Config config) {
        return new CommandRates.Settings(
                Configuration.number(
                        config, "devices.commands-per-second-per-device", 1, MOST_RATE),
                Configuration.number(config, "devices.command-burst-per-device", 1, MOST_RATE),
                Configuration.number(
                        config, "devices.commands-per-minute-per-viewer", 1, MOST_RATE),
                Configuration.number(
                        config, "devices.commands-per-second-per-workspace", 1, MOST_RATE));
    }

    private static Path journal(Config config, String instance) {
        var name = "stops-" + instance.replaceAll("[^A-Za-z0-9._-]", "_") + ".journal";
        return Configuration.path(config, "data-dir").resolve("devices").resolve(name);
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
