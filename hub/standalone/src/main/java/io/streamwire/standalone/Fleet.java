package io.streamwire.standalone;

import io.streamwire.virtualboard.BoardAccess;
import io.streamwire.virtualboard.PinRecorder;
import io.streamwire.virtualboard.VirtualBoards;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/** Many boards in several workspaces, set up through the public API as their owners would. */
final class Fleet implements AutoCloseable {

    private static final Duration READY = Duration.ofMinutes(3);

    private final List<Site> sites;
    private final VirtualBoards boards;

    /**
     * One workspace.
     *
     * @param api signed in as its owner
     */
    record Site(ApiClient api, UUID workspaceId, List<BoardAccess> boards) {
        Site {
            boards = List.copyOf(boards);
        }
    }

    private Fleet(List<Site> sites, VirtualBoards boards) {
        this.sites = sites;
        this.boards = boards;
    }

    /** Makes accounts, devices and tokens. */
    static List<Site> register(URI gateway, int boards, int workspaces)
            throws InterruptedException {
        var run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        var tasks = new ArrayList<Callable<Site>>();
        for (int n = 0; n < workspaces; n++) {
            var name = "site" + n + "_" + run;
            var share = boards / workspaces + (n < boards % workspaces ? 1 : 0);
            // One by one: passwords are hashed slowly, and a service that has just begun is slow.
            var api = new ApiClient(gateway);
            var workspaceId = api.register(name, UUID.randomUUID().toString());
            tasks.add(() -> furnish(api, workspaceId, share));
        }
        return all(tasks);
    }

    private static Site furnish(ApiClient api, UUID workspaceId, int boards) {
        var accesses = new ArrayList<BoardAccess>();
        for (int n = 0; n < boards; n++) {
            accesses.add(api.newBoard(workspaceId, "Board " + n));
        }
        return new Site(api, workspaceId, accesses);
    }

    /** Switches the boards of all sites on and waits until each is connected and subscribed. */
    static Fleet connect(URI broker, List<Site> sites, PinRecorder recorder) {
        var accesses = sites.stream().flatMap(site -> site.boards().stream()).toList();
        var boards = VirtualBoards.start(broker, accesses, recorder);
        try {
            boards.awaitReady(READY);
            return new Fleet(sites, boards);
        } catch (RuntimeException e) {
            boards.close();
            throw e;
        }
    }

    List<Site> sites() {
        return sites;
    }

    VirtualBoards boards() {
        return boards;
    }

    /** Who all the boards are. */
    List<BoardAccess> accesses() {
        return sites.stream().flatMap(site -> site.boards().stream()).toList();
    }

    int size() {
        return boards.all().size();
    }

    /** Arms every workspace and waits until each board obeys. */
    void arm() throws InterruptedException {
        atEachSite(site -> site.api().post("/api/v1/devices/arm"));
        awaitArmed();
    }

    void awaitArmed() {
        Wait.until(
                READY,
                "the boards are armed",
                () ->
                        boards.statuses().values().stream()
                                .allMatch(status -> status.armed() && status.connected()));
    }

    /** Something that is done for a workspace. */
    interface Call<T> {
        T of(Site site) throws Exception;
    }

    /** Does the same for every workspace, all at once. */
    <T> List<T> atEachSite(Call<T> call) throws InterruptedException {
        return all(sites.stream().<Callable<T>>map(site -> () -> call.of(site)).toList());
    }

    private static <T> List<T> all(List<Callable<T>> tasks) throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<T>();
            for (var answer : threads.invokeAll(tasks)) {
                answers.add(answer.get());
            }
            return answers;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a workspace failed: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        boards.close();
    }
}
