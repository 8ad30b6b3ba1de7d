package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who belongs to a workspace, and what may be done in its name. */
@ExtendWith({SharedHub.class, Chromium.class})
class TeamPagesTest {

    private static final String HOSTILE = "<img src=x onerror=window.hacked=1> \u202Eevil";

    @Test
    void theLinkOfAnInvitationLetsSomebodyNewInOnce() {
        var account = Viewer.Account.made();
        try (var owner = Viewer.onDesk().as(account);
                var guest = Viewer.onPhone()) {
            var page = owner.at("/team");
            page.locator("[data-action=invite]").click();
            page.locator("dialog form button[type=submit]").click();
            var link = shown(page);
            assertThat(URI.create(link).getQuery()).isNull();
            assertThat(URI.create(link).getFragment()).startsWith("swi_");

            var theirs = guest.page();
            theirs.navigate(link);
            assertThat(theirs.locator("sw-invitation")).containsText("moderator");
            assertThat(guest.inaccessible()).isEmpty();
            theirs.locator("input[name=display_name]").fill(HOSTILE);
            theirs.locator("input[name=email]").fill(UUID.randomUUID() + "@streamwire.example");
            theirs.locator("input[name=password]").fill(Viewer.PASSWORD);
            theirs.locator("form button[type=submit]").click();
            theirs.waitForURL("**/live");

            var members = owner.at("/team").locator("[data-member]");
            assertThat(members).hasCount(2);
            assertThat(members.nth(1)).containsText("<img src=x onerror=window.hacked=1>");
            assertThat(page.locator("main img")).hasCount(0);
            assertThat(page.evaluate("() => window.hacked")).isNull();
            assertThat(page.locator("[data-invitation]")).hasCount(0);
            theirs.navigate("about:blank");
            theirs.navigate(link);
            assertThat(theirs.locator("sw-invitation")).containsText("not good any more");
            assertThat(owner.faults()).isEmpty();
        }
    }

    @Test
    void anOwnerChangesARoleAndRemovesAMember() {
        var account = Viewer.Account.made();
        var friend = joined(account, "viewer").api().get("/api/v1/auth/me").at("/user/id").asText();
        try (var owner = Viewer.onDesk().as(account)) {
            var page = owner.at("/team");
            assertThat(page.locator("[data-action=leave]")).isDisabled(); // the only owner
            var row = page.locator("[data-member='" + friend + "']");

            row.locator("select").selectOption("admin");

            Wait.until(
                    Duration.ofSeconds(30),
                    "the friend is an admin",
                    () -> account.api().get(members(account)).toString().contains("\"admin\""));
            row.locator("[data-action=remove]").click();
            page.locator("[data-action=confirm]").click();
            assertThat(page.locator("[data-member]")).hasCount(1);
            assertThat(account.api().get(members(account)).toString()).doesNotContain(friend);
            var entries = owner.at("/audit").locator("section[aria-label=Changes] tbody tr");
            assertThat(entries.first()).containsText("removed a member");
            assertThat(owner.faults()).isEmpty();
        }
    }

    @Test
    void aKeyIsShownOnceWorksAndEnds() {
        var account = Viewer.Account.made();
        try (var owner = Viewer.onDesk().as(account)) {
            var page = owner.at("/tokens");
            page.locator("[data-action=new-key]").click();
            page.locator("input[name=key-name]").fill(HOSTILE);
            page.locator("dialog form button[type=submit]").click();
            var key = shown(page);
            assertThat(owner.inaccessible()).isEmpty();
            page.keyboard().press("Escape");

            assertThat(page.locator("[data-key]")).containsText("never used");
            assertThat(page.content()).doesNotContain(key);
            assertThat(page.locator("main img")).hasCount(0);
            var program = new ApiClient(SharedHub.hub().url());
            program.signIn(key);
            assertThat(program.get("/api/v1/devices").path("items")).isEmpty();
            page.locator("[data-action=delete]").click();
            page.locator("[data-action=confirm]").click();
            assertThat(page.locator("[data-key]")).hasCount(0);
            Wait.until(
                    Duration.ofSeconds(30),
                    "the key is refused",
                    () -> refused(() -> program.get("/api/v1/devices")));
            assertThat(owner.faults()).isEmpty();
        }
    }

    @Test
    void whoseRoleSeesLessIsToldSo() {
        var account = Viewer.Account.made();
        var friend = joined(account, "viewer");
        try (var viewer = Viewer.onDesk().as(friend).of(account.workspaceId())) {
            var page = viewer.at("/tokens");
            assertThat(page.locator("main")).containsText("Not for your role");
            assertThat(page.locator("[data-action=new-key]")).hasCount(0);
            assertThat(page.locator("sw-side a[href='/tokens']")).hasCount(0);

            viewer.at("/team");
            assertThat(page.locator("[data-member]")).hasCount(2);
            assertThat(page.locator("main select, [data-action=invite]")).hasCount(0);

            viewer.at("/overlays");
            assertThat(page.locator("[data-kind]")).hasCount(5);
            assertThat(page.locator("[data-action=link]")).hasCount(0);

            viewer.at("/settings");
            assertThat(page.locator("sw-delete-workspace, input[name=workspace-name]")).hasCount(0);
            assertThat(viewer.faults()).isEmpty();
        }
    }

    @Test
    void anotherSessionCanBeEnded() {
        var account = Viewer.Account.made();
        try (var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/settings");
            var sessions = page.locator("[data-session]");
            assertThat(sessions).hasCount(2);

            sessions.locator("[data-action=end]").click();

            assertThat(sessions).hasCount(1);
            assertThat(sessions).containsText("this one");
            Wait.until(
                    Duration.ofSeconds(30),
                    "the other session is refused",
                    () -> refused(() -> account.api().get("/api/v1/devices")));
            assertThat(viewer.faults()).isEmpty();
        }
    }

