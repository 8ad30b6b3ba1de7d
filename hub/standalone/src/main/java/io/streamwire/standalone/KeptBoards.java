package io.streamwire.standalone;

import io.streamwire.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The simulated boards and their tokens, in a file that only the hub's user can read. */
final class KeptBoards {

    private static final String NAME = "simulated-boards.json";

    private final Path file;
    private List<KeptBoard> boards;

    /**
     * One that is kept.
     *
     * @param userId who has added it; null when that was not written down
     */
    record KeptBoard(UUID workspaceId, UUID deviceId, String token, @Nullable UUID userId) {

        /** Without the token. */
        @Override
        public String toString() {
            return "KeptBoard[workspaceId=" + workspaceId + ", deviceId=" + deviceId + "]";
        }
    }

    private record Kept(List<KeptBoard> boards) {
        Kept {
            boards = List.copyOf(boards);
        }
    }

    private KeptBoards(Path file, List<KeptBoard> boards) {
        this.file = file;
        this.boards = boards;
    }

    static KeptBoards in(Path dataDirectory) {
        var file = dataDirectory.resolve(NAME);
        if (!Files.exists(file)) {
            return new KeptBoards(file, List.of());
        }
        try {
            return new KeptBoards(file, Json.read(Files.readString(file), Kept.class).boards());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized List<KeptBoard> all() {
        return boards;
    }

    synchronized void add(KeptBoard board) {
        change(all -> all.add(board));
    }

    synchronized void remove(UUID deviceId) {
        change(all -> all.removeIf(board -> board.deviceId().equals(deviceId)));
    }

    private void change(Consumer<List<KeptBoard>> change) {
        var changed = new ArrayList<>(boards);
        change.accept(changed);
        try {
            var draft =
                    Files.createTempFile(
                            file.getParent(),
                            NAME,
                            null,
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
            Files.writeString(draft, Json.write(new Kept(changed)), StandardCharsets.UTF_8);
            Files.move(
                    draft,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boards = List.copyOf(changed);
    }
}
