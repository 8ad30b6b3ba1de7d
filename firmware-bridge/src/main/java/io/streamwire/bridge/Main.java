package io.streamwire.bridge;

import com.fazecast.jSerialComm.SerialPort;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** {@code firmware-bridge [doctor] [--config FILE]}. */
final class Main {

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    /** EX_SOFTWARE: systemd starts it again. */
    private static final int BROKEN = 70;

    private static final String USAGE =
            """
            usage: firmware-bridge [doctor] [--config FILE]

              (nothing)   connects boards and pins to the hub until it is told to end
              doctor      says what it sees, and what to do
            """;

    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        var words = List.of(arguments);
        var doctor = !words.isEmpty() && words.getFirst().equals("doctor");
        var options = doctor ? words.subList(1, words.size()) : words;
        if (words.contains("--help") || words.contains("-h")) {
            System.out.print(USAGE);
            System.exit(OK);
        }
        if (!options.isEmpty() && !(options.size() == 2 && options.getFirst().equals("--config"))) {
            System.err.println("firmware-bridge: not understood: " + String.join(" ", words));
            System.err.print(USAGE);
            System.exit(WRONG_USAGE);
        }
        var file = options.isEmpty() ? null : Path.of(options.getLast());
        System.exit(doctor ? Doctor.examine(System.getenv(), file, System.err) : run(file));
    }

    private static int run(@Nullable Path file) throws InterruptedException {
        var asked = new CountDownLatch(1);
        var over = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> endInOrder(asked, over), "shutdown"));
        // The serial library closes every port in a hook of its own; before that it runs these.
        SerialPort.addShutdownHook(new Thread(() -> endInOrder(asked, over), "shutdown-ports"));
        try (var bridge =
                Bridge.start(
                        BridgeConfiguration.load(System.getenv(), file),
                        () -> Runtime.getRuntime().halt(BROKEN))) {
            Thread.setDefaultUncaughtExceptionHandler((_, failure) -> bridge.panic(failure));
            Systemd.of(System.getenv()).ifPresent(bridge::watchedBy);
            asked.await();
            return OK;
        } catch (IllegalArgumentException e) {
            System.err.println("firmware-bridge: " + e.getMessage());
            return FAILED;
        } finally {
            over.countDown();
        }
    }

    private static void endInOrder(CountDownLatch asked, CountDownLatch over) {
        asked.countDown();
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
