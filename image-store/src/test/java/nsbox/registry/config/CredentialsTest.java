package nsbox.registry.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import nsbox.image.Reference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
  private static final String DOCKER = ".docker/config.json";

  @TempDir Path folder;
  private UserFixture user;

  @BeforeEach
  void makeUser() throws IOException {
    user = new UserFixture(folder);
  }

  @Test
  void filesAreAskedInPodmansOrder() throws IOException {
    assertEquals("nobody", who("r.test", "a"));
    user.home(
        ".dockercfg",
        "{\"https://r.test/v1/\": {\"auth\": \"" + UserFixture.basic("legacy", "x") + "\"}}");
    assertEquals("legacy", who("r.test", "a"));
    user.home(DOCKER, UserFixture.auths("r.test", "docker", "x"));
    assertEquals("docker", who("r.test", "a"));
    user.environment.put(
        "DOCKER_CONFIG",
        user.home("other/config.json", UserFixture.auths("r.test", "other", "x"))
            .getParent()
            .toString());
    assertEquals("other", who("r.test", "a"));
    user.home(".config/containers/auth.json", UserFixture.auths("r.test", "config", "x"));
    assertEquals("config", who("r.test", "a"));
    user.system("run/containers/0/auth.json", UserFixture.auths("r.test", "run", "x"));
    assertEquals("run", who("r.test", "a"));
    Path runtime =
        user.home("run/containers/auth.json", UserFixture.auths("r.test", "runtime", "x"));
    user.environment.put("XDG_RUNTIME_DIR", runtime.getParent().getParent().toString());
    assertEquals("runtime", who("r.test", "a"));
    user.environment.put(
        "REGISTRY_AUTH_FILE",
        user.home("env.json", UserFixture.auths("r.test", "env", "x")).toString());
    assertEquals("env", who("r.test", "a"));
    Path option = user.home("option.json", UserFixture.auths("r.test", "option", "x"));
    Optional<Credential> found =
        user.config()
            .with(
                new Overrides(
                    Optional.empty(), Optional.of(option), Optional.empty(), Optional.empty()))
            .credential(server("r.test"), "a");
    assertEquals("option", found.get().username());
    assertEquals(new Origin(option.toString(), 2), found.get().origin());
    Credential own = Overrides.credential("me:pass:word");
    assertEquals("pass:word", own.secret().reveal());
    assertEquals(
        Optional.of(own),
        user.config()
            .with(
                new Overrides(
                    Optional.empty(), Optional.of(option), Optional.of(own), Optional.empty()))
            .credential(server("r.test"), "a"));
  }

  @Test
  void aFileWithoutTheRegistryLetsTheNextOneSpeak() throws IOException {
    user.environment.put(
        "REGISTRY_AUTH_FILE", user.home("env.json", "{\"auths\":{\"r.test\":{}}}").toString());
    user.home(DOCKER, UserFixture.auths("r.test", "docker", "x"));
    assertEquals("docker", who("r.test", "a"));
  }

  @Test
  void theMostSpecificNamespaceWins() throws IOException {
    Path file =
        user.home(
            ".config/containers/auth.json",
            """
            {"auths": {
              "r.test": {"auth": "%s"},
              "r.test/foo": {"auth": "%s"},
              "r.test/foo/bar/image": {"auth": "%s"},
              "docker.io/team": {"auth": "%s"}
            }}
            """
                .formatted(
                    UserFixture.basic("all", "x"),
                    UserFixture.basic("foo", "x"),
                    UserFixture.basic("image", "x"),
                    UserFixture.basic("team", "x")));
    assertEquals("image", who("r.test", "foo/bar/image"));
    assertEquals("foo", who("r.test", "foo/bar"));
    assertEquals("foo", who("r.test", "foo"));
    assertEquals("all", who("r.test", "foobar"));
    assertEquals("all", who("r.test", ""));
    assertEquals("nobody", who("r.test:5000", "foo"));
    assertEquals("team", who("registry-1.docker.io", "team/app"));
    assertEquals("nobody", who("registry-1.docker.io", "library/app"));
    assertEquals(new Origin(file.toString(), 4), find("r.test", "foo/bar/image").get().origin());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://index.docker.io/v1/",
        "index.docker.io",
        "registry-1.docker.io",
        "docker.io",
        "https://registry-1.docker.io",
        "https://index.docker.io/v2/"
      })
  void dockerIoIsKnownUnderAllItsNames(String key) throws IOException {
    user.home(DOCKER, UserFixture.auths(key, "hub", "x"));
    assertEquals("hub", who("registry-1.docker.io", "library/alpine"));
    assertEquals("nobody", who("r.test", "library/alpine"));
  }

  @Test
  void readsOldUrlsAndSeparateFieldsAndTokens() throws IOException {
    user.home(
        DOCKER,
        """
        {"auths": {
          "https://old.test:5000/v1/": {"auth": "%s"},
          "fields.test": {"username": "u", "password": "p:w"},
          "token.test": {"auth": "%s", "identitytoken": "refresh"},
          "empty.test": {}
        }}
        """
            .formatted(UserFixture.basic("old", "x"), UserFixture.basic("0000", "")));
    assertEquals("old", who("old.test:5000", "a"));
    assertEquals("p:w", find("fields.test", "a").get().secret().reveal());
    Credential token = find("token.test", "a").get();
    assertEquals("", token.username());
    assertEquals("refresh", token.secret().reveal());
    assertTrue(token.identityToken());
    assertEquals("nobody", who("empty.test", "a"));
  }

  @Test
  void asksTheHelperOfTheRegistryBeforeTheStoreAndTheFile() throws IOException {
    user.helper("one", "echo '{\"ServerURL\":\"\",\"Username\":\"'$(cat)'\",\"Secret\":\"s\"}'");
    user.helper("all", "cat >/dev/null; echo '{\"Username\":\"<token>\",\"Secret\":\"refresh\"}'");
    Path file =
        user.home(
            DOCKER,
            """
            {"auths": {"one.test": {"auth": "%s"}},
             "credHelpers": {
               "one.test": "one",
               "https://index.docker.io/v1/": "one"},
             "credsStore": "all"}
            """
                .formatted(UserFixture.basic("file", "x")));
    Credential one = find("one.test", "a/b").get();
    assertEquals("one.test", one.username());
    assertEquals("docker-credential-one (" + file + ":3)", one.origin().toString());
    assertEquals("https://index.docker.io/v1/", who("registry-1.docker.io", "library/a"));
    Credential other = find("other.test", "a").get();
    assertTrue(other.identityToken());
    assertEquals("", other.username());
    assertEquals("refresh", other.secret().reveal());
  }

  @Test
  void aHelperThatKnowsNothingLetsTheFileSpeak() throws IOException {
    user.keepingHelper("keeper");
    user.home(
        DOCKER,
        "{\"credsStore\": \"keeper\", \"auths\": {\"r.test\": {\"auth\": \""
            + UserFixture.basic("file", "x")
            + "\"}}}");
    assertEquals("file", who("r.test", "a"));
    assertEquals("nobody", who("s.test", "a"));
  }

  @Test
  void registriesConfMayNameHelpersForAll() throws IOException {
    user.helper("all", "cat >/dev/null; echo '{\"Username\":\"h\",\"Secret\":\"s\"}'");
    user.home(DOCKER, UserFixture.auths("r.test", "file", "x"));
    user.system(
        "etc/containers/registries.conf", "credential-helpers = ['containers-auth.json', 'all']\n");
    assertEquals("file", who("r.test", "a"));
    assertEquals("h", who("s.test", "a"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          cat >/dev/null; echo 'SECRET something'                                | gave no credential for r.test
          cat >/dev/null; echo '{"Username":"","Secret":"SECRET"}'               | gave no credential for r.test
          cat >/dev/null; echo SECRET >&2; exit 3                                | gave no credential for r.test
          """)
  void saysWhichHelperFailedAndNothingThatItPrinted(String script, String reason)
      throws IOException {
    user.helper("bad", script);
    Path file = user.home(DOCKER, "{\"credsStore\":\"bad\"}");
    HelperFailedException failed =
        assertThrows(HelperFailedException.class, () -> find("r.test", "a"));
    assertEquals(
        "docker-credential-bad, which " + file + ":1 names, " + reason, failed.getMessage());
    assertFalse(trace(failed).contains("SECRET"));
  }

  @ParameterizedTest
  @CsvSource({
    "gone, 'is in no folder of PATH'",
    "../../bin/sh, cannot be the name of a credential helper",
    "-x, cannot be the name of a credential helper"
  })
  void runsOnlyWhatPathHasUnderASafeName(String name, String reason) throws IOException {
    user.home(DOCKER, "{\"credsStore\":\"" + name + "\"}");
    ConfigException failed = assertThrows(ConfigException.class, () -> find("r.test", "a"));
    assertTrue(failed.getMessage().contains(reason), failed.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          3 | {"auths": {~~"r.test": {"auth": "SECRET!"}}} | r.test: auth is not base64
          2 | {"auths": {~"r.test": {"auth": "U0VDUkVU"}}} | r.test: auth has no colon in it
          2 | {"auths": {~"r.test": {"auth": SECRET}}} | not a JSON object
          2 | {"auths":~{"r.test": {"password": 1234567}}} | password: expected a string
          2 | {"auths": {~"r.test": "SECRET"}} | r.test: expected an object
          2 | {~"auths": []} | auths: expected an object
          2 | {"credHelpers": {~"r.test": 5}} | r.test: expected a string
          1 | [] | not a JSON object
          """)
  void saysWhichLineIsWrongAndNothingOfTheSecret(int line, String text, String reason)
      throws IOException {
    Path file = user.home(DOCKER, text.replace('~', '\n'));
    InvalidConfigurationException wrong =
        assertThrows(InvalidConfigurationException.class, () -> find("r.test", "a"));
    assertTrue(wrong.getMessage().contains(reason), wrong.getMessage());
    if (!text.equals("[]")) {
      assertEquals(new Origin(file.toString(), line), wrong.origin());
    }
    assertFalse(trace(wrong).contains("SECRET"));
    assertFalse(trace(wrong).contains("1234567"));
  }

  @Test
  void aChosenFileThatIsMissingIsAMistake() {
    user.environment.put("REGISTRY_AUTH_FILE", "/not/there.json");
    assertEquals(
        "REGISTRY_AUTH_FILE: there is no file /not/there.json",
        assertThrows(InvalidConfigurationException.class, () -> find("r.test", "a")).getMessage());
  }

  @Test
  void explainsWhoSuppliedWhatWithoutSecrets() throws IOException {
    Path file = user.home(DOCKER, UserFixture.auths("r.test", "me", "SECRET"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    String text = String.join("\n", user.config().explain(Reference.parse("r.test/a")));
    assertEquals(
        """
        r.test/v2/a for [PULL, RESOLVE, PUSH] by HTTPS: default
          certificates verified: default
          credential of me: %s:2
        %s: every user of this host may read the credentials in it\
        """
            .formatted(file, file),
        text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertFalse(user.config().explain(Reference.parse("r.test/a")).toString().contains("every"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "user", ":password"})
  void credsNeedsUserAndColon(String text) {
    assertEquals(
        "--creds: expected USER:PASSWORD",
        assertThrows(InvalidConfigurationException.class, () -> Overrides.credential(text))
            .getMessage());
  }

  private Optional<Credential> find(String host, String repository) throws IOException {
    return user.config().credential(server(host), repository);
  }

  private String who(String host, String repository) throws IOException {
    return find(host, repository).map(Credential::username).orElse("nobody");
  }

  private static Server server(String host) {
    return new Server(host, "/v2", Server.Protocol.HTTPS, Tls.DEFAULT, Map.of(), Origin.DEFAULT);
  }

  private static String trace(Exception exception) {
    StringWriter text = new StringWriter();
    exception.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }
}
