package io.streamwire.bridge;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a bridge needs to know.
 *
 * @param hub who it is and where the hub is
 * @param statusPort of the status page on loopback; 0 takes any free one
 * @param serial which serial ports it opens
 * @param pins outputs of this machine; empty = none
 * @param firmata boards with StandardFirmata; empty = none
 */
public record BridgeSettings(
        Hub hub, int statusPort, Serial serial, List<Pin> pins, List<Firmata> firmata) {

    /** Which channel of the Pi's PWM a pin is, by its Broadcom number. */
    static final Map<Integer, Integer> PWM_CHANNELS = Map.of(12, 0, 13, 1, 18, 0, 19, 1);

    private static final int MOST_PORT = 65_535;

    public BridgeSettings {
        pins = List.copyOf(pins);
        firmata = List.copyOf(firmata);
        require(statusPort >= 0 && statusPort <= MOST_PORT, "bridge.status-port", statusPort);
        requireOwnOutputs(pins);
        requireOwnChannels(pins);
        var ports = new HashSet<>(serial.ports());
        for (var board : firmata) {
            require(ports.add(board.port()), "a second firmata or bridge.ports", board.port());
        }
    }

    /** Nothing keeps two commands apart that are one output. */
    private static void requireOwnOutputs(List<Pin> pins) {
        var owners = new HashMap<Integer, String>();
        for (var pin : pins) {
            var other = owners.putIfAbsent(pin.bcm(), pin.command());
            require(
                    other == null,
                    pin.command() + ".bcm",
                    "%d: %s.bcm is that".formatted(pin.bcm(), other));
        }
    }

    private static void requireOwnChannels(List<Pin> pins) {
        var owners = new HashMap<Integer, Pin>();
        for (var pin : pins) {
            var channel = PWM_CHANNELS.get(pin.bcm());
            var other = pin.pwm() && channel != null ? owners.putIfAbsent(channel, pin) : null;
            if (other != null) {
                require(
                        false,
                        pin.command() + ".bcm",
                        "%d: it has its level in common with %d, which %s.bcm is"
                                .formatted(pin.bcm(), other.bcm(), other.command()));
            }
        }
    }

    private static void require(boolean good, String what, Object value) {
        if (!good) {
            throw new IllegalArgumentException(what + " cannot be " + value);
        }
    }

    /**
     * The bridge as a device of the hub.
     *
     * @param url {@code tcp://} or {@code ssl://host:port}
     * @param token the device's agent token
     * @param ca PEM of the certificate authority to trust; null for the system's
     */
    public record Hub(String url, UUID workspace, UUID device, String token, @Nullable Path ca) {

        private static final int ROOT_PARTS = 4;
        private static final Pattern ID =
                Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

        public Hub {
            require(
                    url.matches("(tcp|ssl)://[^/]+:\\d{1,5}"),
                    "mqtt.url (as tcp://host:1883 or ssl://host:8883)",
                    url);
            require(!token.isBlank(), "mqtt.password (the bridge's agent token)", "empty");
        }

        /**
         * From the answer of {@code POST /devices/tokens}.
         *
         * @param root {@code sw/1/{workspace}/{device}}
         */
        public static Hub of(String url, String root, String token, @Nullable Path ca) {
            var parts = root.split("/", -1);
            require(
                    parts.length == ROOT_PARTS
                            && root.startsWith("sw/1/")
                            && ID.matcher(parts[2]).matches()
                            && ID.matcher(parts[3]).matches(),
                    "mqtt.root (as sw/1/{workspace}/{device})",
                    '"' + root + '"');
            return new Hub(url, UUID.fromString(parts[2]), UUID.fromString(parts[3]), token, ca);
        }

        boolean tls() {
            return url.startsWith("ssl:");
        }

        /** Without the token. */
        @Override
        public String toString() {
            return "Hub[url=%s, workspace=%s, device=%s]".formatted(url, workspace, device);
        }
    }

    /**
     * Serial ports.
     *
     * @param ports paths that are opened whatever they are
     * @param discover whether ports on USB are looked for
     * @param vendors USB vendor ids whose ports are opened then, four lower-case hex digits
     * @param ignored paths that are never opened
     * @param baud bits per second
     * @param scan how often is looked
     * @param mostBoards ports that are open at once
     */
    public record Serial(
            List<String> ports,
            boolean discover,
            Set<String> vendors,
            Set<String> ignored,
            int baud,
            Duration scan,
            int mostBoards) {

        /** Makers of boards and of the converters on them. */
        public static final Set<String> VENDORS =
                Set.of(
                        "2341", "2a03", // Arduino
                        "1a86", // CH340
                        "0403", // FTDI
                        "10c4", // CP210x
                        "1b4f", // SparkFun
                        "239a", // Adafruit
                        "16c0"); // Teensy and others

        public static final int BAUD = 115_200;
        public static final Duration SCAN = Duration.ofSeconds(1);
        public static final int MOST_BOARDS = 32;

        public Serial {
            ports = List.copyOf(ports);
            vendors = Set.copyOf(vendors);
            ignored = Set.copyOf(ignored);
            require(baud >= 9_600 && baud <= 2_000_000, "bridge.baud", baud);
            require(scan.toMillis() >= 100 && scan.toMillis() <= 60_000, "bridge.scan", scan);
            require(mostBoards >= 1 && mostBoards <= 64, "bridge.most-boards", mostBoards);
        }

        /** Only these ports. */
        public static Serial only(List<String> ports) {
            return new Serial(ports, false, VENDORS, Set.of(), BAUD, SCAN, MOST_BOARDS);
        }
    }

    /**
     * An output of this machine.
     *
     * @param command the command that it is
     * @param bcm its number, as Broadcom counts
     * @param pwm whether its level can be set, 0 to 100 %
     * @param activeLow whether it is on when the pin is low
     * @param maxOnMs longest time on
     * @param minGapMs shortest time from off to on
     * @param maxDutyPct most of any minute
     * @param group interlock group
     */
    public record Pin(
            String command,
            int bcm,
            boolean pwm,
            boolean activeLow,
            long maxOnMs,
            long minGapMs,
            int maxDutyPct,
            @Nullable String group) {

        public Pin {
            require(command.matches("[a-z][a-z0-9_]{0,31}"), "a pin's name", command);
            require(bcm >= 0 && bcm <= 53, command + ".bcm", bcm);
            require(maxOnMs >= 1 && maxOnMs <= 3_600_000, command + ".max-on-ms", maxOnMs);
            require(minGapMs >= 0 && minGapMs <= 3_600_000, command + ".min-gap-ms", minGapMs);
            require(maxDutyPct >= 1 && maxDutyPct <= 100, command + ".max-duty-pct", maxDutyPct);
            require(
                    group == null || group.matches("[a-z][a-z0-9_]{0,31}"),
                    command + ".group",
                    String.valueOf(group));
        }
    }

    /**
     * A board with StandardFirmata, which does not switch off when the bridge is gone.
     *
     * @param port path of its serial port
     * @param pins its outputs; {@code bcm} is the board's pin number
     */
    public record Firmata(String port, List<Pin> pins) {
        public Firmata {
            pins = List.copyOf(pins);
            require(!port.isBlank(), "firmata: the port of a board", "empty");
            requireOwnOutputs(pins);
        }
    }
}
