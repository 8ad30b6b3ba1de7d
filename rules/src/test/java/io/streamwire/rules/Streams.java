package io.streamwire.rules;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Script;
import io.streamwire.contract.Action;
import io.streamwire.contract.Decision;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Stream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;

/** What lies on the streams of one workspace. */
record Streams(Bus bus, UUID workspaceId) {

    private static final Script PUBLISH = Script.of(Streams.class, "publish.lua");
    private static final Script RANGE = Script.of(Streams.class, "range.lua");
    private static final Script COMMAND = Script.of(Streams.class, "command.lua");

    int partition() {
        return bus.partition(workspaceId);
    }

    void publish(LiveEvent... events) {
        publish(Hops.now(), events);
    }

    void publish(long frameMicros, LiveEvent... events) {
        var args = new ArrayList<String>();
        for (var event : events) {
            args.addAll(entry(event.id().toString(), event.type(), frameMicros, Json.write(event)));
        }
        bus.call(PUBLISH, List.of(Stream.EVENTS.key(partition())), args).join();
    }

    /** An entry whose body is whatever it is. */
    void publishBody(String type, String body) {
        var args = entry("broken", type, Hops.now(), body);
        bus.call(PUBLISH, List.of(Stream.EVENTS.key(partition())), args).join();
    }

    private List<String> entry(String id, String type, long frameMicros, String body) {
        return List.of(id, workspaceId.toString(), type, Long.toString(frameMicros), body);
    }

    /** Any Redis command on a key of the partition. */
    String redis(String command, String name, String... args) {
        var all = new ArrayList<String>();
        all.add(command);
        all.addAll(List.of(args));
        return bus.call(COMMAND, List.of(Stream.key(partition(), name)), all).join().text(0);
    }

    List<Decision> decisions() {
        return entries(Stream.DECISIONS).stream()
                .map(entry -> Json.read(entry.body(), Decision.class))
                .toList();
    }

    List<Action> actions() {
        return entries(Stream.ACTIONS).stream()
                .filter(entry -> entry.type().equals(Action.TYPE))
                .map(entry -> Json.read(entry.body(), Action.class))
                .toList();
    }

    List<Entry> entries(Stream stream) {
        var entries = new ArrayList<Entry>();
        var reply = bus.call(RANGE, List.of(stream.key(partition())), List.of()).join();
        for (var value : reply.values()) {
            if (value instanceof List<?> entry && entry.get(1) instanceof List<?> flat) {
                var fields = new HashMap<String, String>();
                for (int i = 0; i < flat.size(); i += 2) {
                    fields.put(String.valueOf(flat.get(i)), String.valueOf(flat.get(i + 1)));
                }
                if (workspaceId.toString().equals(fields.get("workspace_id"))) {
                    entries.add(new Entry(String.valueOf(entry.get(0)), partition(), fields));
                }
            }
        }
        return entries;
    }
}
