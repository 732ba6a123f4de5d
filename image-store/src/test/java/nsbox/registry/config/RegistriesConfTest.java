package nsbox.registry.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import nsbox.image.InvalidReferenceException;
import nsbox.image.Reference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistriesConfTest {
  private static final String MAIN = "etc/containers/registries.conf";
  private static final String OWN = ".config/containers/registries.conf";

  @TempDir Path folder;
  private UserFixture user;

  @BeforeEach
  void makeUser() throws IOException {
    user = new UserFixture(folder);
  }

  @Test
  void withoutConfigurationARegistryIsItsOwnServer() throws IOException {
    Endpoint endpoint = user.pull("registry.test:5000/team/app:1").getFirst();
    assertEquals(1, user.pull("registry.test:5000/team/app:1").size());
    assertEquals("registry.test:5000", endpoint.server().host());
    assertEquals("/v2", endpoint.server().basePath());
    assertEquals(Server.Protocol.HTTPS, endpoint.server().protocol());
    assertEquals(Tls.DEFAULT, endpoint.server().tls());
    assertEquals("team/app", endpoint.repository());
    assertEquals("[PULL, RESOLVE, PUSH]", endpoint.uses().toString());
    assertEquals(Origin.DEFAULT, endpoint.server().origin());
  }

  @Test
  void dockerIoIsReachedUnderItsServersName() throws IOException {
    assertEquals(List.of("registry-1.docker.io/library/alpine"), user.pulled("alpine"));
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:5000/a, true",
    "localhost/a, true",
    "127.8.9.1:5000/a, true",
    "[::1]:5000/a, true",
    "128.0.0.1:5000/a, false",
    "localhost.test/a, false",
    "127.0.0.1.test/a, false"
  })
  void loopbackMaySpeakHttp(String reference, boolean loopback) throws IOException {
    Server server = user.pull(reference).getFirst().server();
    assertEquals(
        loopback ? Server.Protocol.HTTPS_THEN_HTTP : Server.Protocol.HTTPS, server.protocol());
    assertEquals(!loopback, server.tls().verify());
  }

  @Test
  void theManualsExampleGoesToMirrorsFirst() throws IOException {
    Path file =
        user.system(
            MAIN,
            """
            unqualified-search-registries = ["example.com"]

            [[registry]]
            prefix = "example.com/foo"
            insecure = false
            blocked = false
            location = "internal-registry-for-example.com/bar"

            [[registry.mirror]]
            location = "example-mirror-0.local/mirror-for-foo"

            [[registry.mirror]]
            location = "example-mirror-1.local/mirrors/foo"
            insecure = true

            [[registry]]
            location = "registry.com"

            [[registry.mirror]]
            location = "mirror.registry.com"
            """);
    assertEquals(
        List.of(
            "example-mirror-0.local/mirror-for-foo/image",
            "example-mirror-1.local/mirrors/foo/image",
            "internal-registry-for-example.com/bar/image"),
        user.pulled("example.com/foo/image:latest"));
    List<Endpoint> endpoints = user.pull("example.com/foo/image:latest");
    assertEquals(
        List.of(file + ":10", file + ":13", file + ":4"),
        endpoints.stream().map(endpoint -> endpoint.server().origin().toString()).toList());
    assertEquals("[PULL, RESOLVE]", endpoints.getFirst().uses().toString());
    assertTrue(endpoints.get(0).server().tls().verify());
    assertEquals(Server.Protocol.HTTPS_THEN_HTTP, endpoints.get(1).server().protocol());
    assertEquals(
        new Tls(false, List.of(), List.of(), new Origin(file.toString(), 13)),
        endpoints.get(1).server().tls());
    assertEquals(
        List.of("mirror.registry.com/a/b", "registry.com/a/b"), user.pulled("registry.com/a/b"));
    assertEquals(List.of("example.com/other"), user.pulled("example.com/other"));
    Endpoint push = user.config().pushEndpoint(Reference.parse("example.com/foo/image"));
    assertEquals("internal-registry-for-example.com", push.server().host());
    assertEquals("bar/image", push.repository());
  }

  @Test
  void aMirrorOfDockerIoServesOfficialImages() throws IOException {
    user.system(
        MAIN,
        """
        [[registry]]
        location = "docker.io"
        [[registry.mirror]]
        location = "localhost:5000"
        insecure = true
        """);
    assertEquals(
        List.of("localhost:5000/library/alpine", "registry-1.docker.io/library/alpine"),
        user.pulled("alpine"));
  }

  @Test
  void theLongestPrefixWinsAndEndsAtASeparator() throws IOException {
    user.system(
        MAIN,
        """
        [[registry]]
        prefix = "r.test/a"
        location = "one.test"
        [[registry]]
        prefix = "r.test/a/b"
        location = "two.test/x"
        [[registry]]
        prefix = "r.test/a/b/c:tagged"
        location = "three.test/x"
        """);
    assertEquals(List.of("one.test/z"), user.pulled("r.test/a/z"));
    assertEquals(List.of("two.test/x/c"), user.pulled("r.test/a/b/c"));
    assertEquals(List.of("r.test/ab"), user.pulled("r.test/ab"));
    assertEquals(List.of("r.test:5000/a/b"), user.pulled("r.test:5000/a/b"));
    assertEquals(List.of("three.test/x"), user.pulled("r.test/a/b/c:tagged"));
  }

  @Test
  void aWildcardStandsForAnySubdomain() throws IOException {
    user.system(
        MAIN,
        """
        [[registry]]
        prefix = "*.example.com"
        insecure = true
        [[registry]]
        prefix = "*.moved.test"
        location = "new.test/all"
        """);
    assertEquals(List.of("a.b.example.com:5000/x"), user.pulled("a.b.example.com:5000/x"));
    assertFalse(user.pull("a.b.example.com:5000/x").getFirst().server().tls().verify());
    assertTrue(user.pull("example.com/x").getFirst().server().tls().verify());
    assertTrue(user.pull("badexample.com/x").getFirst().server().tls().verify());
    assertEquals(List.of("new.test/all/x/y"), user.pulled("eu.moved.test/x/y"));
  }

  @Test
  void mirrorsMayServeDigestsOrTagsOnly() throws IOException {
    user.system(
        MAIN,
        """
        [[registry]]
        location = "r.test"
        [[registry.mirror]]
        location = "digests.test"
        pull-from-mirror = "digest-only"
        [[registry.mirror]]
        location = "tags.test"
        pull-from-mirror = "tag-only"
        [[registry]]
        location = "s.test"
        mirror-by-digest-only = true
        [[registry.mirror]]
        location = "mirror.test"
        """);
    assertEquals(List.of("tags.test/a", "r.test/a"), user.pulled("r.test/a:1"));
    assertEquals(List.of("digests.test/a", "r.test/a"), user.pulled("r.test/a@" + UserFixture.SHA));
    assertEquals(List.of("s.test/a"), user.pulled("s.test/a"));
    assertEquals(
        List.of("mirror.test/a", "s.test/a"), user.pulled("s.test/a:1@" + UserFixture.SHA));
  }

  @Test
  void aBlockedRegistryIsNeitherPulledFromNorPushedTo() throws IOException {
    Path file =
        user.system(
            MAIN,
            """
            [[registry]]
            location = "bad.test/x"
            blocked = true
            """);
    BlockedRegistryException refused =
        assertThrows(BlockedRegistryException.class, () -> user.pull("bad.test/x/y"));
    assertEquals(
        "bad.test/x/y:latest is blocked: " + file + ":2 forbids all of bad.test/x",
        refused.getMessage());
    assertThrows(
        BlockedRegistryException.class,
        () -> user.config().pushEndpoint(Reference.parse("bad.test/x")));
    assertEquals(List.of("bad.test/other"), user.pulled("bad.test/other"));
  }

  @Test
  void theUsersFileReplacesTheSystemsAndItsDropIns() throws IOException {
    user.system(MAIN, "[[registry]]\nlocation='r.test'\nblocked=true\n");
    user.system(
        "etc/containers/registries.conf.d/1.conf",
        "[[registry]]\nlocation='s.test'\nblocked=true\n");
    assertThrows(BlockedRegistryException.class, () -> user.pull("r.test/a"));
    assertThrows(BlockedRegistryException.class, () -> user.pull("s.test/a"));
    user.home(OWN, "[[registry]]\nprefix='r.test'\nlocation='own.test'\n");
    assertEquals(List.of("own.test/a"), user.pulled("r.test/a"));
    assertEquals(List.of("s.test/a"), user.pulled("s.test/a"));
    Path chosen = user.system("chosen.conf", "[[registry]]\nprefix='r.test'\nlocation='c.test'\n");
    user.environment.put("CONTAINERS_REGISTRIES_CONF", chosen.toString());
    assertEquals(List.of("c.test/a"), user.pulled("r.test/a"));
  }

  @Test
  void dropInsOverrideByPrefixInTheOrderOfTheirNames() throws IOException {
    user.system(
        MAIN, "unqualified-search-registries=['a.test']\n[[registry]]\nlocation='r.test'\n");
    user.system(
        "etc/containers/registries.conf.d/20.conf",
        "[[registry]]\nprefix='r.test'\nlocation='twenty.test'\n");
    user.system(
        "etc/containers/registries.conf.d/10.conf",
        "[[registry]]\nprefix='r.test'\nlocation='ten.test'\n");
    user.system("etc/containers/registries.conf.d/30.txt", "not [ toml");
    assertEquals(List.of("twenty.test/x"), user.pulled("r.test/x"));
    user.home(
        ".config/containers/registries.conf.d/00.conf",
        "unqualified-search-registries=['b.test']\n");
    assertEquals("[b.test/x:latest]", user.config().candidates("x").toString());
  }

  @Test
  void shortNamesGoByAliasThenBySearchThenToDockerIo() throws IOException {
    assertEquals("[docker.io/library/alpine:latest]", candidates("alpine"));
    assertEquals("[docker.io/team/app:1]", candidates("team/app:1"));
    user.system(
        "etc/containers/registries.conf.d/shortnames.conf",
        "[aliases]\n\"fedora\"=\"registry.fedoraproject.org/fedora\"\n\"a/b\"=\"q.test:5000/c\"\n");
    assertEquals("[registry.fedoraproject.org/fedora:42]", candidates("fedora:42"));
    assertEquals("[q.test:5000/c@" + UserFixture.SHA + "]", candidates("a/b@" + UserFixture.SHA));
    user.system(
        MAIN,
        "short-name-mode='enforcing'\n"
            + "unqualified-search-registries=['one.test:5000','docker.io']\n");
    assertEquals("[one.test:5000/x:2, docker.io/library/x:2]", candidates("x:2"));
    assertEquals("[registry.fedoraproject.org/fedora:latest]", candidates("fedora"));
    assertEquals("[r.test/x:latest]", candidates("r.test/x"));
    assertEquals("[localhost/x:latest]", candidates("localhost/x"));
    user.system(
        "var/cache/containers/short-name-aliases.conf", "[aliases]\n\"fedora\"=\"own.test/f\"\n");
    assertEquals("[own.test/f:latest]", candidates("fedora"));
    user.system("var/cache/containers/short-name-aliases.conf", "[aliases]\n\"fedora\"=\"\"\n");
    assertEquals(
        "[one.test:5000/fedora:latest, docker.io/library/fedora:latest]", candidates("fedora"));
    assertThrows(InvalidReferenceException.class, () -> candidates("no//name"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "# one\n[aliases]\n\n  \"x\" = \"q.test/x\"\n\"y/z\"=\"q.test:5000/y\"\n",
        "[aliases] # one\n\n\n  'x' = 'q.test/x'\n\"y\\u002fz\" = 'q.test:5000/y'\n"
      })
  void aliasesAreReadFromPlainLinesAndFromAnyToml(String text) throws IOException {
    Path file = user.system(MAIN, text);
    assertEquals("[q.test/x:1]", candidates("x:1"));
    assertEquals("[q.test:5000/y:latest]", candidates("y/z"));
    RegistriesConf conf = RegistriesConf.load(new Places(user.surroundings()));
    assertEquals(new Origin(file.toString(), 4), conf.aliases().get("x").origin());
  }

  @Test
  void anAliasThatComesTwiceIsAMistake() throws IOException {
    Path file = user.system(MAIN, "[aliases]\n\"x\"=\"a.test/x\"\n\"x\"=\"b.test/x\"\n");
    InvalidConfigurationException wrong =
        assertThrows(InvalidConfigurationException.class, () -> candidates("x"));
    assertEquals(new Origin(file.toString(), 3), wrong.origin());
  }

  @Test
  void anEmptySearchListForbidsShortNames() throws IOException {
    Path file = user.system(MAIN, "\nunqualified-search-registries=[]\n");
    UnresolvedShortNameException refused =
        assertThrows(UnresolvedShortNameException.class, () -> candidates("alpine"));
    assertEquals(
        "\"alpine\" names no registry, and " + file + ":2 gives none to search",
        refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 | [registries.search]~registries = ['r.test'] | is the format of version 1
          2 | [[registry]]~location = 5 | location: expected a string
          2 | [[registry]]~location = "r | not valid TOML
          2 | [[registry]]~blocked = true | neither prefix nor location
          3 | [[registry]]~location = 'r.test'~insecure = 'yes' | insecure: expected true or false
          2 | [[registry]]~prefix = 'a.*.test' | a * may only stand for the first part
          2 | [[registry]]~prefix = '*.a.test/b' | a * may only stand for the first part
          2 | [[registry]]~prefix = 'a.test' | has no location
          2 | [[registry]]~location = 'https://r.test' | must not begin with http
          4 | [[registry]]~location = 'r.test'~[[registry.mirror]]~insecure = true | has no location
          5 | [[registry]]~location = 'r.test'~[[registry.mirror]]~location = 'm'~pull-from-mirror = 'x' | expected all, digest-only or tag-only
          6 | [[registry]]~location = 'r.test'~mirror-by-digest-only = true~[[registry.mirror]]~location = 'm'~pull-from-mirror = 'all' | excludes
          1 | unqualified-search-registries = 'r.test' | expected an array
          1 | unqualified-search-registries = ['r.test', 5] | expected a string
          1 | short-name-mode = 'ask' | expected enforcing, permissive or disabled
          2 | [aliases]~x = 'docker.io/library/x:1' | without a tag
          2 | [aliases]~x = 'library/x' | is not registry and repository
          """)
  void saysWhichLineIsWrong(int line, String text, String reason) throws IOException {
    Path file = user.system(MAIN, text.replace('~', '\n'));
    InvalidConfigurationException wrong =
        assertThrows(InvalidConfigurationException.class, () -> user.pull("r.test/a"));
    assertTrue(wrong.getMessage().contains(reason), wrong.getMessage());
    assertEquals(new Origin(file.toString(), line), wrong.origin());
  }

  @Test
  void aChosenFileThatIsMissingIsAMistake() {
    user.environment.put("CONTAINERS_REGISTRIES_CONF", "/not/there.conf");
    InvalidConfigurationException wrong =
        assertThrows(InvalidConfigurationException.class, () -> user.pull("r.test/a"));
    assertEquals(
        "CONTAINERS_REGISTRIES_CONF: there is no file /not/there.conf", wrong.getMessage());
  }

  @Test
  void unknownKeysAreIgnoredAndTold() throws IOException {
    Path file = user.system(MAIN, "[[registry]]\nlocation='r.test'\ncolour='red'\n");
    assertEquals(List.of("r.test/a"), user.pulled("r.test/a"));
    assertTrue(
        user.config()
            .explain(Reference.parse("r.test/a"))
            .contains(file + ":3: unknown key colour, ignored"));
  }

  private String candidates(String name) throws IOException {
    return user.config().candidates(name).toString();
  }
}
