package io.streamwire.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * Who may do what with which topic, in two tables: whose topics are what to whom, and what may be
 * done with them; and the judgement on whoever decides it.
 */
final class AccessMatrix {

    static final List<String> ROLES =
            List.of("device", "sibling", "bridge", "foreign", "ha", "hub");

    /** Whose topics (across) are what to a client (down). */
    private static final Map<String, Map<String, String>> RELATIONS =
            table(
                    """
                             device sibling bridge child late released foreign all other_all ha other_ha
                    device   own    .       .      .     .    .        .       all .         .  .
                    sibling  .      own     .      .     .    .        .       all .         .  .
                    bridge   .      .       own    child child .       .       all .         .  .
                    foreign  .      .       .      .     .    .        own     .   all       .  .
                    ha       .      .       .      .     .    .        .       .   .         ha .
                    hub      hub    hub     hub    hub   hub  hub      hub     hub hub       hubha hubha
                    """);

    /**
     * What may be done with a topic of each kind: p publish, r publish retained, w last will, x
     * retained last will, s subscribe, h subscribe as a shared one.
     */
    private static final Map<String, Map<String, String>> RIGHTS =
            table(
                    """
                                   own  child all hub  ha  hubha
                    up/state       prwx pr    .   sh   s   prwxsh
                    up/describe    prwx pr    .   sh   s   sh
                    up/config      prwx pr    .   sh   s   sh
                    up/ack         pw   p     .   sh   s   sh
                    up/telemetry   pw   p     .   sh   s   sh
                    up/log         pw   p     .   sh   s   sh
                    up/ota         pw   p     .   sh   s   sh
                    up/other       .    .     .   sh   s   sh
                    up/state/more  .    .     .   sh   s   sh
                    up/#           .    .     .   sh   s   sh
                    up/+           .    .     .   sh   s   sh
                    down/cmd       s    s     s   pw   s   pwsh
                    down/safety    s    s     s   prwx s   prwxsh
                    down/config    s    s     s   prwx s   prwxsh
                    down/ota       s    s     s   pw   s   pwsh
                    down/other     .    .     .   .    s   sh
                    down/cmd/more  .    .     .   .    s   sh
                    down/#         s    s     s   .    s   sh
                    down/+         .    .     .   .    s   sh
                    x/down/cmd     .    .     .   .    s   sh
                    x/up/state     .    .     .   .    s   sh
                    other          .    .     .   .    s   sh
                    status         .    .     .   .    pws sh
                    x/state        .    .     .   .    s   prwxsh
                    x/availability .    .     .   .    s   prwxsh
                    x/last         .    .     .   .    s   prwxsh
                    x/other        .    .     .   .    s   sh
                    x/set          .    .     .   .    s   sh
                    x/stop/set     .    .     .   .    pws sh
                    x/stop/set/y   .    .     .   .    s   sh
                    x/command/set  .    .     .   .    s   sh
                    x/command/y/set           . . . . pws sh
                    discovery/device/x/config . . . . s   prwxsh
                    discovery/device/x/other  . . . . s   sh
                    discovery/device/+/config . . . . s   sh
                    discovery/x/config        . . . . s   sh
                    +/cmd          .    .     .   .    s   sh
                    #              .    .     .   .    s   sh
                    """);

    /** Topics that are nobody's; what only the hub may do with them. */
    private static final String ELSEWHERE =
            """
            #                                .
            +/#                              .
            sw/#                             .
            sw/1/#                           .
            sw/1/+/#                         .
            sw/1/+/+/#                       .
            sw/1/+/+/+/#                     .
            sw/1/+/+/down/#                  .
            sw/1/+/+/down/cmd                .
            sw/1/+/ha/#                      sh
            sw/1/+/ha/+/command/+/set        sh
            sw/1/{ws}/+/stop/set             .
            sw/1/{ws}/{me}/stop/set          .
            sw/1/+/+/up/#                    sh
            sw/1/+/+/up/ack                  sh
            sw/1/{ws}/#                      .
            sw/1/{ws}/+/up/state             sh
            sw/1/{ws}/+/down/cmd             .
            sw/1/{ws}/+/down/#               .
            sw/1/+/{me}/down/cmd             .
            sw/1/+/all/down/safety           .
            sw/1/{ws}/{me}/#                 .
            sw/1/{ws}/{me}                   .
            sw/1/{ws}/{me}/up                sh
            sw/1/{ws}/{me}/down              .
            sw/1/{ws}/{ME}/down/cmd          pw
            sw/2/{ws}/{me}/down/cmd          .
            sw/2/{ws}/{me}/up/state          .
            SW/1/{ws}/{me}/up/state          .
            /sw/1/{ws}/{me}/up/state         .
            sw/1/{ws}/{me}/up/state/         sh
            sw/1//{me}/up/state              sh
            sw/1/{ws}/{me}x/up/state         sh
            sw/1/{ws}/x{me}/down/cmd         pw
            $SYS/#                           .
            $SYS/broker/clients/connected    .
            $share/a/$SYS/#                  .
            $share/a/b/sw/1/{ws}/{me}/up/ack .
            homeassistant/switch/config      .
            """;