    @Test
    void theAuditTellsWhoArmedAndWhoStopped() {
        var account = Viewer.Account.made();
        var board = account.api().newBoard(account.workspaceId(), HOSTILE);
        account.api()
                .post(
                        "/api/v1/devices/arm",
                        Map.of("for_ms", 60_000, "device_ids", List.of(board.deviceId())));
        account.api().post("/api/v1/devices/stop", Map.of());
        var me = account.api().get("/api/v1/auth/me").at("/user/display_name").asText();
        Wait.until(
                Duration.ofSeconds(30),
                "both are written",
                () -> account.api().get("/api/v1/devices/safety-log").path("items").size() == 2);
        try (var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/audit");
            var rows = page.locator("sw-safety-log tbody tr");

            assertThat(rows).hasCount(2);
            assertThat(rows.first()).containsText("Stopped");
            assertThat(rows.first()).containsText("all devices");
            assertThat(rows.first()).containsText(me);
            assertThat(rows.last()).containsText("Armed");
            assertThat(rows.last()).containsText("until ");
            assertThat(rows.last()).containsText(HOSTILE);
            assertThat(page.locator("main img")).hasCount(0);
            assertThat(viewer.inaccessible()).isEmpty();
            assertThat(viewer.faults()).isEmpty();
        }
    }

    @Test
    void aTimeZoneAndALanguageHoldForEveryPage() {
        var account = Viewer.Account.made();
        try (var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/settings");
            page.locator("select[name=settings-zone]").selectOption("Pacific/Kiritimati");
            page.locator("select[name=settings-language]").selectOption("es");
            assertThat(page.locator("html")).hasAttribute("lang", "es");

            var made =
                    Instant.parse(
                                    account.api()
                                            .get(
                                                    "/api/v1/workspaces/"
                                                            + account.workspaceId()
                                                            + "/audit")
                                            .at("/items/0/at")
                                            .asText())
                            .atZone(ZoneId.of("Pacific/Kiritimati"));
            viewer.at("/audit");

            assertThat(page.locator("tbody td").first())
                    .containsText(made.format(DateTimeFormatter.ofPattern("H:mm:ss")));
            assertThat(page.locator("html")).hasAttribute("lang", "es");
        }
    }

    @Test
    void aWorkspaceIsDeletedOnlyWithItsName() {
        var account = Viewer.Account.made();
        account.api().post("/api/v1/workspaces", Map.of("name", "Another"));
        try (var viewer = Viewer.onDesk().as(account).of(account.workspaceId())) {
            var page = viewer.at("/settings");
            page.locator("input[name=workspace-name]").fill("Shelf");
            page.locator("input[name=workspace-name]").press("Enter");
            assertThat(page.locator("sw-workspace").first()).containsText("Shelf");
            page.locator("[data-action=delete-workspace]").click();
            var delete = page.locator("dialog button[type=submit]");
            assertThat(delete).isDisabled();
            page.locator("input[name=typed-name]").fill("shelf");
            assertThat(delete).isDisabled();
            page.locator("input[name=typed-name]").fill("Shelf");

            delete.click();

            page.waitForURL("**/live");
            assertThat(viewer.context().request().get("/api/v1/workspaces").text())
                    .contains("Another")
                    .doesNotContain(account.workspaceId().toString());
        }
    }

    @Test
    void theSecretOfWebhooksIsMadeOnThePageAndShownOnce() {
        var account = Viewer.Account.made();
        try (var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/settings");
            page.locator("[data-action=secret]").click();
            page.locator("[data-action=confirm]").click();

            assertThat(page.locator("sw-webhooks pre.secret"))
                    .hasText(Pattern.compile("^whsec_[A-Za-z0-9+/=]{32,}$"));
            assertThat(viewer.at("/settings").locator("sw-webhooks pre.secret")).hasCount(0);
            assertThat(viewer.faults()).isEmpty();
        }
    }

    @Test
    void aWrongPasswordIsSaidAndANewOneCounts() {
        var account = Viewer.Account.made();
        try (var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/settings");
            page.locator("input[name=current-password]").fill("not the one");
            page.locator("input[name=new-password]").fill("another long password");
            page.locator("sw-password button[type=submit]").click();
            assertThat(page.locator("sw-password [role=alert]")).containsText("not right");

            page.locator("input[name=current-password]").fill(Viewer.PASSWORD);
            page.locator("sw-password button[type=submit]").click();

            assertThat(page.locator("[data-session]")).hasCount(1);
            assertThat(page.locator("sw-password [role=alert]")).hasCount(0);
        }
    }

    /** The secret that a dialog shows. */
    private static String shown(Page page) {
        var secret = page.locator("dialog pre.secret");
        assertThat(secret).hasText(Pattern.compile("sw[ik]_"));
        return secret.textContent().strip();
    }

    private static Viewer.Account joined(Viewer.Account owner, String role) {
        var secret =
                owner.api()
                        .post(
                                "/api/v1/workspaces/" + owner.workspaceId() + "/invitations",
                                Map.of("role", role))
                        .required("secret")
                        .asText();
        var friend = Viewer.Account.made();
        friend.api().post("/api/v1/auth/invitations/accept", Map.of("secret", secret));
        return friend;
    }

    private static String members(Viewer.Account account) {
        return "/api/v1/workspaces/" + account.workspaceId() + "/members";
    }

    private static boolean refused(Runnable call) {
        try {
            call.run();
            return false;
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("answered 401");
            return true;
        }
    }
}
