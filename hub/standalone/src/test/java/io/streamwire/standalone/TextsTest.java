package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import com.microsoft.playwright.Page;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({SharedHub.class, Chromium.class})
class TextsTest {

    /** Each text that a language lacks, has too much, or fills in differently from English. */
    private static final String DIFFERENCES =
            """
            async () => {
              const base = document.querySelector('script[type=module]').src.replace(/app\\.js$/, '');
              const {routes} = await import(base + 'routes.js');
              const {LANGUAGES} = await import(base + 'core/prefs.js');
              const areas = new Set(['shell', 'problems', ...routes.flatMap(({texts}) => texts)]);
              const read = async (language, area) =>
                (await import(`${base}strings/${language}/${area}.js`)).default;
              const names = (text) =>
                [...new Set(JSON.stringify(text).match(/\\{\\w+\\}/g) ?? [])].filter((name) => name !== '{count}' && name !== '{n}').sort().join();
              const found = [];
              for (const area of areas) {
                const english = await read('en', area);
                for (const language of Object.keys(LANGUAGES)) {
                  const texts = await read(language, area);
                  for (const key of new Set([...Object.keys(english), ...Object.keys(texts)])) {
                    const place = `${language}/${area}.${key}`;
                    if (!(key in texts)) found.push(`${place} is missing`);
                    else if (!(key in english)) found.push(`${place} is not in English`);
                    else if (names(texts[key]) !== names(english[key])) found.push(`${place} fills in other names`);
                  }
                }
              }
              return found;
            }
            """;

    @Test
    void everyLanguageSaysTheSame() {
        try (var viewer = Viewer.onDesk()) {
            viewer.page().navigate("/sign-in");
            viewer.heading().waitFor();

            assertThat((List<?>) viewer.page().evaluate(DIFFERENCES)).isEmpty();
        }
    }

    @Test
    void noLanguageSaysOneWhereThereIsNone() {
        try (var viewer = Viewer.onDesk()) {
            viewer.page().navigate("/sign-in");
            viewer.heading().waitFor();

            assertThat(
                            viewer.page()
                                    .evaluate(
                                            """
                                            async () => {
                                              const base = document.querySelector('script[type=module]').src.replace(/app\\.js$/, '');
                                              const {LANGUAGES, prefs} = await import(base + 'core/prefs.js');
                                              const {loadTexts, t} = await import(base + 'core/text.js');
                                              const said = [];
                                              for (const language of Object.keys(LANGUAGES)) {
                                                prefs.set({...prefs.get(), language});
                                                await loadTexts('system');
                                                said.push(t('system.gaps', {count: 0}));
                                              }
                                              return said;
                                            }
                                            """))
                    .asInstanceOf(LIST)
                    .hasSize(5)
                    .allSatisfy(said -> assertThat((String) said).startsWith("0 "));
        }
    }

    @Test
    void theLanguageIsChosenInTheMenuAndKept() {
        try (var viewer = Viewer.onDesk().as(Viewer.Account.made())) {
            var page = viewer.at("/devices");
            page.locator("sw-account button").click();
            page.locator("select[name=language]").selectOption("es");

            assertThat(viewer.heading()).hasText("Dispositivos");
            assertThat(page.locator("html")).hasAttribute("lang", "es");
            page.reload(new Page.ReloadOptions());
            assertThat(viewer.heading()).hasText("Dispositivos");
        }
    }
}
