package nsbox.e2e.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Who one is, and to whom one talks: passwords, tokens, certificates. Secrets stay secret.
final class PullAuthTest extends RegistryTests {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String SECRET = "s3cr3t-Passw0rd";
  private static final String REFRESH = "r3fr3sh-T0ken";

  private final Crafted[] last = new Crafted[1];

  /// An image in the storage that all the registries here share; its repository.
  private String stored(long seed) throws Exception {
    String repository = newRepository();
    last[0] = Crafted.random(seed, 100_000, 200_000);
    populated.image(last[0], repository, "1");
    return repository;
  }

  private DockerRegistry closed() throws Exception {
    Path file = scratch.resolve("htpasswd");
    Outside.run("htpasswd", "-Bbc", file.toString(), "ann", SECRET);
    return open(new DockerRegistry.Htpasswd(file));
  }

  private DockerRegistry open(DockerRegistry.Door... doors) throws Exception {
    return DockerRegistry.start(scratch.resolve("storage"), doors);
  }

  private Path authFile(String host, String password) throws Exception {
    return authFile(host, password, "");
  }

  private Path authFile(String host, String password, String more) throws Exception {
    Path file = Files.createTempFile(nsbox.folder, "auth", ".json");
    return Files.writeString(
        file, "{\"auths\":{\"%s\":{\"auth\":\"%s\"%s}}}".formatted(host, basic(password), more));
  }

  private static String basic(String password) {
    return Base64.getEncoder().encodeToString(("ann:" + password).getBytes(UTF_8));
  }

  private void keepsSecrets(Result result) throws Exception {
    for (String secret : List.of(SECRET, REFRESH, basic(SECRET))) {
      assertFalse((result.out() + result.err()).contains(secret), "a secret was printed");
    }
    Outside.Ended found =
        Outside.attempt("grep", "-rlE", SECRET + "|" + REFRESH, nsbox.root.toString());
    assertEquals(new Outside.Ended(1, ""), found, "a secret in the store");
  }

  @Test
  void givesAPasswordWhereOneIsAskedFor() throws Exception {
    String repository = stored(1);
    try (DockerRegistry closed = closed()) {
      String name = closed.host() + "/" + repository + ":1";
      isRefused(SOON, List.of(name), closed.host(), "401|(?i)unauthorized|authentication");
      isRefused(SOON, List.of("--creds", "ann:wrong", name), "401|(?i)unauthorized|authentication");
      pulls(last[0], "--creds", "ann:" + SECRET, name);
      run("rmi", name).expect(0);
      Path auth = authFile(closed.host(), SECRET);
      Timed timed = pull("--authfile", auth.toString(), name);
      timed.result().expect(0);
      keepsSecrets(timed.result());
    }
  }

  @Test
  void namesTheFileOfAWrongPassword() throws Exception {
    String repository = stored(2);
    try (DockerRegistry closed = closed()) {
      String name = closed.host() + "/" + repository + ":1";
      Path auth = authFile(closed.host(), "wrong-" + SECRET);
      Timed timed = pull("--authfile", auth.toString(), name);
      saysWhy(timed.result(), java.util.regex.Pattern.quote(auth.toString()));
      keepsSecrets(timed.result());
    }
  }

  @Test
  void fetchesTokens() throws Exception {
    String repository = stored(3);
    try (TokenServer tokens =
            TokenServer.start(scratch.resolve("t3"), TokenServer.Rules.anonymous());
        DockerRegistry registry = open(new DockerRegistry.Token(tokens))) {
      pulls(last[0], registry.host() + "/" + repository + ":1");
      assertEquals(1, tokens.asked().size(), "one token for all requests");
      assertEquals(
          List.of("repository:" + repository + ":pull"), tokens.asked().getFirst().scopes());
    }
  }

  @Test
  void givesAPasswordToTheTokenServerAlone() throws Exception {
    String repository = stored(4);
    TokenServer.Rules rules = TokenServer.Rules.of("ann", SECRET, REFRESH);
    try (TokenServer tokens = TokenServer.start(scratch.resolve("t4"), rules);
        DockerRegistry registry = open(new DockerRegistry.Token(tokens));
        FaultProxy before = FaultProxy.before(registry)) {
      String name = before.host() + "/" + repository + ":1";
      isRefused(SOON, List.of(name), "401|(?i)unauthorized|denied|authentication");
      isRefused(SOON, List.of("--creds", "ann:no", name), "401|(?i)unauthorized|authentication");
      pulls(last[0], "--creds", "ann:" + SECRET, name);
      assertTrue(
          before.requests().stream()
              .flatMap(it -> it.header("Authorization").stream())
              .allMatch(it -> it.startsWith("Bearer ")),
          "the registry has seen a password");
    }
  }

