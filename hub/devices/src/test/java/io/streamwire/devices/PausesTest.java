package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Rig.Extension.class)
class PausesTest {

    private final Rig rig;

    PausesTest(Rig rig) {
        this.rig = rig;
    }

    @Test
    void nothingIsKnownOfAWorkspaceBeforeItsPartitionWasRead() {
        var workspace = Ids.next();
        var device = Ids.next();
        new Pauses(rig.bus).set(workspace, device, true);
        var pauses = new Pauses(rig.bus);
        assertThat(pauses.known(workspace)).isFalse();

        pauses.load(rig.bus.partition(workspace));

        assertThat(pauses.known(workspace)).isTrue();
        assertThat(pauses.paused(workspace, device)).isTrue();
        assertThat(pauses.paused(workspace, Ids.next())).isFalse();
    }
}
