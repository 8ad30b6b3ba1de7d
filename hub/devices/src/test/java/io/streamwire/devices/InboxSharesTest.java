package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InboxSharesTest {

    private final Inbox inbox = new Inbox("test", 8);
    private final InboxShares shares = new InboxShares(inbox, 6);
    private final AtomicInteger done = new AtomicInteger();

    @AfterEach
    void close() {
        inbox.close();
    }

    @Test
    void aFloodOfOneWorkspaceIsItsOwnLoss() throws InterruptedException {
        offer("flooder", 100);
        offer("other", 2);

        assertThat(shares.refused()).isEqualTo(94);
        assertThat(inbox.dropped()).isZero();
        inbox.start();
        Rig.await("all was done", () -> done.get() == 8);

        offer("flooder", 6);
        Rig.await("there is room again", () -> done.get() == 14);
        assertThat(shares.refused()).isEqualTo(94);
    }

    @Test
    void whatDidNotFitTakesNoPlace() throws InterruptedException {
        offer("one", 4);
        offer("two", 4);
        offer("three", 6);
        assertThat(inbox.dropped()).isEqualTo(6);

        inbox.start();
        Rig.await("all was done", () -> done.get() == 8);
        offer("three", 6);

        Rig.await("it has its whole share", () -> done.get() == 14);
        assertThat(shares.refused()).isZero();
    }

    private void offer(String workspace, int messages) {
        for (int i = 0; i < messages; i++) {
            shares.offer(workspace, done::incrementAndGet);
        }
    }
}
