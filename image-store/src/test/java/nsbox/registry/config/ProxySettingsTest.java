package nsbox.registry.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxySettingsTest {
  @TempDir Path folder;
  private UserFixture user;

  @BeforeEach
  void makeUser() throws IOException {
    user = new UserFixture(folder);
  }

  @Test
  void eachSchemeHasItsVariable() throws IOException {
    assertEquals(Optional.empty(), proxy("https://r.test/"));
    user.environment.put("all_proxy", "socks5://all.test");
    assertEquals("socks5://all.test:1080 all_proxy", shown("https://r.test/"));
    user.environment.put("https_proxy", "https://lower.test");
    assertEquals("https://lower.test:443 https_proxy", shown("https://r.test/"));
    user.environment.put("HTTPS_PROXY", "upper.test:3128");
    assertEquals("http://upper.test:3128 HTTPS_PROXY", shown("https://r.test/"));
    user.environment.put("HTTP_PROXY", "http://plain.test/");
    assertEquals("http://plain.test:80 HTTP_PROXY", shown("http://r.test/"));
    user.environment.put("HTTPS_PROXY", "");
    assertEquals("https://lower.test:443 https_proxy", shown("https://r.test/"));
  }

  @Test
  void credentialsOfTheUrlAreDecodedAndSecret() throws IOException {
    user.environment.put("HTTPS_PROXY", "http://me:p%40ss+w@p.test:8080");
    ProxyRule rule = proxy("https://r.test").get();
    assertEquals("me", rule.credential().get().username());
    assertEquals("p@ss+w", rule.credential().get().secret().reveal());
    assertFalse(rule.toString().contains("p@ss"), rule.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "https://localhost:5000, true",
    "https://127.9.9.9, true",
    "https://[::1]:5000, true",
    "https://r.test, false"
  })
  void loopbackIsNeverProxied(String uri, boolean direct) throws IOException {
    user.environment.put("HTTPS_PROXY", "p.test");
    assertEquals(direct, proxy(uri).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "*, r.test, true",
    "r.test, r.test, true",
    "r.test, a.r.test, true",
    "r.test, R.TEST, true",
    "r.test, bar.test, false",
    "r.test, xr.test, false",
    ".r.test, r.test, false",
    ".r.test, a.r.test, true",
    "*.r.test, r.test, false",
    "*.r.test, a.r.test, true",
    "r.test:443, r.test, true",
    "r.test:5000, r.test, false",
    "r.test:5000, r.test:5000, true",
    "10.0.0.0/8, 10.9.8.7, true",
    "10.0.0.0/8, 11.9.8.7, false",
    "10.0.0.0/8, r.test, false",
    "10.1.2.3, 10.1.2.3:5000, true",
    "10.1.2.3:443, 10.1.2.3:5000, false",
    "fd00::/8, [fd00::7], true",
    "fd00::7, [fd00::7]:5000, true",
    "[fd00::7]:5000, [fd00::7]:5000, true",
    "'other.test, r.test ,', r.test, true",
    "', ,', r.test, false",
    "test, r.test, true"
  })
  void exceptionsAreThoseOfGo(String exceptions, String host, boolean direct) throws IOException {
    user.environment.put("HTTPS_PROXY", "p.test");
    user.environment.put("no_proxy", exceptions);
    assertEquals(direct, proxy("https://" + host + "/v2/").isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://u:SECRET@p.test, 'HTTPS_PROXY: expected http://, https:// or socks5:// and a host'",
    "http://u:SECRET@, 'HTTPS_PROXY: expected http://, https:// or socks5:// and a host'",
    "http://u:SECRET@p .test, HTTPS_PROXY: is not a URL"
  })
  void aWrongUrlIsRefusedWithoutShowingIt(String value, String message) {
    user.environment.put("HTTPS_PROXY", value);
    InvalidConfigurationException wrong =
        assertThrows(InvalidConfigurationException.class, () -> proxy("https://r.test"));
    assertEquals(message, wrong.getMessage());
  }

  private Optional<ProxyRule> proxy(String uri) throws IOException {
    return user.config().proxyFor(URI.create(uri));
  }

  private String shown(String uri) throws IOException {
    ProxyRule rule = proxy(uri).get();
    return rule.scheme() + "://" + rule.host() + ":" + rule.port() + " " + rule.origin();
  }
}
