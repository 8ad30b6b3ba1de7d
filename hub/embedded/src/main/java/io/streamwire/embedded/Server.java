package io.streamwire.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;

/**
 * A server on a loopback port that it keeps for life. Started and stopped by one thread, revived by
 * another that has ended before the stop.
 */
final class Server implements AutoCloseable {

    private static final int ATTEMPTS = 20;
    private static final String PORT_IN_USE = "Address already in use";

    private final Program program;
    private final int port;
    private volatile ServerProcess process;

    private Server(Program program, int port, ServerProcess process) {
        this.program = program;
        this.port = port;
        this.process = process;
    }

    /**
     * Starts a program and waits until it answers.
     *
     * @param wantedPort 0 takes any free one
     */
    static Server start(Program program, int wantedPort) {
        String failure = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = freePort(wantedPort, program.portSetting());
            ServerProcess process =
                    ServerProcess.spawn(program.name(), program.command(port), program.log());
            String lastWords = process.awaitReady(() -> program.answers(port));
            if (lastWords == null) {
                return new Server(program, port, process);
            }
            failure = lastWords;
            boolean lostTheRace = wantedPort == 0 && failure.contains(PORT_IN_USE);
            if (!lostTheRace && !program.mayPass(failure)) {
                break;
            }
        }
        if (failure.contains(PORT_IN_USE)) {
            throw portTaken(wantedPort, program.portSetting());
        }
        throw new EmbeddedException(program.explain(failure));
    }

    private static int freePort(int wanted, String setting) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
            return probe.getLocalPort();
        } catch (IOException e) {
            throw portTaken(wanted, setting);
        }
    }

    private static EmbeddedException portTaken(int port, String setting) {
        return new EmbeddedException(
                "port %d is taken (setting %s; 0 takes any free one)".formatted(port, setting));
    }

    String name() {
        return program.name();
    }

    int port() {
        return port;
    }

    boolean alive() {
        return process.alive();
    }

    /**
     * Starts it again on its port, after it has ended by itself.
     *
     * @throws EmbeddedException when it does not come
     */
    void revive() {
        process = start(program, port).process;
    }

    @Override
    public void close() {
        process.stop(program.stopSignal(), program.strongerSignal());
    }

    /** What differs between servers. */
    interface Program {

        String name();

        /** The configuration key of its port. */
        String portSetting();

        Path log();

        /** How to run it on a port. */
        List<String> command(int port);

        /** False while it starts. */
        boolean answers(int port);

        /** Whether another attempt may succeed after these last words. */
        boolean mayPass(String lastWords);

        /** One line for the person who started it. */
        String explain(String lastWords);

        /** Asks it to end in order. */
        String stopSignal();

        /** Asks it to end at once. */
        String strongerSignal();
    }
}
