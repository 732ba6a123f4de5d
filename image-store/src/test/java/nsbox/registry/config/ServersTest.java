package nsbox.registry.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.image.Reference;
import nsbox.registry.config.Server.Protocol;
import nsbox.registry.config.Tls.Identity;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServersTest {
  private static final String DAEMON = "etc/docker/daemon.json";

  @TempDir Path folder;
  private UserFixture user;

  @BeforeEach
  void makeUser() throws IOException {
    user = new UserFixture(folder);
  }

  @Test
  void dockersMirrorsServeDockerIoAlone() throws IOException {
    Path file =
        user.system(
            DAEMON,
            """
            {
              "registry-mirrors": [
                "https://m.test",
                "http://localhost:5000/cache/"
              ]
            }
            """);
    List<Endpoint> endpoints = user.pull("alpine");
    assertEquals(
        List.of("m.test", "localhost:5000", "registry-1.docker.io"),
        endpoints.stream().map(endpoint -> endpoint.server().host()).toList());
    assertEquals("/cache/v2", endpoints.get(1).server().basePath());
    assertEquals(Protocol.HTTP, endpoints.get(1).server().protocol());
    assertEquals(new Origin(file.toString(), 4), endpoints.get(1).server().origin());
    assertEquals("[PULL, RESOLVE]", endpoints.get(0).uses().toString());
    assertEquals(List.of("quay.io/a/b"), user.pulled("quay.io/a/b"));
    assertEquals(
        "registry-1.docker.io",
        user.config().pushEndpoint(Reference.parse("me/app")).server().host());
  }

  @ParameterizedTest
  @CsvSource({
    "r.test:5000/a, true",
    "r.test/a, false",
    "10.1.2.3:5000/a, true",
    "11.1.2.3/a, false",
    "[fd00::7]:5000/a, true",
    "plain.test/a, true"
  })
  void insecureRegistriesAreHostsAndBlocks(String reference, boolean insecure) throws IOException {
    Path file =
        user.system(
            DAEMON,
            "{\"insecure-registries\": [\n\"r.test:5000\", \"10.0.0.0/8\", \"fd00::/8\","
                + " \"http://plain.test\"]}");
    Server server = user.pull(reference).getFirst().server();
    assertEquals(insecure ? Protocol.HTTPS_THEN_HTTP : Protocol.HTTPS, server.protocol());
    assertEquals(insecure ? new Origin(file.toString(), 2) : Origin.DEFAULT, server.tls().origin());
  }

  @Test
  void theOptionDecidesOverEverything() throws IOException {
    user.system(DAEMON, "{\"insecure-registries\": [\"r.test\"]}");
    Server strict = with(Optional.of(true), "r.test/a");
    assertEquals(Protocol.HTTPS, strict.protocol());
    assertEquals(Tls.DEFAULT, strict.tls());
    Server loose = with(Optional.of(false), "other.test/a");
    assertEquals(Protocol.HTTPS_THEN_HTTP, loose.protocol());
    assertEquals(new Tls(false, List.of(), List.of(), new Origin("--tls-verify", 0)), loose.tls());
    assertEquals(Protocol.HTTPS, with(Optional.of(true), "localhost:5000/a").protocol());
  }

  @Test
  void theFirstFolderOfCertificatesCounts() throws IOException {
    Path docker = user.system("etc/docker/certs.d/r.test:5000/ca.crt", "x").getParent();
    assertEquals(List.of(docker.resolve("ca.crt")), tls("r.test:5000/a").authorities());
    assertEquals(new Origin(docker.toString(), 0), tls("r.test:5000/a").origin());
    Path system = user.system("etc/containers/certs.d/r.test:5000/b.crt", "x").getParent();
    user.system("etc/containers/certs.d/r.test:5000/a.crt", "x");
    user.system("etc/containers/certs.d/r.test:5000/c.cert", "x");
    user.system("etc/containers/certs.d/r.test:5000/c.key", "x");
    assertEquals(
        List.of(system.resolve("a.crt"), system.resolve("b.crt")),
        tls("r.test:5000/a").authorities());
    assertEquals(
        List.of(new Identity(system.resolve("c.cert"), system.resolve("c.key"))),
        tls("r.test:5000/a").identities());
    Path own = user.home(".config/containers/certs.d/r.test:5000/own.crt", "x");
    assertEquals(List.of(own), tls("r.test:5000/a").authorities());
    assertEquals(Tls.DEFAULT, tls("r.test/a"));
  }

  @Test
  void anOwnAuthorityMakesLoopbackStrict() throws IOException {
    user.system("etc/docker/certs.d/localhost:5000/ca.crt", "x");
    Server server = user.pull("localhost:5000/a").getFirst().server();
    assertEquals(Protocol.HTTPS, server.protocol());
    assertTrue(server.tls().verify());
  }

  @Test
  void containerdsFolderWithoutHostsTomlHasCertificates() throws IOException {
    Path ca = user.system("etc/containerd/certs.d/r.test_5000_/ca.crt", "x");
    assertEquals(List.of(ca), tls("r.test:5000/a").authorities());
    Path hub = user.system("etc/docker/certs.d/docker.io/ca.crt", "x");
    assertEquals(List.of(hub), tls("alpine").authorities());
  }

  @Test
  void aCertificateWithoutItsKeyIsAMistake() throws IOException {
    Path file = user.system("etc/docker/certs.d/r.test/client.cert", "x");
    InvalidConfigurationException wrong =
        assertThrows(InvalidConfigurationException.class, () -> user.pull("r.test/a"));
    assertEquals(file + ": the key client.key is missing beside it", wrong.getMessage());
  }

  @Test
  void theOptionsFolderReplacesAllOthers() throws IOException {
    user.system("etc/docker/certs.d/r.test/ca.crt", "x");
    Path chosen = user.system("chosen/my.crt", "x");
    Overrides options =
        new Overrides(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(chosen.getParent()));
    Reference reference = Reference.parse("r.test/a");
    assertEquals(
        List.of(chosen),
        user.config()
            .with(options)
            .pullEndpoints(reference)
            .getFirst()
            .server()
            .tls()
            .authorities());
    Overrides missing =
        new Overrides(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(Path.of("/not/there")));
    assertEquals(
        "--cert-dir: there is no folder /not/there",
        assertThrows(
                InvalidConfigurationException.class,
                () -> user.config().with(missing).pullEndpoints(reference))
            .getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2 | {~"registry-mirrors": "https://m.test"} | registry-mirrors: expected a list of strings
          3 | {"registry-mirrors":~[~"m.test"]} | registry-mirrors: expected http
          2 | {~nonsense} | not a JSON object
          """)
  void saysWhichLineOfDaemonJsonIsWrong(int line, String text, String reason) throws IOException {
    Path file = user.system(DAEMON, text.replace('~', '\n'));
    InvalidConfigurationException wrong =
        assertThrows(InvalidConfigurationException.class, () -> user.pull("r.test/a"));
    assertTrue(wrong.getMessage().contains(reason), wrong.getMessage());
    assertEquals(new Origin(file.toString(), line), wrong.origin());
  }

  private Server with(Optional<Boolean> verify, String reference) throws IOException {
    Overrides options = new Overrides(verify, Optional.empty(), Optional.empty(), Optional.empty());
    return user.config()
        .with(options)
        .pullEndpoints(Reference.parse(reference))
        .getFirst()
        .server();
  }

  private Tls tls(String reference) throws IOException {
    return user.pull(reference).getFirst().server().tls();
  }
}
