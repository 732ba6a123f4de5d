package nsbox.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import nsbox.image.Descriptor;
import nsbox.registry.config.Server.Protocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Servers that keep the connection and do nothing, or next to nothing.
@Timeout(30)
class StallTest {
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
  void givesUpOnATrickle() throws IOException {
    Repository repository =
        against((request, out) -> {
          ScriptedServer.raw(out, "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n");
          return trickle(out, "x");
        });
    try (BlobRange range = repository.blob(BLOB, 0, 2000)) {
      StalledException e = assertThrows(StalledException.class, () -> range.bytes().readAllBytes());
      assertTrue(e.getMessage().startsWith(blob() + server.host() + " stalled: "), e.getMessage());
    }
  }

  @Test
  void givesUpOnSilence() throws IOException {
    Repository repository =
        against((request, out) -> {
          pause(3000);
          return false;
        });
    StalledException e = assertThrows(StalledException.class, () -> repository.manifest("1"));
    assertEquals(manifest() + server.host() + " stalled: 0 bytes in 1 s", e.getMessage());
    assertEquals(List.of(), samples.notices);
  }

  @Test
  void givesUpOnHeadersThatTrickle() throws IOException {
    Repository repository =
        against((request, out) -> {
          ScriptedServer.raw(out, "HTTP/1.1 200 OK\r\nX: ");
          return trickle(out, "y");
        });
    assertThrows(StalledException.class, () -> repository.manifest("1"));
  }

  @Test
  void givesUpOnAnUploadThatNobodyTakes() throws IOException {
    server =
        new ScriptedServer((request, out) -> {
          ScriptedServer.reply(out, 202, "", "Location: /u");
          out.flush();
          pause(5000);
          return false;
        });
    Repository repository =
        samples
            .client()
            .open(
                DockerRegistry.endpoint(DockerRegistry.server(server.host(), Protocol.HTTP), "a"),
                Credentials.NONE);
    long size = 200L << 20;
    Descriptor endless = new Descriptor("x", BLOB.digest(), size);
    assertThrows(
        StalledException.class, () -> repository.pushBlob(endless, () -> new ZeroStream(size)));
  }

  private static boolean trickle(OutputStream out, String text) throws IOException {
    for (int i = 0; i < 40; i++) {
      out.write(text.getBytes());
      out.flush();
      pause(100);
    }
    return false;
  }

  private static void pause(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /// So many zeros.
  private static final class ZeroStream extends InputStream {
    private long left;

    ZeroStream(long left) {
      this.left = left;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      if (left == 0) {
        return -1;
      }
      int count = (int) Math.min(left, length);
      left -= count;
      return count;
    }
  }
}
