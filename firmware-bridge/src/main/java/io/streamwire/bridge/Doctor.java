package io.streamwire.bridge;

import com.fazecast.jSerialComm.SerialPort;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Year;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;

/**
 * Looks at everything that a bridge needs, and says in one line each what it sees and what to do.
 * Moves nothing: it opens no port of a bridge that runs, and no board is armed.
 */
final class Doctor {

    private static final int SOUND = 0;
    private static final int ILL = 1;
    private static final int OK = 200;

    private static final int CONNECT_MS = 3_000;
    private static final int ANSWER_SECONDS = 5;
    private static final int FIRST_SANE_YEAR = 2025;
    private static final long GREETING_MS = SerialSession.GREETING_MS + 500;
    private static final Path DEVICES = Path.of("/dev");

    private static final String UNGUARDED =
            "careful: nothing switches the pins of this machine off while it sleeps; see"
                    + " streamwire-bridge.service for what does after the bridge has hung"
                    + " (WatchdogSec=) or was killed (ExecStopPost=); give each a pull-down";

    private final PrintStream out;
    private int faults;

    private Doctor(PrintStream out) {
        this.out = out;
    }

    /**
     * Looks at everything.
     *
     * @return the exit status: 0 when nothing is wrong
     */
    static int examine(Map<String, String> environment, @Nullable Path file, PrintStream out) {
        var doctor = new Doctor(out);
        doctor.machine();
        var settings = doctor.settings(environment, file);
        doctor.permissions();
        if (settings != null) {
            doctor.ports(settings);
            doctor.broker(settings);
            doctor.pins(settings);
            doctor.running(settings);
        }
        out.println(
                doctor.faults == 0
                        ? "Everything is as it should be."
                        : doctor.faults + " thing(s) to do, see the lines with !!");
        return doctor.faults == 0 ? SOUND : ILL;
    }

    private void good(String what) {
        out.println("ok  " + what);
    }

    private void note(String what) {
        out.println("--  " + what);
    }

    private void bad(String what, String remedy) {
        faults++;
        out.println("!!  " + what);
        out.println("    do: " + remedy);
    }

    private void machine() {
        note(
                "Java %s on %s %s"
                        .formatted(
                                Runtime.version(),
                                System.getProperty("os.name"),
                                System.getProperty("os.arch")));
        var year = Year.now(java.time.ZoneOffset.UTC).getValue();
        if (year < FIRST_SANE_YEAR) {
            bad(
                    "the clock of this machine says " + year + ": TLS will not work",
                    "timedatectl set-ntp true, and wait until it is set");
        } else {
            good("the clock of this machine says " + java.time.Instant.now());
        }
    }

    private @Nullable BridgeSettings settings(
            Map<String, String> environment, @Nullable Path file) {
        try {
            var settings = BridgeConfiguration.load(environment, file);
            good("settings: the bridge is " + settings.hub().device());
            return settings;
        } catch (IllegalArgumentException e) {
            bad(
                    "settings: " + e.getMessage(),
                    "make a device of board type bridge and a token for it; its answer has mqtt.url"
                            + " and mqtt.root, and the token is mqtt.password");
            return null;
        }
    }

    /** Who may open serial ports. */
    private void permissions() {
        var closed = new ArrayList<String>();
        var groups = new TreeSet<String>();
        for (var port : serialFiles()) {
            if (Files.isReadable(port) && Files.isWritable(port)) {
                continue;
            }
            closed.add(port.toString());
            groups.add(group(port));
        }
        if (closed.isEmpty()) {
            good("this user may open every serial port");
        } else {
            bad(
                    "this user may not open " + String.join(", ", closed),
                    "sudo usermod -aG %s %s, then log in again (systemd: SupplementaryGroups=)"
                            .formatted(String.join(",", groups), System.getProperty("user.name")));
        }
    }

    private static String group(Path file) {
        try {
            return String.valueOf(
                    Files.getAttribute(file, "unix:gid").equals(0) ? "root" : "dialout");
        } catch (IOException | UnsupportedOperationException e) {
            return "dialout";
        }
    }

