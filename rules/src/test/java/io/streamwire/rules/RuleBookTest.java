package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.rules.Trigger.CommentMode;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RuleBookTest {

    private static final Trigger SPIN = new Trigger.Comment(CommentMode.CONTAINS, "spin");

    @Test
    void rulesThatCannotBeCompiledAreNobodyElsesTrouble() {
        var bad = new RuleExamples(Ids.next());
        var good = new RuleExamples(Ids.next());
        try (var database = database();
                var bus = Servers.bus();
                var book =
                        new RuleBook(
                                new RuleStore(database),
                                bus,
                                Duration.ofMillis(50),
                                rules -> compiled(rules, bad.workspaceId()))) {
            book.start();
            assertThat(listens(book, good)).isFalse();
            keep(database, bad.rule(SPIN));
            book.changed(bad.workspaceId());
            Await.until(() -> listens(book, bad));

            keep(database, bad.rule(SPIN));
            book.changed(bad.workspaceId());
            keep(database, good.rule(SPIN));

            // Nobody announces these: they are found by their version, in a later round.
            Await.until(() -> listens(book, good));
            assertThat(listens(book, bad)).isTrue();
        }
    }

    /** Of one workspace only the first rule. */
    private static RuleEngine compiled(List<Rule> rules, UUID onlyOneOf) {
        if (rules.getFirst().workspaceId().equals(onlyOneOf) && rules.size() > 1) {
            throw new StackOverflowError("too deep");
        }
        return new RuleEngine(rules);
    }

    private static boolean listens(RuleBook book, RuleExamples rules) {
        return book.engine(rules.workspaceId()).listensTo("tiktok.comment");
    }

    private static void keep(Database database, Rule rule) {
        var _ =
                new RuleStore(database)
                        .create(rule.workspaceId(), rule.id(), rule.definition(), Ids.next());
    }

    private static Database database() {
        return Database.open(
                Configuration.load(
                        Map.of(
                                "database.url", Servers.EMBEDDED.jdbcUrl("rules_db"),
                                "database.user", Servers.EMBEDDED.databaseUser(),
                                "database.password", Servers.EMBEDDED.databasePassword()),
                        null),
                "rules");
    }

    @Test
    void everyInstanceHearsOfAChange() {
        var never = Duration.ofHours(1);
        var workspaceId = Ids.next();
        var rule = new RuleExamples(workspaceId).rule(SPIN);

        try (var database = database();
                var bus = Servers.bus();
                var otherBus = Servers.bus();
                var book = new RuleBook(new RuleStore(database), bus, never);
                var otherBook = new RuleBook(new RuleStore(database), otherBus, never)) {
            book.start();
            otherBook.start();
            assertThat(otherBook.engine(workspaceId).listensTo("tiktok.comment")).isFalse();

            keep(database, rule);
            book.changed(workspaceId);

            Await.until(() -> book.engine(workspaceId).listensTo("tiktok.comment"));
            Await.until(() -> {
                book.changed(workspaceId); // the other one may have begun to listen only now
                return otherBook.engine(workspaceId).listensTo("tiktok.comment");
            });
        }
    }
}
