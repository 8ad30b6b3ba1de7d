package io.streamwire.ingest;

import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.RoomCounters;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Events as rows of a table (RFC 4180). Viewers choose their texts: a cell that a spreadsheet would
 * take for a formula begins with an apostrophe.
 */
final class EventCsv {

    static final String HEADER =
            "id,type,livestream_id,ts,received_at,historical,simulated,user_id,handle,nickname,"
                    + "roles,team_level,viewers,likes,diamonds,viewer_diamonds,payload\r\n";

    private static final String FORMULA = "=+-@\t\r";

    private EventCsv() {}

    static String row(LiveEvent event) {
        var user = event.user();
        var counters = event.counters();
        return List.of(
                        event.id().toString(),
                        event.type(),
                        event.livestreamId().toString(),
                        event.ts().toString(),
                        event.receivedAt().toString(),
                        Boolean.toString(event.historical()),
                        Boolean.toString(event.simulated()),
                        user.id(),
                        user.handle(),
                        user.nickname(),
                        String.join(" ", user.roles()),
                        Integer.toString(user.teamLevel()),
                        number(counters, RoomCounters::viewers),
                        number(counters, RoomCounters::likes),
                        number(counters, RoomCounters::diamonds),
                        number(counters, RoomCounters::viewerDiamonds),
                        Json.write(event.payload()))
                .stream()
                .map(EventCsv::cell)
                .collect(Collectors.joining(",", "", "\r\n"));
    }

    /** Empty when nobody counted. */
    private static String number(
            @Nullable RoomCounters counters, ToLongFunction<RoomCounters> counter) {
        return counters == null ? "" : Long.toString(counter.applyAsLong(counters));
    }

    private static String cell(String text) {
        var safe = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        return safe.matches("[^\",\r\n]*") ? safe : '"' + safe.replace("\"", "\"\"") + '"';
    }
}
