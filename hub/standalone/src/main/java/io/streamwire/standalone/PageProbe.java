package io.streamwire.standalone;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a page is watched by from inside, while events come over its live line.
 *
 * @param events that the line has brought
 * @param gaps in between which something was lost
 * @param longestTaskMs of the page's main thread, 0 when none took 50 ms
 * @param frameP99Ms between two frames
 * @param rows that the list of events holds
 */
record PageProbe(long events, long gaps, double longestTaskMs, double frameP99Ms, long rows) {

    /** No task may keep somebody waiting longer. */
    static final double LONGEST_TASK_MS = 200;

    /**
     * What the heap may have grown by, once garbage is collected: the list keeps 500 events, whose
     * texts differ in length, and the browser keeps compiled code.
     */
    static final long HEAP_GROWTH = 2_000_000;

    /** Bytes of all scripts of the live page on the wire. */
    static final long SCRIPTS = 250_000;

    static final double FIRST_PAINT_MS = 1_000;

    /** A function that begins to watch; again, and it begins anew. */
    static final String BEGIN =
            """
            async () => {
              if (!window.probe) {
                const base = document.querySelector('script[type=module]').src.replace(/app\\.js$/, '');
                const {hear} = await import(base + 'core/live.js');
                const probe = (window.probe = {});
                hear('events', () => probe.events++, () => probe.gaps++);
                new PerformanceObserver((list) => {
                  for (const {duration} of list.getEntries()) probe.longest = Math.max(probe.longest, duration);
                }).observe({entryTypes: ['longtask']});
                let before = performance.now();
                const frame = (now) => {
                  probe.frames[Math.min(999, Math.round(now - before))]++;
                  before = now;
                  requestAnimationFrame(frame);
                };
                requestAnimationFrame(frame);
              }
              Object.assign(window.probe, {events: 0, gaps: 0, longest: 0, frames: new Uint32Array(1000)});
            }
            """;

    /** A function that says what was seen since. */
    static final String SEEN =
            """
            () => {
              const {events, gaps, longest, frames} = window.probe;
              const all = frames.reduce((sum, one) => sum + one, 0);
              let at = 0;
              for (let sum = frames[0]; sum < all * 0.99; sum += frames[++at]);
              return JSON.stringify({events, gaps, longest, p99: at, rows: document.querySelector('sw-feed').feed.rows.get().length});
            }
            """;

    /** An expression: bytes of scripts on the wire. */
    static final String SCRIPT_BYTES =
            "performance.getEntriesByType('resource').filter(({name}) => name.endsWith('.js'))"
                    + ".reduce((sum, {encodedBodySize}) => sum + encodedBodySize, 0)";

    /** An expression: ms until something could be seen; undefined before. */
    static final String FIRST_PAINT =
            "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";

    static PageProbe of(JsonNode seen) {
        return new PageProbe(
                seen.path("events").asLong(),
                seen.path("gaps").asLong(),
                seen.path("longest").asDouble(),
                seen.path("p99").asDouble(),
                seen.path("rows").asLong());
    }
}
