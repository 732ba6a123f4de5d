package nsbox.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.registry.config.Credential;
import nsbox.registry.config.Origin;
import nsbox.registry.config.Secret;
import nsbox.registry.config.Server.Protocol;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tokens, from a server of the test's own, shown to a real registry.
class TokenTest {
  private static final Credentials ME = Samples.password("me", TokenServer.PASSWORD);

  private static TokenServer tokens;
  private static DockerRegistry registry;
  private final Samples samples = new Samples();

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    DockerRegistry.Certificate certificate = DockerRegistry.Certificate.make(folder);
    tokens = new TokenServer(new Keys(certificate));
    registry = DockerRegistry.withTokens(folder, tokens.realm(), certificate);
  }

  @AfterAll
  static void stop() throws Exception {
    if (registry != null) {
      registry.close();
    }
    tokens.close();
  }

  private Repository repository(Repositories client, String name, Credentials credentials) {
    return client.open(registry.endpoint(name, Protocol.HTTP), credentials);
  }

  @Test
  void pushesWithAPasswordAndPullsAsAnybody() throws Exception {
    RawManifest image = Samples.pushImage(repository(samples.client(), "team/app", ME), "1");
    Repository anybody = repository(samples.client(), "team/app", Credentials.NONE);
    assertArrayEquals(image.bytes(), anybody.manifest("1").bytes());
    UnauthorizedException e =
        assertThrows(UnauthorizedException.class, () -> anybody.pushManifest("2", image));
    assertEquals(Optional.empty(), e.credential());
  }

  @Test
  void asksForOneTokenForAllOfARepository() throws Exception {
    Repositories client = samples.client();
    int before = tokens.server.requests.size();
    Samples.pushImage(repository(client, "team/cached", ME), "1");
    Samples.pushImage(repository(client, "team/cached", ME), "2");
    List<ScriptedServer.Received> asked =
        tokens.server.requests.subList(before, tokens.server.requests.size());
    assertEquals(1, asked.size(), asked.toString());
    assertEquals(
        "/token?service=test%20registry&scope=repository:team/cached:pull,push&tenant=a%2Fb",
        asked.getFirst().path());
  }

  @Test
  void saysWhoseWrongPasswordItWas() {
    Repository wrong = repository(samples.client(), "team/app", Samples.password("me", "wr0ng"));
    UnauthorizedException e = assertThrows(UnauthorizedException.class, () -> wrong.manifest("1"));
    assertEquals(
        "manifest 1 of "
            + registry.host()
            + "/team/app: the credentials from /home/me/auth.json:3 are not accepted:"
            + " incorrect username or password",
        e.getMessage());
    Registry whole =
        samples.client().registry(registry.server(Protocol.HTTP), Samples.password("me", "wr0ng"));
    assertThrows(UnauthorizedException.class, whole::ping);
  }

  @Test
  void exchangesAnIdentityToken() throws Exception {
    Credentials identity =
        () ->
            Optional.of(
                new Credential("", new Secret(TokenServer.IDENTITY_TOKEN), true, Origin.DEFAULT));
    RawManifest image =
        Samples.pushImage(repository(samples.client(), "team/identity", identity), "1");
    assertEquals(
        Optional.of(image.descriptor()),
        repository(samples.client(), "team/identity", identity).resolve("1"));
  }

  @Test
  void mountsWithATokenForBothRepositories() throws Exception {
    Repositories client = samples.client();
    byte[] bytes = Samples.randomBytes(3000);
    Samples.push(repository(client, "team/from", ME), bytes);
    assertTrue(repository(client, "team/into", ME).mountBlob(Samples.blob(bytes), "team/from"));
    assertTrue(repository(client, "team/into", ME).hasBlob(Samples.blob(bytes)));
  }

  @Test
  void logsInAndListsRepositories() throws Exception {
    Samples.pushImage(repository(samples.client(), "team/listed", ME), "1");
    Registry whole = samples.client().registry(registry.server(Protocol.HTTP), ME);
    whole.ping();
    assertTrue(whole.catalog().contains("team/listed"));
  }

  @Test
  void getsANewTokenForOneThatHasExpired() throws Exception {
    try (ScriptedServer early =
        new ScriptedServer((request, out) -> {
          if (request.path().startsWith("/token")) {
            return ScriptedServer.reply(out, 200, "{\"token\":\"t" + request.number() + "\"}");
          }
          String shown = request.headers().getOrDefault("authorization", "");
          boolean fresh = shown.equals("Bearer t" + (request.number() - 1));
          return fresh
              ? ScriptedServer.reply(out, 200, "{\"tags\":[\"a\"]}")
              : ScriptedServer.reply(
                  out,
                  401,
                  "",
                  "WWW-Authenticate: Negotiate",
                  "WWW-Authenticate: Basic realm=\"x\", Bearer realm=\"http://"
                      + request.headers().get("host")
                      + "/token\"");
        })) {
      Repository repository =
          samples
              .client()
              .open(
                  DockerRegistry.endpoint(DockerRegistry.server(early.host(), Protocol.HTTP), "a"),
                  Credentials.NONE);
      assertEquals(List.of("a"), repository.tags());
      assertEquals(3, early.requests.size());
      assertEquals(List.of("a"), repository.tags());
      assertEquals(6, early.requests.size(), early.requests.toString());
    }
  }

  @Test
  void keepsThePasswordFromATokenServerInPlainHttp(@TempDir Path folder) throws Exception {
    Keys keys = new Keys(DockerRegistry.Certificate.make(folder));
    try (ScriptedServer secure =
        new ScriptedServer(
            keys.context(),
            (request, out) ->
                ScriptedServer.reply(
                    out,
                    401,
                    "",
                    "WWW-Authenticate: Bearer realm=\"http://auth.test/token\",service=\"x\""))) {
      Repository repository =
          samples
              .client(keys.connections())
              .open(
                  DockerRegistry.endpoint(
                      DockerRegistry.server(secure.host(), Protocol.HTTPS), "a"),
                  ME);
      UnauthorizedException e =
          assertThrows(UnauthorizedException.class, () -> repository.manifest("1"));
      assertEquals(
          "manifest 1 of "
              + secure.host()
              + "/a: the credentials from /home/me/auth.json:3 are not sent over plain http to"
              + " auth.test",
          e.getMessage());
      assertFalse(e.sent());
    }
  }
}
