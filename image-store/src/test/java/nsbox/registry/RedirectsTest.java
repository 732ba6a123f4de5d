package nsbox.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import nsbox.registry.config.Origin;
import nsbox.registry.config.Server;
import nsbox.registry.config.Server.Protocol;
import nsbox.registry.config.Tls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Where a registry sends its clients, and what goes with them.
@Timeout(30)
class RedirectsTest {
  private static final byte[] BYTES = "blob".getBytes(StandardCharsets.UTF_8);

  private final Samples samples = new Samples();

  private static ScriptedServer sendsTo(String location) throws IOException {
    return new ScriptedServer(
        (request, out) -> ScriptedServer.reply(out, 307, "", "Location: " + location));
  }

  private Repository of(ScriptedServer server) {
    return samples
        .client()
        .open(
            DockerRegistry.endpoint(DockerRegistry.server(server.host(), Protocol.HTTP), "a"),
            Credentials.NONE);
  }

  @Test
  void keepsSecretsFromAnotherHost() throws IOException {
    try (ScriptedServer storage =
            new ScriptedServer((request, out) -> ScriptedServer.reply(out, 200, "blob"));
        ScriptedServer registry =
            new ScriptedServer((request, out) ->
                request.headers().containsKey("authorization")
                    ? ScriptedServer.reply(
                        out, 307, "", "Location: " + storage.address() + "/x?sig=a%2Fb|c")
                    : ScriptedServer.reply(out, 401, "", "WWW-Authenticate: Basic realm=\"r\""))) {
      Server server =
          new Server(
              registry.host(),
              "/v2",
              Protocol.HTTP,
              Tls.DEFAULT,
              Map.of("X-Key", "hidden"),
              Origin.DEFAULT);
      Repository repository =
          samples
              .client()
              .open(DockerRegistry.endpoint(server, "a"), Samples.password("me", "s3cret"));
      try (BlobRange range = repository.blob(Samples.blob(BYTES), 0, 4)) {
        assertArrayEquals(BYTES, range.bytes().readAllBytes());
      }
      assertEquals("hidden", registry.requests.getLast().headers().get("x-key"));
      assertEquals(1, storage.requests.size());
      assertEquals("/x?sig=a%2Fb%7Cc", storage.requests.getFirst().path());
      Map<String, String> arrived = storage.requests.getFirst().headers();
      assertFalse(arrived.containsKey("authorization"), arrived.toString());
      assertFalse(arrived.containsKey("x-key"), arrived.toString());
      assertEquals("identity", arrived.get("accept-encoding"));
    }
  }

  @Test
  void doesNotAuthenticateWhereItWasSent() throws IOException {
    try (ScriptedServer storage =
            new ScriptedServer((request, out) ->
                ScriptedServer.reply(out, 401, "", "WWW-Authenticate: Basic realm=\"r\""));
        ScriptedServer registry = sendsTo(storage.address() + "/x")) {
      Repository repository =
          samples
              .client()
              .open(
                  DockerRegistry.endpoint(
                      DockerRegistry.server(registry.host(), Protocol.HTTP), "a"),
                  Samples.password("me", "s3cret"));
      assertThrows(UnauthorizedException.class, () -> repository.manifest("1"));
      assertEquals(1, storage.requests.size());
    }
  }

  @Test
  void doesNotGoInACircle() throws IOException {
    try (ScriptedServer registry =
        new ScriptedServer((request, out) ->
            ScriptedServer.reply(
                out, 302, "", "Location: /" + (request.path().equals("/x") ? "y" : "x")))) {
      RedirectRefusedException e =
          assertThrows(RedirectRefusedException.class, () -> of(registry).manifest("1"));
      assertEquals(
          "manifest 1 of "
              + registry.host()
              + "/a: the redirect to /x is not followed: it leads in a circle",
          e.getMessage());
      assertEquals(3, registry.requests.size());
    }
  }

  @Test
  void goesTenTimesAndNoMore() throws IOException {
    try (ScriptedServer registry =
        new ScriptedServer((request, out) ->
            ScriptedServer.reply(out, 302, "", "Location: /" + request.number()))) {
      RedirectRefusedException e =
          assertThrows(RedirectRefusedException.class, () -> of(registry).manifest("1"));
      assertTrue(e.getMessage().endsWith("there were 10 before it"), e.getMessage());
      assertEquals(11, registry.requests.size());
    }
  }

  @Test
  void followsNoOtherScheme() throws IOException {
    for (String location : List.of("file:///etc/passwd", "ftp://127.0.0.1/x", "jar:http://x!/y")) {
      try (ScriptedServer registry = sendsTo(location)) {
        RedirectRefusedException e =
            assertThrows(RedirectRefusedException.class, () -> of(registry).manifest("1"));
        assertEquals(location, e.location());
      }
    }
  }

  @Test
  void doesNotLeaveHttps(@TempDir Path folder) throws Exception {
    Keys keys = new Keys(DockerRegistry.Certificate.make(folder));
    try (ScriptedServer plain =
            new ScriptedServer((request, out) -> ScriptedServer.reply(out, 200, "blob"));
        ScriptedServer registry =
            new ScriptedServer(
                keys.context(),
                (request, out) ->
                    ScriptedServer.reply(
                        out,
                        request.method().equals("POST") ? 202 : 307,
                        "",
                        "Location: " + plain.address() + "/x"))) {
      Repository repository =
          samples
              .client(keys.connections())
              .open(
                  DockerRegistry.endpoint(
                      DockerRegistry.server(registry.host(), Protocol.HTTPS), "a"),
                  Credentials.NONE);
      RedirectRefusedException e =
          assertThrows(
              RedirectRefusedException.class, () -> repository.blob(Samples.blob(BYTES), 0, 4));
      assertTrue(e.getMessage().endsWith("it leads from https to http"), e.getMessage());
      assertThrows(RedirectRefusedException.class, () -> Samples.push(repository, BYTES));
      assertEquals(List.of(), plain.requests);
    }
  }
}
