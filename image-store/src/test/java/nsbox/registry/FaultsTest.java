package nsbox.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.registry.config.Server.Protocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What servers do that no real registry can be made to do.
@Timeout(30)
class FaultsTest {
  private static final byte[] BYTES = Samples.randomBytes(2000);
  private static final Descriptor BLOB = Samples.blob(BYTES);

  private final Samples samples = new Samples();
  private ScriptedServer server;

  @AfterEach
  void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private Repository against(ScriptedServer.Script script) throws IOException {
    server = new ScriptedServer(script);
    return samples
        .client()
        .open(
            DockerRegistry.endpoint(DockerRegistry.server(server.host(), Protocol.HTTP), "a"),
            Credentials.NONE);
  }

  private String blob() {
    return "blob " + BLOB.digest() + " of " + server.host() + "/a: ";
  }

  private String manifest() {
    return "manifest 1 of " + server.host() + "/a: ";
  }

  @Test
  void saysWhereABodyEndedEarly() throws IOException {
    for (String connection : List.of("keep-alive", "close")) {
      Repository repository =
          against((request, out) -> {
            ScriptedServer.raw(
                out,
                "HTTP/1.1 200 OK\r\nConnection: "
                    + connection
                    + "\r\nContent-Length: 2000\r\n\r\n");
            out.write(BYTES, 0, 1500);
            return false;
          });
      try (BlobRange range = repository.blob(BLOB, 0, 2000)) {
        UnreachableException e =
            assertThrows(UnreachableException.class, () -> range.bytes().readAllBytes());
        assertEquals(
            blob() + "the connection to " + server.host() + " ended after 1500 of 2000 bytes",
            e.getMessage());
        assertTrue(e.mayPass());
      }
      server.close();
    }
  }

