package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.streamwire.contract.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({SharedHub.class, Chromium.class})
class PageSpeedTest {

    private static final int BATCHES = 100;
    private static final int BATCH = 200;
    private static final int PAUSE_MS = 100;

    /** Most bytes that all scripts of the live page take on the wire. */
    private static final int SCRIPTS = 250_000;

    private static final String FIRST_PAINT =
            "performance.getEntriesByName('first-contentful-paint')[0]";

    @Test
    void theLivePageIsSmallAndSoonThere() {
        try (var viewer = Viewer.onDesk().as(Viewer.Account.made())) {
            viewer.at("/live");
            viewer.at("/devices");
            var page = viewer.at("/live");
            page.waitForFunction("() => " + FIRST_PAINT);

            assertThat(number(page, FIRST_PAINT + ".startTime")).isLessThan(1_000);
        }
        try (var viewer = Viewer.onDesk().as(Viewer.Account.made())) {
            var page = viewer.at("/live");

            var bytes =
                    number(
                            page,
                            "performance.getEntriesByType('resource').filter(({name}) =>"
                                    + " name.endsWith('.js')).reduce((sum, {encodedBodySize}) =>"
                                    + " sum + encodedBodySize, 0)");
            assertThat(bytes).isBetween(20_000.0, (double) SCRIPTS);
        }
    }

    @Test
    void twoThousandEventsInASecondDoNotHoldItUp() {
        try (var viewer = Viewer.onDesk().as(Viewer.Account.made())) {
            var page = viewer.page();
            viewer.at("/live");
            assertThat(page.locator("sw-feed")).isVisible();
            page.evaluate(
                    """
                    () => {
                      window.longest = 0;
                      new PerformanceObserver((list) => {
                        for (const {duration} of list.getEntries()) window.longest = Math.max(window.longest, duration);
                      }).observe({entryTypes: ['longtask']});
                    }
                    """);
            var events = batch();
            page.evaluate(
                    """
                    async ([events, batches, pause]) => {
                      const feed = document.querySelector('sw-feed').feed;
                      const items = JSON.parse(events);
                      let made = 0;
                      for (let batch = 0; batch < batches; batch++) {
                        for (const item of items) feed.push({...item, id: crypto.randomUUID(), user: {...item.user, id: String(made++ % 500)}});
                        await new Promise((resolve) => setTimeout(resolve, pause));
                      }
                    }
                    """,
                    List.of(events, BATCHES, PAUSE_MS));

            assertThat(number(page, "window.longest")).isLessThan(200);
            assertThat(number(page, "document.querySelector('sw-feed').feed.rows.get().length"))
                    .isEqualTo(500);
            assertThat(number(page, "document.querySelectorAll('sw-feed .event').length"))
                    .isLessThan(40);
        }
    }

    private static double number(Page page, String expression) {
        return ((Number) page.evaluate("() => " + expression)).doubleValue();
    }

    private static String batch() {
        var events = new ArrayList<Map<String, Object>>();
        for (int i = 0; i < BATCH; i++) {
            var event = new HashMap<String, Object>();
            event.put("id", UUID.randomUUID().toString());
            event.put("type", "tiktok.comment");
            event.put("livestream_id", UUID.randomUUID().toString());
            event.put("ts", "2026-01-01T00:00:00.000Z");
            event.put(
                    "user",
                    Map.of("id", "1", "handle", "ada", "nickname", "Ada", "roles", List.of()));
            event.put("payload", Map.of("text", "spin it, number " + i));
            events.add(event);
        }
        return Json.write(events);
    }
}
