package io.streamwire.ingest.webcast;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.streamwire.ingest.webcast.WebcastException.Code;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Finds the room of a user, first on the user's LIVE page, then through the lookup API. */
final class RoomFinder {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern ID = Pattern.compile("[1-9]\\d{0,18}");
    private static final int OFFLINE = 4;
    private static final int USER_NOT_FOUND = 19881007;
    private static final int AGE_RESTRICTED = 4003110;
    private static final int BAD_ROOM = 10011;
    private static final Pattern OWNER = Pattern.compile("[a-zA-Z0-9._]{2,24}");

    private final Browser browser;
    private final WebcastSettings settings;

    RoomFinder(Browser browser, WebcastSettings settings) {
        this.browser = browser;
        this.settings = settings;
    }

    /** What one of the two sources says. */
    private sealed interface Answer {
        record Found(long roomId, int status) implements Answer {}

        /** The user exists and has no room. */
        record Roomless() implements Answer {}

        record Unknown() implements Answer {}

        record Failed(WebcastException why) implements Answer {}
    }

    /**
     * The room of a user who is live.
     *
     * @param patience for all requests together
     * @throws WebcastException USER_NOT_FOUND, USER_OFFLINE, CAPTCHA_OR_BLOCKED, AGE_RESTRICTED,
     *     TIKTOK_UNREACHABLE or TIKTOK_UNEXPECTED
     */
    Room find(String username, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        var byPage = ask(() -> page(username, left(deadline)));
        if (byPage instanceof Answer.Found found) {
            return live(username, found, deadline);
        }
        return switch (ask(() -> api(username, left(deadline)))) {
            case Answer.Found found -> live(username, found, deadline);
            case Answer.Roomless _ -> throw offline();
            case Answer.Unknown _ -> throw notFound();
            case Answer.Failed failed ->
                    throw switch (byPage) {
                        case Answer.Failed first -> first.why();
                        case Answer.Roomless _ -> offline();
                        case Answer.Unknown _ -> notFound();
                        case Answer.Found _ -> failed.why();
                    };
        };
    }

    /**
     * The room of an id, when it is open.
     *
     * @param patience for the request
     * @throws WebcastException ROOM_NOT_FOUND, USER_OFFLINE, CAPTCHA_OR_BLOCKED, AGE_RESTRICTED,
     *     TIKTOK_UNREACHABLE or TIKTOK_UNEXPECTED
     */
    Room findRoom(long roomId, Duration patience) {
        var info = info(roomId, System.nanoTime() + patience.toNanos());
        int code = info.path("status_code").asInt();
        if (code == AGE_RESTRICTED) {
            throw ageRestricted();
        }
        if (code == BAD_ROOM) {
            throw new WebcastException(
                    Code.ROOM_NOT_FOUND, "TikTok knows no room of this id, or does not show it.");
        }
        var owner = info.path("data").path("owner").path("display_id").asText("");
        if (code != 0 || !OWNER.matcher(owner).matches()) {
            throw new WebcastException(
                    Code.TIKTOK_UNEXPECTED, "TikTok does not say whose room this is.");
        }
        if (info.path("data").path("status").asInt() == OFFLINE) {
            throw offline();
        }
        return new Room(owner.toLowerCase(Locale.ROOT), roomId);
    }

    /** Whether the room is closed for certain; a doubt is no. */
    boolean ended(Room room) {
        try {
            var body =
                    json(
                            browser.page(
                                    Browser.uri(
                                            settings.webcastUrl(),
                                            "/webcast/room/check_alive/",
                                            Map.of(
                                                    "aid",
                                                    "1988",
                                                    "room_ids",
                                                    Long.toString(room.id()))),
                                    settings.requestTimeout()));
            var alive = body.path("data").path(0).path("alive");
            if (!alive.isBoolean() || alive.booleanValue()) {
                return false;
            }
            return find(room.username(), settings.requestTimeout().multipliedBy(2)).id()
                    != room.id();
        } catch (WebcastException e) {
            return e.code() == Code.USER_OFFLINE;
        }
    }

    private Room live(String username, Answer.Found found, long deadline) {
        if (found.status() == OFFLINE) {
            throw offline();
        }
        refuseAgeRestricted(found.roomId(), deadline);
        return new Room(username, found.roomId());
    }

    /** Asked for that one code only: everything else does not matter for the socket. */
    private void refuseAgeRestricted(long roomId, long deadline) {
        JsonNode info;
        try {
            info = info(roomId, deadline);
        } catch (WebcastException e) {
            return;
        }
        if (info.path("status_code").asInt() == AGE_RESTRICTED) {
            throw ageRestricted();
        }
    }

