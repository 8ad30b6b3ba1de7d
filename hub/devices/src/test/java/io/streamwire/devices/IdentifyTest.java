package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.service.Role;
import io.streamwire.virtualboard.VirtualBoard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A board that is asked which one it is. */
@ExtendWith(Rig.Extension.class)
class IdentifyTest {

    private final Rig rig;
    private final Member member;

    IdentifyTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    @Test
    void anArmedBoardBlinks() throws InterruptedException {
        var board = member.board();
        var path = "/devices/" + board.deviceId() + "/identify";
        assertThat(member.post(path, null).text("/code")).isEqualTo("device_disarmed");
        var _ = member.arm(board);

        var blinking = member.post(path, null, "Prefer", "wait=10");

        assertThat(blinking.status()).isEqualTo(202);
        assertThat(blinking.text("/state")).isEqualTo("done");
        assertThat(blinking.body().at("/args/ms").asInt()).isEqualTo(2_000);
        assertThat(member.with(Role.VIEWER).post(path, null).status()).isEqualTo(403);
    }

    @Test
    void aBoardThatCannotSaysSo() throws InterruptedException {
        var device = member.device("Mute");
        var client = rig.connect(device, member.token(device));
        var path = "/devices/" + device + "/identify";
        assertThat(member.post(path, null).text("/code")).isEqualTo("not_supported");
        var all = VirtualBoard.CAPABILITIES;
        rig.publish(
                client,
                Topics.describe(member.workspace, device),
                Json.write(
                        new Capabilities(
                                1, "1.0.0", "mute", all.limits(), all.commands().subList(0, 1))));
        Rig.await(
                "described",
                () -> member.get("/devices/" + device).body().at("/config_version").asLong() > 0);

        assertThat(member.post(path, null))
                .returns(409, Member.Answer::status)
                .returns("not_supported", answer -> answer.text("/code"));
        client.disconnect();
    }
}
