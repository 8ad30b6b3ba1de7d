package io.streamwire.ingest;

import io.streamwire.service.Problem;
import io.streamwire.service.Violation;
import java.util.List;
import java.util.regex.Pattern;

/** Which LIVE somebody wants to connect to. */
sealed interface Wanted {

    /** Whatever a user shows. */
    record OfUser(Username username) implements Wanted {}

    /**
     * One room.
     *
     * @param roomId int64, positive
     */
    record OfRoom(long roomId) implements Wanted {
        private static final Pattern ID = Pattern.compile("[1-9]\\d{0,18}");

        static OfRoom parse(String text) {
            if (ID.matcher(text).matches()) {
                try {
                    return new OfRoom(Long.parseLong(text));
                } catch (NumberFormatException e) {
                    throw bad(); // 19 digits beyond int64
                }
            }
            throw bad();
        }

        private static Problem bad() {
            var detail = "room_id must be the decimal id of a room, as text.";
            return Problem.unprocessable(
                    "bad_room_id", detail, List.of(new Violation("/room_id", detail)));
        }
    }

    /**
     * What a request asks for.
     *
     * @throws Problem 422 {@code bad_username}, {@code bad_room_id} or {@code username_or_room_id}
     */
    static Wanted of(LivestreamsApi.ConnectRequest request) {
        if (request.username() != null && request.roomId() == null) {
            return new OfUser(Username.of(request.username()));
        }
        if (request.roomId() != null && request.username() == null) {
            return OfRoom.parse(request.roomId());
        }
        var detail = "Either username or room_id must be given.";
        throw Problem.unprocessable(
                "username_or_room_id", detail, List.of(new Violation("", detail)));
    }
}
