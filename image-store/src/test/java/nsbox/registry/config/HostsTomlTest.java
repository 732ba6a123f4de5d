package nsbox.registry.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.image.Reference;
import nsbox.registry.config.Server.Protocol;
import nsbox.registry.config.Tls.Identity;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostsTomlTest {
  private static final String CERTS = "etc/containerd/certs.d/";

  @TempDir Path folder;
  private UserFixture user;

  @BeforeEach
  void makeUser() throws IOException {
    user = new UserFixture(folder);
  }

  @Test
  void asksHostsInTheOrderOfTheFileAndTheServerLast() throws IOException {
    Path file =
        user.system(
            CERTS + "docker.io/hosts.toml",
            """
            server = "https://docker.io"

            [host."https://z-mirror.test"]
              capabilities = ["pull"]
            [host."http://a-mirror.test:5000/base"]
              capabilities = ["pull", "resolve"]
              skip_verify = true
            [host."http://plain.test"]
            [host."https://m.test/v2/cache"]
              override_path = true
              ca = ["one.pem", "/abs/two.pem"]
              client = [["c.cert", "c.key"], ["both.pem", ""], "single.pem"]
              [host."https://m.test/v2/cache".header]
                X-One = "1"
                X-Two = ["a", "b"]
            """);
    List<Endpoint> endpoints = user.pull("alpine");
    assertEquals(
        List.of(
            "z-mirror.test", "a-mirror.test:5000", "plain.test", "m.test", "registry-1.docker.io"),
        endpoints.stream().map(endpoint -> endpoint.server().host()).toList());
    assertEquals(
        List.of("/v2", "/base/v2", "/v2", "/v2/cache", "/v2"),
        endpoints.stream().map(endpoint -> endpoint.server().basePath()).toList());
    assertEquals(
        List.of(
            Protocol.HTTPS,
            Protocol.HTTPS_THEN_HTTP,
            Protocol.HTTP,
            Protocol.HTTPS,
            Protocol.HTTPS),
        endpoints.stream().map(endpoint -> endpoint.server().protocol()).toList());
    assertEquals("[PULL]", endpoints.get(0).uses().toString());
    assertEquals(Optional.of("docker.io"), endpoints.get(0).nameSpace());
    assertEquals(Optional.empty(), endpoints.get(4).nameSpace());
    assertEquals("library/alpine", endpoints.get(0).repository());
    Server fourth = endpoints.get(3).server();
    assertEquals(Map.of("X-One", "1", "X-Two", "a, b"), fourth.headers());
    Path here = file.getParent();
    assertEquals(
        List.of(here.resolve("one.pem"), Path.of("/abs/two.pem")), fourth.tls().authorities());
    assertEquals(
        List.of(
            new Identity(here.resolve("c.cert"), here.resolve("c.key")),
            new Identity(here.resolve("both.pem"), here.resolve("both.pem")),
            new Identity(here.resolve("single.pem"), here.resolve("single.pem"))),
        fourth.tls().identities());
    assertEquals(new Origin(file.toString(), 9), fourth.tls().origin());
    assertEquals(new Origin(file.toString(), 1), endpoints.get(4).server().origin());
    assertEquals(
        "plain.test", user.config().pushEndpoint(Reference.parse("alpine")).server().host());
  }

  @ParameterizedTest
  @CsvSource({"r.test_5000_, one", "r.test:5000, two", "_default, three"})
  void findsTheFolderOfAPortUnderEitherName(String name, String mirror) throws IOException {
    user.system(CERTS + "_default/hosts.toml", "[host.'https://three.test']\n");
    user.system(CERTS + name + "/hosts.toml", "[host.'https://" + mirror + ".test']\n");
    assertEquals(List.of(mirror + ".test/a", "r.test:5000/a"), user.pulled("r.test:5000/a"));
    assertEquals(List.of("three.test/a", "other.test/a"), user.pulled("other.test/a"));
  }

  @Test
  void registriesConfDecidesFirst() throws IOException {
    user.system(CERTS + "_default/hosts.toml", "[host.'https://h.test']\n");
    user.system(
        "etc/containers/registries.conf", "[[registry]]\nprefix='r.test'\nlocation='c.test'\n");
    assertEquals(List.of("c.test/a"), user.pulled("r.test/a"));
    assertEquals(List.of("h.test/a", "s.test/a"), user.pulled("s.test/a"));
  }

  @Test
  void refusesToPushWhereNoHostTakesIt() throws IOException {
    Path file =
        user.system(
            CERTS + "r.test/hosts.toml",
            "server='https://r.test'\ncapabilities=['pull','resolve']\n");
    NoPushServerException refused =
        assertThrows(
            NoPushServerException.class,
            () -> user.config().pushEndpoint(Reference.parse("r.test/a")));
    assertEquals(
        "r.test/a:latest cannot be pushed: " + file + " names no host that takes it",
        refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 | server = "ftp://r.test" | expected http
          1 | server = "https://u:pw@r.test" | expected http
          2 | [host."https://m.test"]~capabilities = ["fly"] | expected pull, resolve and push
          2 | [host."https://m.test"]~ca = 5 | expected an array
          2 | [host."https://m.test"]~client = [["a"]] | a pair of files
          3 | [host."https://m.test"]~[host."https://m.test".header]~X = "a\\nb" | not a header
          1 | host = 5 | expected a table
          """)
  void saysWhichLineIsWrong(int line, String text, String reason) throws IOException {
    Path file = user.system(CERTS + "r.test/hosts.toml", text.replace('~', '\n'));
    InvalidConfigurationException wrong =
        assertThrows(InvalidConfigurationException.class, () -> user.pull("r.test/a"));
    assertTrue(wrong.getMessage().contains(reason), wrong.getMessage());
    assertTrue(!wrong.getMessage().contains("pw"), wrong.getMessage());
    assertEquals(new Origin(file.toString(), line), wrong.origin());
  }
}
