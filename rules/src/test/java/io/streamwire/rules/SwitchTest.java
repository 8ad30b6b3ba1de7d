package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.service.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders and tags, and turning many rules at once; every test has a workspace of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SwitchTest {

    private static final String RULES = "/api/v1/rules";

    private final RulesServer server = new RulesServer();
    private Client admin = server.admin();

    @BeforeEach
    void makeRules() {
        admin = server.admin();
        make("Spin", "\"folder\": \"Motors\", \"tags\": [\"night\", \"loud\"]");
        make("Turn", "\"folder\": \"Motors\", \"enabled\": false");
        make("Lamp", "\"folder\": \"Lights\", \"tags\": [\"night\"]");
        make("Plain", "\"enabled\": true");
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | Spin Turn Lamp Plain",
                "folder=Motors | Spin Turn",
                "folder=motors | ''",
                "tag=night | Spin Lamp",
                "tag=nig | ''",
                "enabled=false | Turn",
                "enabled=true | Spin Lamp Plain",
                "folder=Motors&enabled=true&tag=loud | Spin",
                "livestream_id=01980000-0000-7000-8000-000000000001 | ''",
            })
    void rulesAreFoundByWhatTheyHave(String query, String names) {
        assertThat(String.join(" ", admin.all(RULES + "?limit=1&" + query, "name")))
                .isEqualTo(names);
    }

    @ParameterizedTest
    @CsvSource({
        "enabled=yes",
        "livestream_id=5",
        "tag=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "folder=%00",
    })
    void whatIsNoFilterIsRefused(String query) {
        var answer = admin.get(RULES + "?" + query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo("bad_filter");
    }

    @Test
    void allAreTurnedInOneCall() {
        assertThat(turn(admin, "disable", "")).isEqualTo(3);
        assertThat(admin.all(RULES + "?enabled=true", "name")).isEmpty();
        assertThat(turn(admin, "disable", "")).isZero();
        assertThat(turn(admin, "enable", "{}")).isEqualTo(4);
        assertThat(admin.all(RULES, "enabled")).containsOnly("true");
        assertThat(admin.all(RULES, "version")).containsExactly("3", "2", "3", "3");
    }

    @Test
    void onlyThoseOfAFolderOrTagAreTurned() {
        assertThat(turn(admin, "enable", "{\"folder\": \"Motors\"}")).isEqualTo(1);
        assertThat(turn(admin, "disable", "{\"tag\": \"night\"}")).isEqualTo(2);
        assertThat(turn(admin, "disable", "{\"folder\": \"Lights\", \"tag\": \"loud\"}")).isZero();

        assertThat(admin.all(RULES + "?enabled=false", "name")).containsExactly("Spin", "Lamp");
    }

    @Test
    void onlyThoseForALivestreamAreTurned() {
        var livestream = Ids.next();
        make("Tonight", "\"livestream_id\": \"" + livestream + "\"");

        assertThat(turn(admin, "disable", "{\"livestream_id\": \"" + livestream + "\"}"))
                .isEqualTo(1);

        assertThat(admin.all(RULES + "?livestream_id=" + livestream, "enabled"))
                .containsExactly("false");
        assertThat(admin.all(RULES + "?enabled=true", "name"))
                .containsExactly("Spin", "Lamp", "Plain");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"folder\": \"\"} | 422 | invalid_value",
                "{\"tag\": \" \"} | 422 | invalid_value",
                "{\"folders\": \"Motors\"} | 400 | malformed_json",
                "[] | 400 | malformed_json",
            })
    void whatNamesNoRulesTurnsNone(String body, int status, String code) {
        var answer = admin.post(RULES + "/disable", body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text("code")).isEqualTo(code);
        assertThat(admin.all(RULES + "?enabled=true", "name")).hasSize(3);
    }

    @Test
    void moderatorsTurnRulesOfTheirWorkspaceOnly() {
        var moderator = server.client(Role.MODERATOR, admin.workspaceId());
        var viewer = server.client(Role.VIEWER, admin.workspaceId());
        var stranger = server.admin();

        assertThat(viewer.post(RULES + "/disable", "").status()).isEqualTo(403);
        assertThat(turn(stranger, "disable", "")).isZero();
        assertThat(turn(moderator, "disable", "")).isEqualTo(3);
    }

    private static int turn(Client client, String call, String body) {
        var answer = client.post(RULES + "/" + call, body);
        assertThat(answer.status()).isEqualTo(200);
        return answer.body().required("changed").asInt();
    }

    private void make(String name, String more) {
        var rule =
                """
                {"name": "%s", %s, "trigger": {"type": "follow"},
                 "actions": [{"type": "device", "device_id": "01980000-0000-7000-8000-00000000000d",
                              "command": "on"}]}
                """
                        .formatted(name, more);
        assertThat(admin.post(RULES, rule).status()).isEqualTo(201);
    }
}
