package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.virtualboard.PinRecorder;
import io.streamwire.virtualboard.VirtualBoards;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds on every page of the dashboard: a page that is added belongs into {@link #pages}. */
@ExtendWith({SharedHub.class, Chromium.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryPageTest {

    /** Whatever is pressed, but for links in a text and what a label of its own makes larger. */
    private static final String TOO_SMALL =
            """
            () => [...document.querySelectorAll('button, .btn, select, input, textarea, summary, sw-bottom a, .nav-link')]
              .filter((one) => !one.closest('label') && one.type !== 'file' && one.checkVisibility())
              .filter((one) => getComputedStyle(one, '::before').inset !== '-10px')
              .filter((one) => one.getBoundingClientRect().height < 43.5)
              .map((one) => Math.round(one.getBoundingClientRect().height) + ' px: ' + one.outerHTML.slice(0, 120))
            """;

    private Viewer.@Nullable Account account;
    private @Nullable VirtualBoards boards;
    private @Nullable Viewer desk;
    private @Nullable Viewer phone;

    @BeforeAll
    void aWorkspaceInUse() {
        var owner = Viewer.Account.made();
        account = owner;
        boards = owner.board("Motor", new PinRecorder());
        var device = boards.all().getFirst().deviceId().toString();
        owner.api().post("/api/v1/rules/recipes/spin-on-comment", Map.of("device_id", device));
        owner.api().post("/api/v1/devices/arm", Map.of());
        var commands = "/api/v1/devices/" + device + "/commands";
        Wait.until(
                Duration.ofSeconds(60),
                "the rule is in force, and its command is listed",
                () -> {
                    owner.comment("a", "spin");
                    return Wait.happens(
                            Duration.ofSeconds(6),
                            () -> !owner.api().get(commands).path("items").isEmpty());
                });
        desk = Viewer.onDesk().as(owner);
        phone = Viewer.onPhone().as(owner);
    }

    @AfterAll
    void nobodyIsLeft() {
        Objects.requireNonNull(desk).close();
        Objects.requireNonNull(phone).close();
        Objects.requireNonNull(boards).close();
    }

    List<String> pages() {
        var known = Objects.requireNonNull(account).api();
        var device = known.get("/api/v1/devices").at("/items/0/id").asText();
        var rule = known.get("/api/v1/rules").at("/items/0/id").asText();
        var command =
                known.get("/api/v1/devices/" + device + "/commands").at("/items/0/id").asText();
        return List.of(
                "/live",
                "/devices",
                "/devices/" + device,
                "/rules",
                "/rules/recipes",
                "/rules/new",
                "/rules/" + rule,
                "/rules/" + rule + "/json",
                "/rules/" + rule + "/history",
                "/rehearsal",
                "/receipts",
                "/receipts/" + command,
                "/start",
                "/analytics",
                "/overlays",
                "/team",
                "/tokens",
                "/audit",
                "/system",
                "/settings",
                "/nothing/has-this-address",
                "/devices/nor/this");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void isAccessible(String path) {
        var viewer = Objects.requireNonNull(desk);
        viewer.at(path);

        assertThat(viewer.inaccessible()).isEmpty();
        assertThat(viewer.faults()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void fitsAPhone(String path) {
        var viewer = Objects.requireNonNull(phone);
        var page = viewer.at(path);

        var wide =
                page.evaluate(
                        "() => [...document.querySelectorAll('main *')].filter((element) =>"
                                + " element.getBoundingClientRect().right > innerWidth + 1 &&"
                                + " !element.closest('.table-wrap, pre, .tabs, .theirs,"
                                + " .sr-only')).map((element) => element.outerHTML.slice(0, 120))");
        assertThat((List<?>) wide).isEmpty();
        assertThat(page.evaluate("() => document.documentElement.scrollWidth")).isEqualTo(360);
        assertThat((List<?>) page.evaluate(TOO_SMALL)).isEmpty();
        assertThat(viewer.inaccessible()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "es", "id", "pt", "vi"})
    void theBarOfAPhoneHasRoomForItsWords(String language) {
        try (var viewer = Viewer.onPhone().speaking(language).as(Objects.requireNonNull(account))) {
            var page = viewer.at("/live");

            var cut =
                    page.evaluate(
                            "() => [...document.querySelectorAll('sw-bottom a')].filter((link) => {"
                                    + " const word = link.querySelector('span').getBoundingClientRect();"
                                    + " const box = link.getBoundingClientRect();"
                                    + " return word.left < box.left || word.right > box.right ||"
                                    + " word.height > 24; }).map((link) => link.textContent)");
            assertThat((List<?>) cut).isEmpty();
            var stop = page.locator("sw-bottom .stop").boundingBox();
            assertThat(stop.x + stop.width).isLessThanOrEqualTo(360);
            assertThat(stop.width).isGreaterThan(80);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "contrast"})
    void hasEnoughContrastInOtherColours(String theme) {
        try (var viewer = Viewer.onDesk().in(theme).as(Objects.requireNonNull(account))) {
            for (var path : pages()) {
                viewer.at(path);
                assertThat(viewer.hardToRead()).as(path).isEmpty();
            }
        }
    }
}
