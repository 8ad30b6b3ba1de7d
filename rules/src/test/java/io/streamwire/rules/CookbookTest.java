package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.streamwire.contract.Action;
import io.streamwire.contract.Decision;
import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Viewer;
import io.streamwire.service.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every recipe is made by the API and fires by its own example, each in a workspace of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CookbookTest {

    private static final String RECIPES = "/api/v1/rules/recipes";
    private static final String SPIN = RECIPES + "/spin-on-comment";
    private static final String WHEEL = "01980000-0000-7000-8000-00000000000d";

    private final RulesServer server = new RulesServer();

    @AfterAll
    void stop() {
        server.close();
    }

    @TestFactory
    Stream<DynamicTest> everyRecipeFires() {
        var recipes = server.admin().get(RECIPES).body().path("items");
        assertThat(recipes).isNotEmpty();
        return recipes.valueStream()
                .map(recipe ->
                        DynamicTest.dynamicTest(recipe.path("name").asText(), () -> fires(recipe)));
    }

    private void fires(JsonNode recipe) {
        var events = new LiveEvents();
        var streams = new Streams(server.bus, events.workspaceId());
        var admin = server.client(Role.ADMIN, events.workspaceId());

        var rule =
                admin.post(
                        RECIPES + "/" + recipe.path("name").asText(),
                        "{\"device_id\": \"%s\"}".formatted(WHEEL));

        assertThat(rule.status()).as(rule.body().toString()).isEqualTo(201);
        Await.until(() -> {
            recipe.path("example").forEach(example -> streams.publish(event(events, example)));
            return !fired(streams).isEmpty();
        });
        var decision = fired(streams).getFirst();
        assertThat(decision.ruleId()).hasToString(rule.text("id"));
        assertThat(decision.actionIds()).hasSameSizeAs(rule.body().path("actions"));
        Await.until(() -> ids(streams.actions()).containsAll(decision.actionIds()));
        assertThat(streams.actions())
                .allSatisfy(action -> {
                    assertThat(action.deviceId()).hasToString(WHEEL);
                    assertThat(action.command()).isEqualTo(command(rule.body()));
                    assertThat(action.args()).isNotEmpty();
                });
    }

    /** That of the first device action, however deep. */
    private static String command(JsonNode rule) {
        return rule.path("actions").findValue("command").asText();
    }

    private static List<Decision> fired(Streams streams) {
        return streams.decisions().stream()
                .filter(decision -> decision.outcome().equals(Decision.FIRED))
                .toList();
    }

    private static List<UUID> ids(List<Action> actions) {
        return actions.stream().map(Action::id).toList();
    }

    /** What ingest makes of a body of {@code POST /simulate}. */
    private static LiveEvent event(LiveEvents events, JsonNode example) {
        var user = example.path("user");
        var roles = new ArrayList<String>();
        user.path("roles").forEach(role -> roles.add(role.asText()));
        var handle = user.required("handle").asText();
        var id = Integer.toUnsignedString(handle.hashCode());
        var viewer = new Viewer(id, handle, handle, roles, 0, null);
        var count = example.path("count").asInt(1);
        return events.by(
                viewer,
                switch (example.required("type").asText()) {
                    case "comment" ->
                            new LiveEvent.CommentPosted(example.required("text").asText());
                    case "gift" -> gift(example.required("gift"));
                    case "like" -> new LiveEvent.Liked(count, count, count, null, 0L);
                    case "join" -> new LiveEvent.Joined();
                    case "follow" -> new LiveEvent.Followed();
                    case "share" -> new LiveEvent.Shared();
                    case "subscribe" -> new LiveEvent.Subscribed(count);
                    default -> throw new AssertionError("not to be simulated: " + example);
                });
    }

    private static LiveEvent.GiftSent gift(JsonNode gift) {
        var count = gift.path("count").asInt(1);
        return new LiveEvent.GiftSent(
                gift.path("id").asLong(),
                gift.required("name").asText(),
                gift.path("diamonds").asInt(1),
                count,
                count,
                LiveEvent.Streak.SINGLE);
    }

    @Test
    void theReadmeHasEveryRecipeAndEveryFileIsOne() throws IOException {
        var names = server.admin().all(RECIPES, "name");

        assertThat(Files.readString(Path.of("README.md")))
                .contains(names.stream().map("| `%s` |"::formatted).toList());
        try (var files = Files.list(Path.of("src/main/resources/io/streamwire/rules/recipes"))) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".json", "")))
                    .containsExactlyInAnyOrderElementsOf(names);
        }
    }

    @Test
    void everyDefaultKeepsToItsRangeAndEveryParameterIsUsed() {
        for (var recipe : server.admin().get(RECIPES).body().path("items")) {
            var rule = recipe.path("rule").toString();
            for (var parameter : recipe.path("parameters")) {
                var name = parameter.path("name").asText();
                assertThat(rule).contains("\"$" + name + "\"");
                assertThat(parameter.path("text").asText()).isNotEmpty();
                if (parameter.path("type").asText().equals("integer")) {
                    assertThat(parameter.path("default").asLong())
                            .as(recipe.path("name").asText() + "/" + name)
                            .isBetween(
                                    parameter.required("min").asLong(),
                                    parameter.required("max").asLong());
                }
            }
        }
    }

    @Test
    void whatIsNotGivenHasItsDefault() {
        var rule = server.admin().post(SPIN, "{\"device_id\": \"%s\"}".formatted(WHEEL)).body();

        assertThat(rule.path("name").asText()).isEqualTo("Spin on a comment");
        assertThat(rule.path("enabled").asBoolean()).isTrue();
        assertThat(rule.has("livestream_id")).isFalse();
        assertThat(rule.at("/trigger/word").asText()).isEqualTo("spin");
        assertThat(rule.at("/cooldown/global_ms").asLong()).isEqualTo(1_000);
        assertThat(rule.at("/actions/0/command").asText()).isEqualTo("motor_spin");
        assertThat(rule.at("/actions/0/args/level").asInt()).isEqualTo(60);
    }

    @Test
    void whatIsGivenIsInTheRule() {
        var admin = server.admin();
        var livestream = Ids.next();

        var made =
                admin.post(
                        SPIN,
                        """
                        {"device_id": "%s", "livestream_id": "%s", "name": "Mine", "folder": "Motors",
                         "enabled": false, "word": "$command", "command": "turn", "cooldown_ms": 0,
                         "args": {"level": 5}}
                        """
                                .formatted(WHEEL, livestream));

        assertThat(made.status()).isEqualTo(201);
        var rule = admin.get(made.location()).body();
        assertThat(rule.path("name").asText()).isEqualTo("Mine");
        assertThat(rule.path("folder").asText()).isEqualTo("Motors");
        assertThat(rule.path("enabled").asBoolean(true)).isFalse();
        assertThat(rule.path("livestream_id").asText()).isEqualTo(livestream.toString());
        assertThat(rule.at("/trigger/word").asText()).isEqualTo("$command");
        assertThat(rule.at("/cooldown/global_ms").asLong(-1)).isZero();
        assertThat(rule.at("/actions/0/command").asText()).isEqualTo("turn");
        assertThat(rule.at("/actions/0/args"))
                .isEqualTo(JsonNodeFactory.instance.objectNode().put("level", 5));
    }

    @Test
    void anotherCommandHasNoneOfTheArguments() {
        var body = "{\"device_id\": \"%s\", \"command\": \"turn\"}".formatted(WHEEL);

        assertThat(server.admin().post(SPIN, body).body().at("/actions/0/args")).isEmpty();
    }

    @Test
    void aRecipeMayBeForATag() {
        var rule = server.admin().post(SPIN, "{\"tag\": \"wheels\"}").body();

        assertThat(rule.at("/actions/0/tag").asText()).isEqualTo("wheels");
        assertThat(rule.at("/actions/0").has("device_id")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"device_id\": \"ID\", \"tag\": \"wheels\"} | rule_invalid | /device_id",
                "{\"tag\": \"All wheels\"} | rule_invalid | /tag",
                "{} | rule_invalid | /device_id",
                "[] | rule_invalid | ''",
                "{\"device_id\": \"wheel\"} | rule_invalid | /device_id",
                "{\"device_id\": \"ID\", \"cooldown_ms\": -1} | rule_invalid | /cooldown_ms",
                "{\"device_id\": \"ID\", \"cooldown_ms\": \"1\"} | rule_invalid | /cooldown_ms",
                "{\"device_id\": \"ID\", \"word\": \"\"} | rule_invalid | /word",
                "{\"device_id\": \"ID\", \"enabled\": \"no\"} | rule_invalid | /enabled",
                "{\"device_id\": \"ID\", \"args\": 5} | rule_invalid | /args",
                "{\"device_id\": \"ID\", \"command\": \"two words\"} | rule_invalid | /command",
                "{\"device_id\": \"ID\", \"color\": \"red\"} | rule_unsupported | /color",
            })
    void aFaultIsReportedWhereItIs(String body, String code, String pointer) {
        var admin = server.admin();

        var answer = admin.post(SPIN, body.replace("ID", WHEEL));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("code")).isEqualTo(code);
        assertThat(answer.body().path("errors").findValuesAsText("pointer"))
                .containsExactly(pointer);
        assertThat(admin.all("/api/v1/rules", "id")).isEmpty();
    }

    @Test
    void aRecipeIsReadByItsName() {
        var admin = server.admin();

        assertThat(admin.get(SPIN).text("title")).isEqualTo("Spin on a comment");
        assertThat(admin.get(RECIPES + "/soup").text("code")).isEqualTo("recipe_not_found");
        assertThat(admin.post(RECIPES + "/soup", "{}").text("code")).isEqualTo("recipe_not_found");
    }

    @Test
    void aRepeatedRequestCooksOnce() {
        var admin = server.admin();
        var moderator = server.client(Role.MODERATOR, admin.workspaceId());
        var body = "{\"device_id\": \"%s\"}".formatted(WHEEL);

        var first = admin.post(SPIN, body, "Idempotency-Key", "one");
        var again = admin.post(SPIN, body, "Idempotency-Key", "one");

        assertThat(again.location()).isEqualTo(first.location());
        assertThat(admin.all("/api/v1/rules", "id")).hasSize(1);
        assertThat(moderator.get(SPIN).status()).isEqualTo(200);
        assertThat(moderator.post(SPIN, body).status()).isEqualTo(403);
    }
}
