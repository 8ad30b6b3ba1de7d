package io.streamwire.bridge;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A port with a StandardFirmata board: says hello, keeps asking whether it is there, and begins
 * again after each fault. Confined to the bridge's thread; the port's threads only hand over.
 */
final class FirmataLink {

    private static final Logger LOG = System.getLogger(FirmataLink.class.getName());

    /** StandardFirmata's own speed. */
    private static final int BAUD = 57_600;

    private static final byte[] REPORT_VERSION = {(byte) 0xF9};

    /** Every pin is an output that is low, as after a start. */
    private static final byte[] SYSTEM_RESET = {(byte) 0xFF};

    private static final int VERSION = 0xF9;
    private static final long ASK_MS = 500;

    /** Opening the port resets the board, and its boot loader takes a while. */
    private static final long GREETING_MS = 4_000;

    private static final long SILENCE_MS = 2_000;

    private final Loop loop;
    private final BridgeSettings.Firmata settings;
    private final Owner owner;
    private final Backoff backoff;
    private volatile @Nullable OpenPort port;
    private @Nullable PinBoard board;
    private Loop.@Nullable Timer asking;
    private long openedAt;
    private long heardAt;
    private boolean ended;

    /** Who is told, on the bridge's thread. */
    interface Owner {
        void arrived(FirmataLink link, PinBoard board);

        void left(FirmataLink link);
    }

    FirmataLink(Loop loop, BridgeSettings.Firmata settings, Owner owner, RandomGenerator random) {
        this.loop = loop;
        this.settings = settings;
        this.owner = owner;
        this.backoff = new Backoff(SerialLink.REOPEN_FIRST_MS, SerialLink.REOPEN_MOST_MS, random);
    }

    String path() {
        return settings.port();
    }

    /** It has no UUID: whatever is at that port is it. */
    String hardwareUuid() {
        return "firmata:" + settings.port().replaceAll("[^A-Za-z0-9_.:-]", "_");
    }

    void start() {
        if (ended || port != null) {
            return;
        }
        var opening = new OpenPort[1];
        var unread = new AtomicBoolean();
        opening[0] =
                new OpenPort(
                        settings.port(),
                        BAUD,
                        new OpenPort.Listener() {
                            @Override
                            public void opened() {
                                loop.execute(() -> FirmataLink.this.opened(opening[0]));
                            }

                            @Override
                            public void read(byte[] bytes, int length) {
                                for (int at = 0; at < length; at++) {
                                    if ((bytes[at] & 0xFF) == VERSION) {
                                        tell(opening[0], unread);
                                        return;
                                    }
                                }
                            }

                            @Override
                            public void closed(String why) {
                                loop.execute(() -> FirmataLink.this.closed(opening[0], why));
                            }
                        });
        port = opening[0];
        opening[0].start();
    }

    /** One answer at a time, however often it answers. */
    private void tell(OpenPort from, AtomicBoolean unread) {
        if (unread.compareAndSet(false, true)) {
            loop.execute(() -> {
                unread.set(false);
                answered(from);
            });
        }
    }

    private void opened(OpenPort of) {
        if (of != port) {
            return;
        }
        openedAt = loop.millis();
        heardAt = openedAt;
        of.write(SYSTEM_RESET);
        asking = loop.every(ASK_MS, () -> ask(of));
    }

    private void ask(OpenPort of) {
        var now = loop.millis();
        var patience = board == null ? GREETING_MS : SILENCE_MS;
        if (now - Math.max(openedAt, heardAt) > patience) {
            of.close("silent");
        } else {
            of.write(REPORT_VERSION);
        }
    }

    private void answered(OpenPort of) {
        if (of != port) {
            return;
        }
        heardAt = loop.millis();
        if (board != null) {
            return;
        }
        try {
            board = new PinBoard("firmata", settings.pins(), new FirmataPins(of::write), loop);
        } catch (IllegalStateException e) {
            LOG.log(Level.WARNING, "firmata={0} unusable=\"{1}\"", path(), e.getMessage());
            end();
            return;
        }
        backoff.succeeded();
        LOG.log(Level.WARNING, "firmata={0} status=ready link_loss_fail_safe=none", path());
        owner.arrived(this, board);
    }

    private void closed(OpenPort of, String why) {
        if (of != port) {
            return;
        }
        port = null;
        if (asking != null) {
            asking.cancel();
            asking = null;
        }
        var was = board;
        board = null;
        if (was != null) {
            LOG.log(Level.WARNING, "firmata={0} status=lost reason={1}", path(), why);
            owner.left(this);
            was.stop(() -> {});
        }
        if (!ended) {
            loop.after(backoff.nextMs(), this::start);
        }
    }

    /** Everything off, as far as the board can still be told; from any thread. */
    void panic() {
        var open = port;
        if (open != null) {
            open.writeLast(SYSTEM_RESET);
        }
    }

    /** Switches off and lets the port go. */
    void end() {
        ended = true;
        if (board != null) {
            board.close();
        }
        var open = port;
        if (open != null) {
            open.writeLast(SYSTEM_RESET); // the port may be closed before its thread has written
            open.close("closed");
        }
    }
}
