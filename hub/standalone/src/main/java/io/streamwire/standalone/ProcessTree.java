package io.streamwire.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What this process and the servers that it started use, read from Linux's /proc. */
record ProcessTree(double cpuSeconds, long residentMiB) {

    private static final double TICKS_PER_SECOND = 100;

    static ProcessTree now() {
        try (var processes =
                Stream.concat(
                        Stream.of(ProcessHandle.current()),
                        ProcessHandle.current().descendants())) {
            var cpu = 0.0;
            var residentKiB = 0L;
            for (var pid : processes.map(ProcessHandle::pid).toList()) {
                cpu += cpuSeconds(pid);
                residentKiB += residentKiB(pid);
            }
            return new ProcessTree(cpu, residentKiB / 1_024);
        }
    }

    /** What one process uses. */
    static long residentMiB(long pid) {
        return residentKiB(pid) / 1_024;
    }

    /** What one process has used since its start. */
    static double cpuSeconds(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
        } catch (IOException _) {
            return 0; // It ended in between, or this is no Linux.
        }
    }

    /** Shared pages are divided among those who share them, so that PostgreSQL counts once. */
    private static long residentKiB(long pid) {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
            return lines.filter(line -> line.startsWith("Pss:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException _) {
            return 0;
        }
    }
}