    private static List<Path> serialFiles() {
        var files = new ArrayList<Path>();
        try (var found = Files.newDirectoryStream(DEVICES, "tty{ACM,USB,AMA}*")) {
            found.forEach(files::add);
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return files;
        }
        return files;
    }

    private void ports(BridgeSettings settings) {
        var serial = settings.serial();
        var runs = isRunning(settings);
        for (var path : serial.ports()) {
            if (!Files.exists(Path.of(path))) {
                bad(path + " is configured and not there", "plug it in, or change bridge.ports");
            }
        }
        var usb =
                Arrays.stream(SerialPort.getCommPorts())
                        .filter(port -> port.getVendorID() > 0)
                        .toList();
        if (usb.isEmpty() && serial.ports().isEmpty()) {
            note("no serial port on USB: no board is plugged in, or its cable only charges");
        }
        for (var port : usb) {
            note(
                    "%s: %s, USB %04x:%04x, serial %s, at %s"
                            .formatted(
                                    port.getSystemPortPath(),
                                    port.getPortDescription(),
                                    port.getVendorID(),
                                    port.getProductID(),
                                    port.getSerialNumber(),
                                    port.getPortLocation()));
        }
        if (runs) {
            note("a bridge is running here and has the boards; see its status page for them");
            return;
        }
        var found = new ArrayList<>(new FixedPorts(serial.ports()).list());
        if (serial.discover()) {
            found.addAll(new UsbPorts(serial.vendors(), serial.ignored()).list());
        }
        found.forEach(port -> board(port, serial.baud()));
    }