    private JsonNode info(long roomId, long deadline) {
        return json(
                browser.page(
                        Browser.uri(
                                settings.webcastUrl(),
                                "/webcast/room/info/",
                                Map.of("aid", "1988", "room_id", Long.toString(roomId))),
                        left(deadline)));
    }

    private interface Question {
        Answer ask();
    }

    private static Answer ask(Question question) {
        try {
            return question.ask();
        } catch (WebcastException e) {
            return new Answer.Failed(e);
        }
    }

    private Answer page(String username, Duration timeout) {
        var response =
                browser.page(
                        Browser.uri(settings.webUrl(), "/@" + username + "/live", Map.of()),
                        timeout);
        requireOk(response);
        var state = state(new String(response.body(), StandardCharsets.UTF_8));
        var info = state.path("LiveRoom").path("liveRoomUserInfo");
        if (info.isMissingNode()) {
            return new Answer.Unknown();
        }
        return found(info.path("user"), info.path("liveRoom"));
    }

    private Answer api(String username, Duration timeout) {
        var body =
                json(
                        browser.page(
                                Browser.uri(
                                        settings.webUrl(),
                                        "/api-live/user/room/",
                                        Map.of(
                                                "aid", "1988",
                                                "app_name", "tiktok_web",
                                                "device_platform", "web_pc",
                                                "uniqueId", username,
                                                "sourceType", "54")),
                                timeout));
        int status = body.path("statusCode").asInt(-1);
        if (status == USER_NOT_FOUND || body.path("message").asText("").equals("user_not_found")) {
            return new Answer.Unknown();
        }
        if (status != 0) {
            throw new WebcastException(
                    Code.TIKTOK_UNEXPECTED, "TikTok's lookup answered status " + status + ".");
        }
        var data = body.path("data");
        return found(data.path("user"), data.path("liveRoom"));
    }

    private static Answer found(JsonNode user, JsonNode liveRoom) {
        var id = user.path("roomId").asText("");
        if (!ID.matcher(id).matches()) {
            return new Answer.Roomless();
        }
        int status = liveRoom.path("status").asInt(user.path("status").asInt());
        try {
            return new Answer.Found(Long.parseLong(id), status);
        } catch (NumberFormatException e) {
            return new Answer.Roomless(); // 19 digits beyond int64
        }
    }

    /** The JSON of the page's SIGI_STATE script. */
    private static JsonNode state(String page) {
        int script = page.indexOf("<script id=\"SIGI_STATE\"");
        int from = script < 0 ? -1 : page.indexOf('>', script);
        int to = from < 0 ? -1 : page.indexOf("</script>", from);
        if (to < 0) {
            throw new WebcastException(
                    Code.CAPTCHA_OR_BLOCKED,
                    "TikTok showed a page without the LIVE's data: a captcha, or this address is"
                            + " blocked.");
        }
        try {
            return JSON.readTree(page.substring(from + 1, to));
        } catch (IOException e) {
            throw new WebcastException(Code.TIKTOK_UNEXPECTED, "The LIVE page's data is not JSON.");
        }
    }

    private static JsonNode json(HttpResponse<byte[]> response) {
        requireOk(response);
        try {
            var body = JSON.readTree(response.body());
            if (body == null || body instanceof MissingNode) {
                throw new WebcastException(
                        Code.CAPTCHA_OR_BLOCKED, "TikTok answered with nothing.");
            }
            return body;
        } catch (IOException e) {
            throw new WebcastException(
                    Code.CAPTCHA_OR_BLOCKED, "TikTok answered with a page instead of data.");
        }
    }

    private static void requireOk(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (status == 200) {
            return;
        }
        if (status == 404) {
            throw notFound();
        }
        if (status >= 500) {
            throw new WebcastException(
                    Code.TIKTOK_UNREACHABLE, "TikTok answered HTTP " + status + ".");
        }
        throw new WebcastException(
                Code.CAPTCHA_OR_BLOCKED,
                "TikTok answered HTTP " + status + ": this address may be blocked.");
    }

    private Duration left(long deadline) {
        var left = Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
        return left.compareTo(settings.requestTimeout()) < 0 ? left : settings.requestTimeout();
    }

    private static WebcastException ageRestricted() {
        return new WebcastException(
                Code.AGE_RESTRICTED, "This LIVE is age restricted: it needs an account.");
    }

    private static WebcastException offline() {
        return new WebcastException(Code.USER_OFFLINE, "This user is not live now.");
    }

    private static WebcastException notFound() {
        return new WebcastException(
                Code.USER_NOT_FOUND,
                "TikTok knows no LIVE of this user. Check the name; sometimes TikTok says so of"
                        + " users who are live.");
    }
}