    private AccessMatrix() {}

    /** Whoever decides: the broker itself, or the function that it asks. */
    interface Decider {

        /**
         * Whether something may be done.
         *
         * @param kind one of {@code prwxsh}
         */
        boolean may(char kind, String topic);
    }

    /**
     * A question that was decided wrongly.
     *
     * @param name of the topic, in the words of the tables
     * @param allowed what was decided
     */
    record Offence(String role, char kind, String name, boolean allowed) {}

    /**
     * Asks everything about one role.
     *
     * @param kinds those of {@code prwxsh} that are asked about
     */
    static List<Offence> judge(String role, String kinds, World world, Decider decider) {
        var offences = new ArrayList<Offence>();
        for (var owner : row(RELATIONS, role).entrySet()) {
            for (var topic : RIGHTS.entrySet()) {
                var right = topic.getValue().getOrDefault(owner.getValue(), ".");
                var name = owner.getKey() + "/" + topic.getKey();
                var whole = world.root(owner.getKey()) + topic.getKey();
                judge(new Question(role, name, whole, right), kinds, decider, offences);
            }
        }
        for (var line : ELSEWHERE.lines().toList()) {
            var cells = line.split(" +", -1);
            var me = role.equals("hub") ? world.id("device") : world.id(role);
            var topic =
                    cells[0].replace("{ws}", world.workspaceOf(role).toString())
                            .replace("{me}", me.toString())
                            .replace("{ME}", me.toString().toUpperCase(Locale.ROOT));
            var right = role.equals("hub") ? cells[1] : ".";
            judge(new Question(role, cells[0], topic, right), kinds, decider, offences);
        }
        return offences;
    }

    private record Question(String role, String name, String topic, String right) {}

    private static void judge(
            Question question, String kinds, Decider decider, List<Offence> offences) {
        var topic = question.topic();
        for (int i = 0; i < kinds.length(); i++) {
            var kind = kinds.charAt(i);
            var wildcard = topic.contains("+") || topic.contains("#");
            if (wildcard && "rwx".indexOf(kind) >= 0) {
                continue; // not a topic at all; p shows that
            }
            if (kind == 'h' && topic.startsWith("$share")) {
                continue;
            }
            var may = decider.may(kind, topic);
            if (may != question.right().indexOf(kind) >= 0) {
                offences.add(new Offence(question.role(), kind, question.name(), may));
            }
        }
    }

    /** Who is who; each run has its own. */
    record World(UUID workspace, UUID otherWorkspace, Map<String, UUID> ids) {

        static World create() {
            var ids = new HashMap<String, UUID>();
            for (var name :
                    List.of(
                            "device",
                            "sibling",
                            "bridge",
                            "child",
                            "late",
                            "released",
                            "foreign",
                            "ha")) {
                ids.put(name, Ids.next());
            }
            return new World(Ids.next(), Ids.next(), ids);
        }

        UUID id(String name) {
            var id = ids.get(name);
            assertThat(id).as(name).isNotNull();
            return id;
        }

        String root(String owner) {
            return switch (owner) {
                case "all" -> "sw/1/" + workspace + "/all/";
                case "other_all" -> "sw/1/" + otherWorkspace + "/all/";
                case "ha" -> "sw/1/" + workspace + "/ha/";
                case "other_ha" -> "sw/1/" + otherWorkspace + "/ha/";
                case "foreign" -> "sw/1/" + otherWorkspace + "/" + id(owner) + "/";
                default -> "sw/1/" + workspace + "/" + id(owner) + "/";
            };
        }

        UUID workspaceOf(String role) {
            return role.equals("foreign") ? otherWorkspace : workspace;
        }
    }

    private static Map<String, String> row(Map<String, Map<String, String>> table, String name) {
        return Objects.requireNonNull(table.get(name));
    }

    /** Row by row: the cells by the names of their columns. */
    private static Map<String, Map<String, String>> table(String text) {
        var lines = text.lines().toList();
        var columns = lines.getFirst().strip().split(" +", -1);
        var table = new LinkedHashMap<String, Map<String, String>>();
        for (var line : lines.subList(1, lines.size())) {
            var cells = line.split(" +", -1);
            var row = new LinkedHashMap<String, String>();
            for (int column = 0; column < columns.length; column++) {
                row.put(columns[column], cells[column + 1]);
            }
            table.put(cells[0], row);
        }
        return table;
    }
}