  @Test
  void noticesAnEarlyEndWithoutAnnouncedLength() throws IOException {
    Repository repository =
        against((request, out) -> {
          ScriptedServer.raw(out, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
          out.write(BYTES, 0, 1500);
          return false;
        });
    try (BlobRange range = repository.blob(BLOB, 0, 2000)) {
      UnreachableException e =
          assertThrows(UnreachableException.class, () -> range.bytes().readAllBytes());
      assertTrue(e.getMessage().endsWith("ended after 1500 of 2000 bytes"), e.getMessage());
    }
  }

  @Test
  void takesTheWholeWhereRangesAreUnknown() throws IOException {
    Repository repository =
        against((request, out) -> {
          ScriptedServer.raw(out, "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n");
          out.write(BYTES);
          return true;
        });
    try (BlobRange range = repository.blob(BLOB, 1000, 2000)) {
      assertEquals(0, range.from());
      assertFalse(range.ranged());
      assertArrayEquals(BYTES, range.bytes().readAllBytes());
    }
  }

  @Test
  void refusesAnotherRangeThanWasAskedFor() throws IOException {
    Repository repository =
        against((request, out) ->
            ScriptedServer.reply(out, 206, "x".repeat(1000), "Content-Range: bytes 0-999/2000"));
    BadAnswerException e =
        assertThrows(BadAnswerException.class, () -> repository.blob(BLOB, 1000, 2000));
    assertEquals(
        blob() + "asked for bytes 1000-1999/2000, the server sends bytes 0-999/2000",
        e.getMessage());
  }

  @Test
  void refusesABlobOfAnotherLength() throws IOException {
    Repository repository = against((request, out) -> ScriptedServer.reply(out, 200, "short"));
    BadAnswerException e =
        assertThrows(BadAnswerException.class, () -> repository.blob(BLOB, 0, 2000));
    assertEquals(blob() + "it should have 2000 bytes, the server has 5", e.getMessage());
  }

  @Test
  void comesBackAfterTooManyRequests() throws IOException {
    Repository repository =
        against((request, out) ->
            request.number() == 1
                ? ScriptedServer.reply(out, 429, "", "Retry-After: 1")
                : ScriptedServer.reply(out, 200, "{\"tags\":[\"1\"]}"));
    long start = System.nanoTime();
    assertEquals(List.of("1"), repository.tags());
    assertTrue(System.nanoTime() - start >= 1_000_000_000L);
    assertEquals(
        List.of(
            "the tags of "
                + server.host()
                + "/a: too many requests (429), and asks to wait 1 s; trying again in 1 s (1 of 2)"),
        samples.notices);
  }

  @Test
  void waitsUntilTheDateOfAServerThatIsBusy() throws IOException {
    Repository repository =
        against((request, out) ->
            request.number() == 1
                ? ScriptedServer.reply(out, 503, "", "Retry-After: " + date(Duration.ofSeconds(2)))
                : ScriptedServer.reply(out, 200, "{\"tags\":[]}"));
    long start = System.nanoTime();
    assertEquals(List.of(), repository.tags());
    assertTrue(System.nanoTime() - start >= 900_000_000L);
    assertEquals(1, samples.notices.size());
  }

  @Test
  void doesNotWaitForeverForAServer() throws IOException {
    Repository repository =
        against((request, out) -> ScriptedServer.reply(out, 429, "", "Retry-After: 3600"));
    TooManyRequestsException e =
        assertThrows(TooManyRequestsException.class, () -> repository.manifest("1"));
    assertEquals(manifest() + "too many requests (429), and asks to wait 3600 s", e.getMessage());
    assertEquals(Optional.of(Duration.ofHours(1)), e.retryAfter());
    assertEquals(1, server.requests.size());
  }

  @Test
  void givesUpAfterTheLastRetry() throws IOException {
    Repository repository =
        against((request, out) ->
            ScriptedServer.reply(
                out, 502, "{\"errors\":[{\"code\":\"BAD\",\"message\":\"a\u001b[31m b\"}]}"));
    RegistryErrorException e =
        assertThrows(RegistryErrorException.class, () -> repository.manifest("1"));
    /* A raw control character is no JSON. */
    assertEquals(manifest() + "the server answers 502", e.getMessage());
    assertEquals(3, server.requests.size());
    assertEquals(2, samples.notices.size());
  }

  @Test
  void showsWhatTheServerSaysWithoutItsControlCharacters() throws IOException {
    Repository repository =
        against((request, out) ->
            ScriptedServer.reply(
                out, 403, "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"a\\u001b[31m b\"}]}"));
    DeniedException e = assertThrows(DeniedException.class, () -> repository.manifest("1"));
    assertEquals(manifest() + "denied: DENIED: a\\u001b[31m b", e.getMessage());
  }

  @Test
  void asksAgainWhereAConnectionWasLost() throws IOException {
    Repository repository =
        against((request, out) ->
            request.number() > 2 && ScriptedServer.reply(out, 200, "{\"tags\":[\"1\"]}"));
    assertEquals(List.of("1"), repository.tags());
  }

  @Test
  void sendsAnUploadAgainFromItsStart() throws IOException {
    Repository repository =
        against((request, out) -> {
          if (request.method().equals("POST")) {
            return ScriptedServer.reply(
                out, 202, "", "Location: /up%2Fload?_state=def%2Fx%3D" + request.number());
          }
          return request.number() > 2 && ScriptedServer.reply(out, 201, "");
        });
    Samples.push(repository, BYTES);
    assertEquals(4, server.requests.size());
    assertEquals(
        "/up%2Fload?_state=def%2Fx%3D3&digest=" + BLOB.digest(), server.requests.get(3).path());
    assertEquals("2000", server.requests.get(3).headers().get("content-length"));
    assertEquals(1, samples.notices.size(), samples.notices.toString());
  }

  @Test
  void readsWhyAnUploadWasRefusedHalfway() throws IOException {
    byte[] big = new byte[8 << 20];
    Repository repository =
        against((request, out) ->
            ScriptedServer.reply(
                out, request.method().equals("POST") ? 202 : 413, "", "Location: /u"));
    RegistryErrorException e =
        assertThrows(RegistryErrorException.class, () -> Samples.push(repository, big));
    assertEquals(413, e.status());
  }

  @Test
  void refusesBytesThatTheServerItselfNamesOtherwise() throws IOException {
    Digest other = Digest.sha256(new byte[] {1});
    Repository repository =
        against((request, out) ->
            ScriptedServer.reply(out, 200, "{}", "Docker-Content-Digest: " + other));
    BadAnswerException e = assertThrows(BadAnswerException.class, () -> repository.manifest("1"));
    assertEquals(
        manifest()
            + "its bytes should be "
            + other
            + ", they are "
            + Digest.sha256(new byte[] {'{', '}'}),
        e.getMessage());
    assertThrows(BadAnswerException.class, () -> repository.manifest(BLOB.digest().toString()));
  }

  @Test
  void refusesAManifestThatDoesNotEnd() throws IOException {
    Repository repository =
        against((request, out) -> {
          ScriptedServer.raw(out, "HTTP/1.1 200 OK\r\n\r\n");
          byte[] blanks = new byte[1 << 16];
          for (int i = 0; i < 1000; i++) {
            out.write(blanks);
          }
          return false;
        });
    BadAnswerException e = assertThrows(BadAnswerException.class, () -> repository.manifest("1"));
    assertEquals(manifest() + "the manifest has more than 4194304 bytes", e.getMessage());
  }

  @Test
  void refusesHeadersWithoutEnd() throws IOException {
    Repository repository =
        against((request, out) -> ScriptedServer.reply(out, 200, "{}", "X: " + "y".repeat(70_000)));
    BadAnswerException e = assertThrows(BadAnswerException.class, () -> repository.manifest("1"));
    assertEquals(manifest() + "the headers have more than 65536 bytes", e.getMessage());
  }

  @Test
  void refusesWhatIsNotHttp() throws IOException {
    Repository repository =
        against((request, out) -> ScriptedServer.raw(out, "SSH-2.0-OpenSSH_9.2p1\r\n"));
    RegistryException e = assertThrows(RegistryException.class, () -> repository.manifest("1"));
    assertEquals(BadAnswerException.class, e.getClass(), e.toString());
  }

  @Test
  void refusesPagesOnAnotherServer() throws IOException {
    Repository repository =
        against((request, out) ->
            ScriptedServer.reply(
                out,
                200,
                "{\"tags\":[\"1\"]}",
                "Link: <http://127.0.0.1:1/v2/a/tags/list?last=1>; rel=\"next\""));
    BadAnswerException e = assertThrows(BadAnswerException.class, repository::tags);
    assertEquals(
        "the tags of "
            + server.host()
            + "/a: the next page is elsewhere: http://127.0.0.1:1/v2/a/tags/list?last=1",
        e.getMessage());
  }

  @Test
  void followsPagesToTheirEndAndNotInACircle() throws IOException {
    Repository repository =
        against((request, out) ->
            request.path().contains("last=2")
                ? ScriptedServer.reply(out, 200, "{\"tags\":[\"3\"]}")
                : ScriptedServer.reply(
                    out,
                    200,
                    "{\"tags\":[\"1\",\"2\"]}",
                    "Link: </v2/a/tags/list?n=2&last=2>; rel=\"next\""));
    assertEquals(List.of("1", "2", "3"), repository.tags());
    server.close();
    Repository circle =
        against((request, out) ->
            ScriptedServer.reply(out, 200, "{\"tags\":[\"1\"]}", "Link: <?n=2>; rel=\"next\""));
    BadAnswerException e = assertThrows(BadAnswerException.class, circle::tags);
    assertEquals("the tags of " + server.host() + "/a: the list has no end", e.getMessage());
  }

  @Test
  void refusesTagsThatCouldClimbOut() throws IOException {
    Repository repository =
        against((request, out) -> ScriptedServer.reply(out, 200, "{\"tags\":[\"../x\"]}"));
    assertThrows(BadAnswerException.class, repository::tags);
  }

  private static String date(Duration ahead) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(
        ZonedDateTime.now(ZoneOffset.UTC).plus(ahead));
  }
}
