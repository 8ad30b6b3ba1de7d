package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import io.streamwire.contract.Json;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A short one of {@code bench page}, against the same limits. */
@Tag("alone")
@ExtendWith({SharedHub.class, Chromium.class})
class PageSpeedTest {

    private static final int RATE = 2_000;
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration LENGTH = Duration.ofSeconds(6);

    @Test
    void theLivePageIsSmallAndSoonThere() {
        try (var viewer = Viewer.onDesk().as(Viewer.Account.made())) {
            viewer.at("/live");

            // The best of three: what else the machine does is not the page's.
            assertThat(Math.min(paint(viewer), Math.min(paint(viewer), paint(viewer))))
                    .isLessThan(PageProbe.FIRST_PAINT_MS);
        }
        try (var viewer = Viewer.onDesk().as(Viewer.Account.made())) {
            var page = viewer.at("/live");

            assertThat(number(page, PageProbe.SCRIPT_BYTES))
                    .isBetween(20_000.0, (double) PageProbe.SCRIPTS);
        }
    }

    @Test
    void twoThousandEventsInASecondDoNotHoldItUpAndLeaveNothingBehind() throws Exception {
        var account = Viewer.Account.made();
        try (var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/live");
            assertThat(page.locator("sw-feed")).isVisible();
            var tools = page.context().newCDPSession(page);
            page.evaluate(PageProbe.BEGIN);
            viewer.awaitSubscribed("events");
            var load = new EventWriter(SharedHub.hub().bus(), account.workspaceId());
            load.write(RATE, WARM_UP);
            await(page, RATE * WARM_UP.toSeconds());
            var before = heap(tools);
            page.evaluate(PageProbe.BEGIN);

            load.write(RATE, LENGTH);
            var seen = await(page, RATE * LENGTH.toSeconds());

            assertThat(seen.gaps()).isZero();
            assertThat(seen.longestTaskMs()).isLessThan(PageProbe.LONGEST_TASK_MS);
            assertThat(seen.rows()).isEqualTo(500);
            assertThat(number(page, "document.querySelectorAll('sw-feed .event').length"))
                    .isLessThan(40);
            assertThat(heap(tools) - before).isLessThan(PageProbe.HEAP_GROWTH);
            assertThat(viewer.faults()).isEmpty();
        }
    }

    private static double paint(Viewer viewer) {
        viewer.at("/devices");
        var page = viewer.at("/live");
        page.waitForFunction("() => " + PageProbe.FIRST_PAINT);
        return number(page, PageProbe.FIRST_PAINT);
    }

    private static PageProbe await(Page page, long events) {
        Wait.until(
                Duration.ofSeconds(60),
                "every event has come",
                () -> seen(page).events() >= events);
        return seen(page);
    }

    private static PageProbe seen(Page page) {
        return PageProbe.of(Json.read((String) page.evaluate(PageProbe.SEEN), JsonNode.class));
    }

    private static double heap(CDPSession tools) {
        tools.send("HeapProfiler.collectGarbage");
        tools.send("Performance.enable");
        for (var metric : tools.send("Performance.getMetrics").getAsJsonArray("metrics")) {
            JsonObject named = metric.getAsJsonObject();
            if (named.get("name").getAsString().equals("JSHeapUsedSize")) {
                return named.get("value").getAsDouble();
            }
        }
        throw new IllegalStateException("Chromium does not tell how large the heap is");
    }

    private static double number(Page page, String expression) {
        return ((Number) page.evaluate("() => " + expression)).doubleValue();
    }
}