    /** Asks a board who it is. That ends nothing but a session, and switches off. */
    private void board(Ports.Found found, int baud) {
        var answer = new java.util.concurrent.CompletableFuture<String>();
        try (var loop = new Loop(answer::completeExceptionally)) {
            var link =
                    new SerialLink(
                            loop,
                            found,
                            baud,
                            new SerialLink.Owner() {
                                @Override
                                public void arrived(
                                        SerialLink link,
                                        Board board,
                                        long session,
                                        boolean latched) {
                                    var can = board.capabilities();
                                    answer.complete(
                                            "%s %s, firmware %s, %d commands%s"
                                                    .formatted(
                                                            can.board(),
                                                            link.hardwareUuid(),
                                                            can.fw(),
                                                            can.commands().size(),
                                                            latched
                                                                    ? "; its stop input is or was"
                                                                            + " open"
                                                                    : ""));
                                }

                                @Override
                                public void left(SerialLink link) {}

                                @Override
                                public void stopInputMoved(SerialLink link) {}

                                @Override
                                public void stoppedByItself(SerialLink link) {}

                                @Override
                                public void disarmedByItself(SerialLink link) {}

                                @Override
                                public void unplugged(SerialLink link) {}
                            },
                            new BridgeCounters(),
                            System::currentTimeMillis,
                            java.util.random.RandomGenerator.getDefault());
            loop.execute(link::start);
            try {
                good(
                        found.path()
                                + ": "
                                + answer.get(
                                        GREETING_MS, java.util.concurrent.TimeUnit.MILLISECONDS));
            } catch (java.util.concurrent.TimeoutException e) {
                var status = loop.ask(CONNECT_MS, link::status);
                if (status.equals("cannot_open")) {
                    bad(
                            found.path() + " cannot be opened",
                            "see the permissions above; close the serial monitor or whatever else"
                                    + " has it open (lsof "
                                    + found.path()
                                    + ")");
                } else {
                    bad(
                            found.path() + ": nobody answers",
                            "upload a sketch of arduino-sketches to it, or put the port into"
                                    + " bridge.ignore");
                }
            } catch (java.util.concurrent.ExecutionException e) {
                bad(found.path() + ": " + e.getMessage(), "please report this");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            loop.execute(link::end);
        }
    }

    private void broker(BridgeSettings settings) {
        var hub = settings.hub();
        var url = URI.create(hub.url());
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), CONNECT_MS);
            good("the broker at " + hub.url() + " can be reached");
            if (hub.tls()) {
                tls(hub, url, socket);
            }
        } catch (IOException e) {
            bad(
                    "the broker at " + hub.url() + " cannot be reached: " + e.getMessage(),
                    "is the hub running (./streamwire up)? From another machine it needs --lan, and"
                            + " ssl://...:8883 here");
            return;
        }
        if (isRunning(settings)) {
            note("the token is in use by the bridge that runs: to try it here would cut that off");
        } else {
            logIn(hub);
        }
    }

    private void tls(BridgeSettings.Hub hub, URI url, Socket socket) throws IOException {
        SSLSocketFactory sockets;
        try {
            sockets = Tls.sockets(hub.ca());
        } catch (IllegalArgumentException e) {
            bad(String.valueOf(e.getMessage()), "fetch it from the hub: GET /ca.pem of its broker");
            return;
        }
        try (var secure =
                (SSLSocket) sockets.createSocket(socket, url.getHost(), url.getPort(), false)) {
            secure.setSoTimeout(CONNECT_MS);
            secure.startHandshake();
            good("TLS: " + secure.getSession().getProtocol() + ", the certificate is trusted");
        } catch (SSLException e) {
            bad(
                    "TLS: " + e.getMessage(),
                    "set mqtt.ca to the hub's CA (GET /ca.pem of its broker); look at the clock"
                            + " above");
        }
    }

    private void logIn(BridgeSettings.Hub hub) {
        var id = hub.device().toString();
        try {
            var client = new MqttClient(hub.url(), id, new MemoryPersistence());
            var options = new MqttConnectionOptions();
            options.setUserName(id);
            options.setPassword(hub.token().getBytes(StandardCharsets.UTF_8));
            options.setConnectionTimeout(ANSWER_SECONDS);
            options.setSessionExpiryInterval(0L);
            if (hub.tls()) {
                options.setSocketFactory(Tls.sockets(hub.ca()));
            }
            client.setTimeToWait(ANSWER_SECONDS * 1_000L);
            try {
                client.connect(options);
                client.disconnect();
            } finally {
                client.close();
            }
            good("the broker takes the token");
        } catch (MqttException e) {
            bad(
                    "the broker does not let the bridge in: " + e.getMessage(),
                    "make a new token for the device " + id + " (POST /api/v1/devices/tokens)");
        }
    }

    private void pins(BridgeSettings settings) {
        if (settings.pins().isEmpty()) {
            return;
        }
        note(UNGUARDED);
        try {
            Pi4jPins.open().close();
            good(settings.pins().size() + " pins are configured, and GPIO can be reached");
        } catch (IllegalStateException e) {
            bad(
                    String.valueOf(e.getMessage()),
                    "on a Raspberry Pi: the group gpio, and a provider plugin of Pi4J 4 in libs/");
        }
    }

    private void running(BridgeSettings settings) {
        if (!isRunning(settings)) {
            note("no bridge is running here");
            return;
        }
        var page = "http://127.0.0.1:%d/".formatted(settings.statusPort());
        try (var http = HttpClient.newHttpClient()) {
            var health =
                    http.send(
                            HttpRequest.newBuilder(URI.create(page + "health"))
                                    .timeout(Duration.ofMillis(CONNECT_MS))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding());
            if (health.statusCode() == OK) {
                good("a bridge is running and connected to the hub: " + page);
            } else {
                bad("a bridge is running, without a line to the hub: " + page, "see its page");
            }
        } catch (IOException e) {
            bad(
                    "something that is no bridge answers at " + page + ": " + e.getMessage(),
                    "give the bridge another bridge.status-port");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isRunning(BridgeSettings settings) {
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.statusPort()),
                    CONNECT_MS);
            return settings.statusPort() != 0;
        } catch (IOException e) {
            return false;
        }
    }
}
