package io.streamwire.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.service.Configuration;
import io.streamwire.service.Problem;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PasswordsTest {

    @Test
    void hashesCostWhatOwaspAsksFor() {
        var settings = AuthSettings.of(Configuration.load(Map.of(), null));
        try (var passwords = new Passwords(1, 1, settings.hashMemory())) {
            assertThat(passwords.hash("a long password"))
                    .startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        }
    }

    @Test
    void aCrowdLeavesAProcessorToOthersAndIsTurnedAwayInTime() throws Exception {
        int processors = Runtime.getRuntime().availableProcessors();
        try (var passwords = new Passwords(64, 2, 19_456);
                var crowd = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<String> one =
                    () -> {
                        try {
                            return passwords.hash("correct horse battery");
                        } catch (Problem e) {
                            return e.code();
                        }
                    };
            var all = new ArrayList<Callable<String>>();
            for (int n = 0; n < processors * 10; n++) {
                all.add(one);
            }

            var answers = crowd.invokeAll(all);

            var texts = new ArrayList<String>();
            for (var answer : answers) {
                texts.add(answer.get());
            }
            assertThat(texts).contains("auth_busy").anyMatch(text -> text.startsWith("$argon2id$"));
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .filteredOn(name -> name.startsWith(Passwords.THREAD))
                    .hasSizeLessThanOrEqualTo(Math.max(1, processors - 1) * 2);
        }
    }
}