  @Test
  void refreshesWithAnIdentityToken() throws Exception {
    String repository = stored(5);
    TokenServer.Rules rules = TokenServer.Rules.of("ann", SECRET, REFRESH);
    try (TokenServer tokens = TokenServer.start(scratch.resolve("t5"), rules);
        DockerRegistry registry = open(new DockerRegistry.Token(tokens))) {
      String name = registry.host() + "/" + repository + ":1";
      /* As docker login writes it: a name without a password, and the token. */
      String token = ",\"identitytoken\":\"%s\"".formatted(REFRESH);
      Path auth = authFile(registry.host(), "", token);
      pulls(last[0], "--authfile", auth.toString(), name);
      assertEquals("POST", tokens.asked().getLast().method());
    }
  }

  @Test
  void renewsATokenThatEndsMeanwhile() throws Exception {
    String repository = stored(6);
    TokenServer.Rules rules = TokenServer.Rules.anonymous().lasting(Duration.ofSeconds(4));
    try (TokenServer tokens = TokenServer.start(scratch.resolve("t6"), rules);
        DockerRegistry registry = open(new DockerRegistry.Token(tokens));
        FaultProxy before = FaultProxy.before(registry)) {
      before.first(1, "GET .*/blobs/", Faults.delay(6000));
      pulls(last[0], before.host() + "/" + repository + ":1");
      assertTrue(tokens.asked().size() >= 2, tokens.asked()::toString);
    }
  }

  @Test
  void renewsATokenThatIsRefused() throws Exception {
    String repository = stored(7);
    try (TokenServer tokens =
            TokenServer.start(scratch.resolve("t7"), TokenServer.Rules.anonymous());
        DockerRegistry registry = open(new DockerRegistry.Token(tokens));
        FaultProxy before = FaultProxy.before(registry)) {
      String scope = "repository:" + repository + ":pull";
      before.on("GET .*/blobs/", 1, 1, Faults.expired(tokens.realm(), scope));
      pulls(last[0], before.host() + "/" + repository + ":1");
      assertEquals(2, tokens.asked().size(), tokens.asked()::toString);
    }
  }

  @Test
  void givesUpOnAServerThatRefusesEveryToken() throws Exception {
    String repository = stored(8);
    try (TokenServer tokens =
            TokenServer.start(scratch.resolve("t8"), TokenServer.Rules.anonymous());
        DockerRegistry registry = open(new DockerRegistry.Token(tokens));
        FaultProxy before = FaultProxy.before(registry)) {
      String scope = "repository:" + repository + ":pull";
      before.on("(GET|HEAD) .*/(blobs|manifests)/", Faults.expired(tokens.realm(), scope));
      isRefused(SOON, List.of(before.host() + "/" + repository + ":1"), "401|(?i)unauthorized");
      assertTrue(tokens.asked().size() <= 10, tokens.asked()::toString);
    }
  }

  @Test
  void tellsNoSecretToAnotherHost() throws Exception {
    String repository = stored(9);
    try (DockerRegistry closed = closed();
        FaultProxy before = FaultProxy.before(closed);
        FaultProxy elsewhere = FaultProxy.before(plain)) {
      before.on("GET .*/blobs/", Faults.redirect(elsewhere.url() + "%s"));
      Path auth = authFile(before.host(), SECRET);
      pulls(last[0], "--authfile", auth.toString(), before.host() + "/" + repository + ":1");
      assertFalse(elsewhere.requests().isEmpty());
      for (HttpRequest request : elsewhere.requests()) {
        assertEquals(Optional.empty(), request.header("Authorization"), request::toString);
        assertEquals(Optional.empty(), request.header("Cookie"), request::toString);
      }
    }
  }

  @Test
  void trustsOnlyTheAuthoritiesItIsGiven() throws Exception {
    String repository = stored(10);
    Certificates certificates = Certificates.in(scratch.resolve("pki"));
    Path trusting = certificates.certDir(scratch.resolve("trusting"), false);
    Path known = certificates.certDir(scratch.resolve("known"), true);
    DockerRegistry.Tls tls = new DockerRegistry.Tls(certificates.server(), Optional.empty());
    DockerRegistry.Tls mutual =
        new DockerRegistry.Tls(certificates.server(), Optional.of(certificates.authority()));
    try (DockerRegistry registry = open(tls);
        DockerRegistry demanding = open(mutual)) {
      String name = "127.0.0.1:" + registry.port() + "/" + repository + ":1";
      isRefused(SOON, List.of("--tls-verify=true", name), "(?i)certificate|TLS");
      pulls(last[0], "--tls-verify=false", name);
      pulls(last[0], "--cert-dir", trusting.toString(), name);
      String other = "127.0.0.1:" + demanding.port() + "/" + repository + ":1";
      isRefused(SOON, List.of("--cert-dir", trusting.toString(), other), "(?i)certificate|TLS");
      pulls(last[0], "--cert-dir", known.toString(), other);
    }
  }
}
