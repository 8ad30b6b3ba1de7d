package io.streamwire.bridge;

import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.UnknownBoard;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Safety;
import io.streamwire.contract.mqtt.Topics;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Connects boards without a network, and this machine's own pins, to the hub. One device of the hub
 * is the bridge itself; the boards that its owner has adopted are others.
 *
 * <pre>
 *   hub --MQTT--> HubLine --> HubDevice (one per board) --> Board --serial, pins--> outputs
 * </pre>
 *
 * Everything is decided on one thread. What it decides last, whatever happens, is to switch off.
 */
public final class Bridge implements AutoCloseable {

    /** Of the bridge, as its own firmware version. */
    static final String VERSION = "0.1.0";

    /** Longest time that the end of the program waits for boards to say that they are off. */
    static final long OFF_MS = 400;

    private static final Logger LOG = System.getLogger(Bridge.class.getName());

    private static final long HEARTBEAT_MS = 15_000;
    private static final long TELL_UNKNOWN_MS = 200;
    private static final long ANSWER_MS = 2_000;
    private static final long MOST_SESSION = (1L << 48) - 1;

    private final BridgeSettings settings;
    private final Loop loop;
    private final HubClock clock = new HubClock();
    private final BridgeCounters counters = new BridgeCounters();
    private final HubLine line;
    private final HubDevice root;
    private final NoOutputs self = new NoOutputs();
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final ExecutorService scanner =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("bridge-scan").daemon().factory());
    private final String everybody;

    private final Map<String, SerialLink> links = new LinkedHashMap<>();

    /** The same, for whoever has to switch off when that thread has failed. */
    private final List<SerialLink> everyLink = new CopyOnWriteArrayList<>();

    private final List<FirmataLink> firmata = new CopyOnWriteArrayList<>();

    /** The boards that are there, of whatever kind. */
    private final Map<Object, Present> present = new LinkedHashMap<>();

    /** The boards that somebody has adopted. */
    private final Map<UUID, Adopted> adopted = new LinkedHashMap<>();

    /** Which device a board that is there is. */
    private final Map<Object, HubDevice> attached = new HashMap<>();

    private final @Nullable StatusPage status;
    private final Machine machine;
    private final EmergencyOff emergency;

    /** The pins of this machine; at most one board. */
    private final List<PinBoard> pins = new CopyOnWriteArrayList<>();

    /** The UUID of the firmware that was attached by a USB serial number. */
    private final Map<String, String> firmware = new HashMap<>();

    /** The last stop of the workspace and of the bridge: a board that comes later obeys it, too. */
    private @Nullable Safety workspaceSafety;

    private @Nullable Safety bridgeStop;

    /** Of the newest list of adopted boards. */
    private long childrenVersion = Long.MIN_VALUE;

    private Loop.@Nullable Timer telling;
    private long lastSession;

    /** Counts what was unplugged: a look at the ports that began before tells nothing. */
    private int unplugged;

    private boolean ending;
    private volatile boolean closed;

    /**
     * A board that is there.
     *
     * @param names what it may have been adopted by, the best first
     */
    private record Present(
            Board board,
            long session,
            boolean latched,
            List<String> names,
            String hardwareUuid,
            String port) {}

    private record Adopted(DeviceConfig.Child child, HubDevice device) {}

    /**
     * What the bridge runs on.
     *
     * @param pins reaches the configured pins; throws IllegalStateException with one line when
     *     there is no way
     */
    record Machine(List<Ports> ports, Supplier<PinDriver> pins) {
        Machine {
            ports = List.copyOf(ports);
        }

        static Machine of(BridgeSettings settings) {
            return new Machine(Bridge.ports(settings), Pi4jPins::open);
        }
    }

    private Bridge(BridgeSettings settings, Machine machine, Runnable fatal) {
        this.settings = settings;
        this.machine = machine;
        this.emergency = new EmergencyOff(this::switchPinsOff, this::wires, fatal);
        this.loop = new Loop(this::panic);
        var hub = settings.hub();
        this.line =
                new HubLine(
                        loop,
                        new HubLine.Access(
                                hub.url(),
                                hub.device().toString(),
                                hub.token(),
                                hub.tls() ? Tls.sockets(hub.ca()) : new PromptSockets(),
                                Topics.state(hub.workspace(), hub.device())),
                        new Hub(),
                        random);
        this.root = new HubDevice(hub.workspace(), hub.device(), loop, clock, line, counters);
        this.everybody = Topics.downFilter(hub.workspace());
        this.status = StatusPage.of(settings.statusPort(), this);
        counters.gauge("boards", "boards that are there", () -> ask(present::size, 0));
        counters.gauge(
                "serial.retries",
                "commands to boards that were sent again",
                () -> ask(() -> links.values().stream().mapToLong(SerialLink::retries).sum(), 0L));
        counters.gauge(
                "serial.dropped",
                "damaged lines of boards",
                () -> ask(() -> links.values().stream().mapToLong(SerialLink::dropped).sum(), 0L));
        counters.gauge("connected", "1 = there is a line to the hub", () -> connected() ? 1 : 0);
    }

    private static List<Ports> ports(BridgeSettings settings) {
        var serial = settings.serial();
        var ports = new ArrayList<Ports>();
        ports.add(new FixedPorts(serial.ports()));
        if (serial.discover()) {
            var ignored = new java.util.HashSet<>(serial.ignored());
            ignored.addAll(serial.ports());
            settings.firmata().forEach(board -> ignored.add(board.port()));
            ports.add(new UsbPorts(serial.vendors(), ignored));
        }
        return List.copyOf(ports);
    }

    /**
     * Starts a bridge. The hub and the boards may come later.
     *
     * @param fatal called once, with everything off, when the bridge cannot go on
     * @throws IllegalArgumentException with one line, when a setting is wrong
     */
    public static Bridge start(BridgeSettings settings, Runnable fatal) {
        return start(settings, Machine.of(settings), fatal);
    }

    static Bridge start(BridgeSettings settings, Machine machine, Runnable fatal) {
        var bridge = new Bridge(settings, machine, fatal);
        bridge.start();
        return bridge;
    }

    private void start() {
        if (status != null) {
            status.start(); // may fail; nothing else has begun
        }
        emergency.start();
        loop.execute(() -> {
            root.attach(self, nextSession(), false);
            line.subscribe(root.downFilter());
            line.subscribe(everybody);
            line.start();
            loop.every(HEARTBEAT_MS, this::beat);
        });
        PinBoard.ofThisMachine(settings.pins(), machine.pins(), loop)
                .ifPresent(board -> {
                    pins.add(board);
                    arrive(board, PinBoard.hardwareUuid(), "gpio");
                });
        for (var one : settings.firmata()) {
            var link = new FirmataLink(loop, one, new FirmataBoards(), random);
            firmata.add(link);
            loop.execute(link::start);
        }
        loop.execute(this::scan);
        LOG.log(Level.INFO, "bridge=started device={0}", settings.hub().device());
    }

    private void arrive(Board board, String name, String port) {
        loop.execute(() ->
                arrived(
                        board,
                        new Present(board, nextSession(), false, List.of(name), name, port)));
    }

    /** From now on somebody ends the program when its thread hangs. */
    void watchedBy(Systemd systemd) {
        loop.execute(() -> systemd.watch(loop));
    }

    /** Throws when the bridge has stopped or there is no line to the hub. */
    public void check() {
        if (closed) {
            throw new IllegalStateException("the bridge has stopped");
        }
        if (!connected()) {
            throw new IllegalStateException("no line to the hub: " + ask(line::reason, ""));
        }
    }

    boolean connected() {
        return ask(line::connected, false);
    }

    /** Where the status page is. */
    public URI statusUrl() {
        return URI.create("http://127.0.0.1:" + (status == null ? 0 : status.port()) + "/");
    }

    String metrics() {
        return counters.scrape();
    }

    private <T> T ask(java.util.concurrent.Callable<T> question, T otherwise) {
        if (closed) {
            return otherwise;
        }
        return loop.ask(ANSWER_MS, question);
    }

    /** A number that no session had before, and no boot; it grows over restarts, too. */
    private long nextSession() {
        lastSession = Math.min(MOST_SESSION, Math.max(lastSession + 1, System.currentTimeMillis()));
        return lastSession;
    }

    // Ports.

    private void scan() {
        if (closed) {
            return;
        }
        var before = unplugged;
        scanner.execute(() -> {
            var found = machine.ports().stream().flatMap(kind -> kind.list().stream()).toList();
            loop.execute(() -> {
                if (before == unplugged) {
                    scanned(found);
                }
                loop.after(settings.serial().scan().toMillis(), this::scan);
            });
        });
    }

    private void scanned(List<Ports.Found> found) {
        for (var link : List.copyOf(links.values())) {
            if (!found.contains(link.found())) { // gone, or another one at the same path
                drop(link);
                link.end();
            }
        }
        for (var one : found) {
            if (!links.containsKey(one.path()) && links.size() < settings.serial().mostBoards()) {
                LOG.log(Level.INFO, "port={0} status=found", one.path());
                var link =
                        new SerialLink(
                                loop,
                                one,
                                settings.serial().baud(),
                                new Boards(),
                                counters,
                                this::nextSession,
                                random);
                links.put(one.path(), link);
                everyLink.add(link);
                link.start();
            }
        }
    }

    private void drop(SerialLink link) {
        links.remove(link.found().path(), link);
        everyLink.remove(link);
        LOG.log(Level.INFO, "port={0} status=unplugged", link.found().path());
    }

    /** What serial links tell of their boards. */
    private final class Boards implements SerialLink.Owner {

        @Override
        public void arrived(SerialLink link, Board board, long session, boolean latched) {
            Bridge.this.arrived(
                    link,
                    new Present(
                            board,
                            session,
                            latched,
                            link.names(),
                            link.hardwareUuid(),
                            link.found().path()));
        }

        @Override
        public void left(SerialLink link) {
            Bridge.this.left(link);
        }

        @Override
        public void stopInputMoved(SerialLink link) {
            var device = attached.get(link);
            if (device != null) {
                device.stopInputMoved();
            }
        }

        @Override
        public void stoppedByItself(SerialLink link) {
            var device = attached.get(link);
            if (device != null) {
                device.stoppedByItself();
            }
        }

        @Override
        public void disarmedByItself(SerialLink link) {
            var device = attached.get(link);
            if (device != null) {
                device.disarmedByItself();
            }
        }

        @Override
        public void unplugged(SerialLink link) {
            unplugged++;
            machine.ports().forEach(Ports::forget);
            drop(link);
        }
    }

    /** What boards without firmware of ours tell. */
    private final class FirmataBoards implements FirmataLink.Owner {

        @Override
        public void arrived(FirmataLink link, PinBoard board) {
            Bridge.this.arrived(
                    link,
                    new Present(
                            board,
                            nextSession(),
                            false,
                            List.of(link.hardwareUuid()),
                            link.hardwareUuid(),
                            link.path()));
        }

        @Override
        public void left(FirmataLink link) {
            Bridge.this.left(link);
        }
    }

    private void left(Object key) {
        present.remove(key);
        var device = attached.remove(key);
        if (device != null) {
            device.detach();
        }
        tellUnknown();
    }

    private void arrived(Object key, Present board) {
        present.put(key, board);
        match();
    }

    // Adoption.

    /** Brings together the boards that are there and the devices that they are. */
    private void match() {
        if (ending) {
            return;
        }
        for (var entry : List.copyOf(present.entrySet())) {
            var board = entry.getValue();
            if (attached.containsKey(entry.getKey()) || !present.containsKey(entry.getKey())) {
                continue;
            }
            device(board)
                    .ifPresent(device -> {
                        attached.put(entry.getKey(), device);
                        LOG.log(
                                Level.INFO,
                                "board={0} device={1} status=attached",
                                board.hardwareUuid(),
                                device.id());
                        device.attach(board.board(), board.session(), board.latched());
                    });
        }
        tellUnknown();
    }

    /** The device of a board: by its best name that somebody has adopted. */
    private Optional<HubDevice> device(Present board) {
        for (var name : board.names()) {
            for (var one : adopted.values()) {
                if (name.equals(one.child().hardwareUuid())
                        && !one.device().attached()
                        && isStill(name, board)) {
                    return Optional.of(one.device());
                }
            }
        }
        return Optional.empty();
    }

    /** Whether a USB serial number is that of the board that it was until now. */
    private boolean isStill(String name, Present board) {
        if (!Ports.Found.isSerialNumber(name)) {
            return true;
        }
        var known = firmware.putIfAbsent(name, board.hardwareUuid());
        if (known == null || known.equals(board.hardwareUuid())) {
            return true;
        }
        LOG.log(
                Level.WARNING,
                "board={0} port={1} status=refused reason=\"{2} was {3}: adopt it anew\"",
                board.hardwareUuid(),
                board.port(),
                name,
                known);
        return false;
    }

    private void adopt(List<DeviceConfig.Child> children) {
        var wanted = new HashMap<UUID, DeviceConfig.Child>();
        children.forEach(child -> wanted.put(child.deviceId(), child));
        for (var one : List.copyOf(adopted.values())) {
            if (!one.child().equals(wanted.get(one.child().deviceId()))) {
                release(one);
            }
        }
        for (var child : children) {
            if (adopted.containsKey(child.deviceId())) {
                continue;
            }
            var device =
                    new HubDevice(
                            settings.hub().workspace(),
                            child.deviceId(),
                            loop,
                            clock,
                            line,
                            counters);
            if (workspaceSafety != null) {
                device.obey(SafetyGate.Source.WORKSPACE, workspaceSafety, true);
            }
            if (bridgeStop != null) {
                device.obey(SafetyGate.Source.BRIDGE, bridgeStop, true);
            }
            adopted.put(child.deviceId(), new Adopted(child, device));
            line.subscribe(device.downFilter());
        }
        match();
    }

    private void release(Adopted one) {
        adopted.remove(one.child().deviceId());
        firmware.remove(one.child().hardwareUuid());
        line.unsubscribe(one.device().downFilter());
        var boards =
                attached.entrySet().stream()
                        .filter(entry -> entry.getValue().equals(one.device()))
                        .map(Map.Entry::getKey)
                        .toList();
        attached.values().remove(one.device());
        one.device().release();
        boards.forEach(this::beginAnew);
        LOG.log(Level.INFO, "device={0} status=released", one.child().deviceId());
    }

    /** What its device remembered is gone, so whoever has it next gets it with a new boot. */
    private void beginAnew(Object key) {
        if (key instanceof SerialLink link) {
            link.beginAnew();
            return;
        }
        present.computeIfPresent(
                key,
                (_, board) ->
                        new Present(
                                board.board(),
                                nextSession(),
                                board.latched(),
                                board.names(),
                                board.hardwareUuid(),
                                board.port()));
    }

    /** Several boards may come together: one message tells of them all. */
    private void tellUnknown() {
        if (telling == null) {
            telling =
                    loop.after(
                            TELL_UNKNOWN_MS,
                            () -> {
                                telling = null;
                                root.describe(describe());
                            });
        }
    }

    private Capabilities describe() {
        var unknown =
                present.entrySet().stream()
                        .filter(entry -> !attached.containsKey(entry.getKey()))
                        .map(Map.Entry::getValue)
                        .map(board ->
                                new UnknownBoard(
                                        board.hardwareUuid(),
                                        board.board().capabilities().board(),
                                        board.board().capabilities().fw(),
                                        board.port()))
                        .limit(Capabilities.MAX_UNKNOWN)
                        .toList();
        return NoOutputs.capabilities(unknown);
    }

    // The hub.

    private final class Hub implements HubLine.Owner {

        @Override
        public byte[] lastWill() {
            return Json.writeBytes(root.state(BoardState.Phase.LOST));
        }

        @Override
        public void connected() {
            // Each subscription that is granted says more.
        }

        @Override
        public void disconnected(String reason) {
            counters.hubLost();
            devices().forEach(HubDevice::offline);
        }

        @Override
        public void granted(String filter) {
            devices()
                    .filter(device -> device.downFilter().equals(filter))
                    .forEach(HubDevice::granted);
        }

        @Override
        public void arrived(String topic, byte[] body, boolean retained) {
            Bridge.this.heard(topic, body, retained);
        }
    }

    private Stream<HubDevice> devices() {
        return Stream.concat(
                Stream.of(root), List.copyOf(adopted.values()).stream().map(Adopted::device));
    }

    private void heard(String topic, byte[] body, boolean retained) {
        var parts = topic.split("/", -1);
        if (parts.length != 6 || body.length == 0) {
            return;
        }
        var name = parts[5];
        try {
            if (parts[3].equals(Topics.ALL)) {
                if (name.equals("safety")) {
                    obeyAll(Json.read(body, Safety.class), retained);
                }
                return;
            }
            if (parts[3].equals(root.id().toString())) {
                heardMyself(name, body, retained);
                return;
            }
        } catch (Json.MalformedJson e) {
            counters.malformed();
            return;
        }
        devices()
                .filter(device -> device.id().toString().equals(parts[3]))
                .forEach(device -> device.received(name, body, retained));
    }

    private void obeyAll(Safety safety, boolean retained) {
        if (workspaceSafety == null || safety.epoch() >= workspaceSafety.epoch()) {
            workspaceSafety = safety;
        }
        devices().forEach(device -> device.obey(SafetyGate.Source.WORKSPACE, safety, retained));
    }

    private void heardMyself(String name, byte[] body, boolean retained) {
        root.received(name, body, retained);
        if (name.equals("config")) {
            var config = Json.read(body, DeviceConfig.class);
            var children = config.children();
            if (children != null && config.v() >= childrenVersion) {
                childrenVersion = config.v();
                adopt(children);
            }
        }
        if (name.equals("safety")) {
            var safety = Json.read(body, Safety.class);
            if (!safety.armed() && (bridgeStop == null || safety.epoch() >= bridgeStop.epoch())) {
                bridgeStop = safety;
                adopted.values()
                        .forEach(one ->
                                one.device().obey(SafetyGate.Source.BRIDGE, safety, retained));
            }
        }
    }

    private void beat() {
        root.heartbeat(Map.of("boards", (double) present.size()));
        attached.forEach((key, device) -> {
            if (key instanceof SerialLink link) {
                device.heartbeat(
                        Map.of(
                                "retries", (double) link.retries(),
                                "dropped_lines", (double) link.dropped()));
            } else {
                device.heartbeat(Map.of());
            }
        });
    }

    // Status.

    /** Everything that it knows, for people and programs. */
    Map<String, Object> status() {
        return ask(this::look, Map.of("bridge", "stopped"));
    }

    private Map<String, Object> look() {
        var all = new LinkedHashMap<String, Object>();
        all.put("bridge", settings.hub().device());
        all.put("workspace", settings.hub().workspace());
        all.put("version", VERSION);
        all.put("hub", settings.hub().url());
        all.put("connected", line.connected());
        if (!line.connected()) {
            all.put("reason", line.reason());
        }
        all.put("state", root.phase());
        var boards = new ArrayList<Map<String, Object>>();
        for (var link : links.values()) {
            var board = new LinkedHashMap<String, Object>();
            board.put("port", link.found().path());
            board.put("status", link.status());
            board.put("names", link.names().isEmpty() ? link.found().names() : link.names());
            var lines = link.lines();
            var greeting = link.greeting();
            if (lines != null && greeting != null) {
                board.put("hardware_uuid", link.hardwareUuid());
                board.put("board", lines.capabilities().board());
                board.put("sketch", lines.sketch());
                board.put("fw", lines.capabilities().fw());
                board.put("boots", greeting.boots());
                board.put("cause", greeting.cause());
            }
            board.put("retries", link.retries());
            board.put("dropped_lines", link.dropped());
            put(board, attached.get(link));
            boards.add(board);
        }
        present.forEach((key, one) -> {
            if (!(key instanceof SerialLink)) {
                var board = new LinkedHashMap<String, Object>();
                board.put("port", one.port());
                board.put("status", "ready");
                board.put("hardware_uuid", one.hardwareUuid());
                board.put("board", one.board().capabilities().board());
                if (key instanceof FirmataLink) {
                    board.put("link_loss_fail_safe", "none");
                }
                put(board, attached.get(key));
                boards.add(board);
            }
        });
        all.put("boards", boards);
        all.put(
                "missing",
                adopted.values().stream()
                        .filter(one -> !one.device().attached())
                        .map(one -> one.child().deviceId())
                        .toList());
        return all;
    }

    private static void put(Map<String, Object> board, @Nullable HubDevice device) {
        if (device == null) {
            board.put("adopted", false);
            return;
        }
        board.put("adopted", true);
        board.put("device", device.id());
        board.put("state", device.phase());
        board.put("armed", device.armed());
        board.put("boot", device.boot());
        board.put("envelope", device.envelopeHash());
    }

    // The end.

    /** Something is wrong with the bridge itself: off, from whatever thread, and no more. */
    void panic(Throwable failure) {
        if (closed) {
            return;
        }
        closed = true;
        emergency.run(failure);
    }

    private void switchPinsOff() {
        pins.forEach(PinBoard::switchOff);
    }

    /** What nobody else switches off goes first. */
    private List<Runnable> wires() {
        return Stream.<Runnable>concat(
                        firmata.stream().map(link -> link::panic),
                        everyLink.stream().map(link -> link::panic))
                .toList();
    }

    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            LOG.log(Level.WARNING, "bridge=closing failed", e);
        }
    }

    /** Switches everything off, says so, and ends; also when the bridge's thread hangs. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        try {
            var bare = new ArrayList<Runnable>(List.of(this::switchPinsOff));
            firmata.forEach(link -> bare.add(link::panic));
            var _ = EmergencyOff.together(bare, EmergencyOff.WRITE_MS);
            stopBoards();
            closeQuietly(line);
        } finally {
            closed = true;
            scanner.shutdownNow();
            loop.execute(() -> {
                List.copyOf(links.values()).forEach(SerialLink::end);
                firmata.forEach(FirmataLink::end);
            });
            closeQuietly(loop);
            pins.forEach(Bridge::closeQuietly);
            if (status != null) {
                closeQuietly(status);
            }
            closeQuietly(emergency);
            LOG.log(Level.INFO, "bridge=stopped");
        }
    }

    /** Each board says that it is off, or is told without waiting for its word. */
    private void stopBoards() {
        var off = new CountDownLatch(1);
        loop.execute(() -> {
            var waiting = new int[] {present.size()};
            ending = true;
            devices().forEach(HubDevice::end);
            if (waiting[0] == 0) {
                off.countDown();
            }
            for (var one : List.copyOf(present.values())) {
                one.board()
                        .stop(() -> {
                            waiting[0]--;
                            if (waiting[0] == 0) {
                                off.countDown();
                            }
                        });
            }
        });
        try {
            if (off.await(OFF_MS, TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.log(Level.WARNING, "bridge=stopping boards=silent");
        var _ = EmergencyOff.together(wires(), EmergencyOff.WRITE_MS);
    }
}
