package io.streamwire.devices;

import io.streamwire.bus.Script;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the rules see of who is online. */
@ExtendWith(Rig.Extension.class)
class OnlineDevicesTest {

    private static final Script IS_ONLINE =
            new Script("is-online", "return redis.call('SISMEMBER', KEYS[1], ARGV[1])");

    private final Rig rig;
    private final Member member;

    OnlineDevicesTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    private void await(UUID device, boolean online) throws InterruptedException {
        var key = BoardNews.onlineKey(rig.bus.partition(member.workspace), member.workspace);
        Rig.await(
                "online = " + online,
                () ->
                        (rig.bus
                                                .call(
                                                        IS_ONLINE,
                                                        List.of(key),
                                                        List.of(device.toString()))
                                                .join()
                                                .number(0)
                                        == 1)
                                == online);
    }

    @Test
    void aBoardIsOnlineUntilItIsLost() throws InterruptedException {
        var board = member.armedBoard();
        await(board.deviceId(), true);
        // What it last said of itself must not overtake its will.
        member.command(board.deviceId(), Member.spin(60, 20), "Prefer", "wait=10");

        board.dropConnection(Duration.ofHours(1));

        await(board.deviceId(), false);
        board.reboot();
        await(board.deviceId(), true);
    }

    @Test
    void aDeviceThatIsDeletedIsNotOnline() throws InterruptedException {
        var board = member.board();
        await(board.deviceId(), true);

        member.delete("/devices/" + board.deviceId(), "If-Match", "\"1\"");

        await(board.deviceId(), false);
    }
}
