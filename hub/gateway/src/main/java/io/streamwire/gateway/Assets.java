package io.streamwire.gateway;

import io.streamwire.contract.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The dashboard's files, in memory, as they are and compressed. {@link #base} has a hash of all of
 * them in it, so that a browser may keep what lies below it for ever.
 */
final class Assets {

    private static final String OWN = "io/streamwire/gateway/dashboard";
    private static final String WEBJARS = "META-INF/resources/webjars/";
    private static final String LIBRARY = "lib/";

    private static final List<Library> LIBRARIES =
            List.of(
                    new Library("lit", "lit", "index.js"),
                    new Library("lit-html", "lit-html", "lit-html.js"),
                    new Library("lit-element", "lit-element", "index.js"),
                    new Library(
                            "@lit/reactive-element",
                            "lit__reactive-element",
                            "reactive-element.js"),
                    new Library("chart.js", "chart.js", "dist/chart.umd.min.js"));

    private final Map<String, Asset> assets = new HashMap<>();
    private final String base;
    private final String importMap;

    /**
     * A library that modules import by name.
     *
     * @param entry the module that the bare name stands for
     */
    private record Library(String name, String webjar, String entry) {

        Map<String, byte[]> files() {
            var found = new TreeMap<String, byte[]>();
            // The first segment is the webjar's version.
            new ResourceFolder(WEBJARS + webjar)
                    .files(this::wanted)
                    .forEach((path, bytes) ->
                            found.put(LIBRARY + webjar + "/" + unversioned(path), bytes));
            return found;
        }

        private boolean wanted(String path) {
            var file = unversioned(path);
            if (entry.startsWith("dist/")) {
                return file.equals(entry);
            }
            return file.endsWith(".js")
                    && !file.startsWith("development/")
                    && !file.startsWith("node/");
        }

        private static String unversioned(String path) {
            return path.substring(path.indexOf('/') + 1);
        }
    }

    Assets() {
        var files = new TreeMap<>(new ResourceFolder(OWN).files(_ -> true));
        LIBRARIES.forEach(library -> files.putAll(library.files()));
        base = "/ui/" + hash(files);
        importMap = importMap(base);
        files.forEach((name, bytes) -> assets.put(name, new Asset(name, filled(name, bytes))));
    }

    /** Where everything but the pages lies, {@code /ui/0123456789abcdef}. */
    String base() {
        return base;
    }

    /** A file by its path below the dashboard's folder. */
    Optional<Asset> find(String path) {
        return Optional.ofNullable(assets.get(path));
    }

    /** How a Content-Security-Policy names the one inline script. */
    String importMapHash() {
        return "'sha256-"
                + Base64.getEncoder()
                        .encodeToString(sha256().digest(importMap.getBytes(StandardCharsets.UTF_8)))
                + "'";
    }

    private byte[] filled(String name, byte[] bytes) {
        if (name.startsWith(LIBRARY) || !name.matches("index\\.html|sw\\.js|.*\\.webmanifest")) {
            return bytes;
        }
        return new String(bytes, StandardCharsets.UTF_8)
                .replace("@base@", base)
                .replace("@import-map@", importMap)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String importMap(String base) {
        var imports = new TreeMap<String, String>();
        for (var library : LIBRARIES) {
            var folder = base + "/" + LIBRARY + library.webjar() + "/";
            imports.put(library.name(), folder + library.entry());
            imports.put(library.name() + "/", folder);
        }
        return Json.write(Map.of("imports", imports));
    }

    private static String hash(Map<String, byte[]> files) {
        var digest = sha256();
        files.forEach((name, bytes) -> {
            digest.update(name.getBytes(StandardCharsets.UTF_8));
            digest.update(sha256().digest(bytes));
        });
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
