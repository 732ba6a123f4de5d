package nsbox.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is of use in a container, of what the host's resolver asks.
final class ResolverFileTest {
  @TempDir Path folder;

  private ResolverFile file(String host, String behind) throws IOException {
    Path resolved = folder.resolve("behind");
    Files.deleteIfExists(resolved);
    if (!behind.isEmpty()) {
      Files.writeString(resolved, behind);
    }
    return ResolverFile.of(Files.writeString(folder.resolve("host"), host), resolved);
  }

  private String kept(String host, String behind, boolean version6) throws IOException {
    ResolverFile file = file(host, behind);
    file.keepReachableServers(version6);
    return file.text();
  }

  @Test
  void leavesOutWhatOnlyTheHostReaches() throws IOException {
    String host =
        "# ours\nsearch a.test\nnameserver 127.0.0.1\nnameserver 192.0.2.1\nnameserver ::1\n"
            + "nameserver\tfe80::1%eth0\nnameserver 2001:db8::1\noptions edns0";
    String rest = "# ours\nsearch a.test\nnameserver 192.0.2.1\n";
    assertEquals(rest + "options edns0\n", kept(host, "", false));
    assertEquals(rest + "nameserver 2001:db8::1\noptions edns0\n", kept(host, "", true));
  }

  @Test
  void asksPublicServersWhereNoneIsLeft() throws IOException {
    String four = "nameserver 8.8.8.8\nnameserver 8.8.4.4\n";
    String six = "nameserver 2001:4860:4860::8888\nnameserver 2001:4860:4860::8844\n";
    assertEquals(four, kept("", "", false));
    assertEquals(
        "search a.test\n" + four, kept("nameserver 127.9.9.9\nsearch a.test\n", "", false));
    assertEquals(four, kept("nameserver 2001:db8::1\n", "", false));
    assertEquals(four + six, kept("nameserver ::1\n", "", true));
  }

  @Test
  void looksBehindTheResolverOfSystemd() throws IOException {
    String behind = "nameserver 192.0.2.7\n";
    assertEquals(behind, kept("nameserver 127.0.0.53\noptions trust-ad\n", behind, false));
    assertEquals(
        "nameserver 192.0.2.1\n",
        kept("nameserver 127.0.0.53\nnameserver 192.0.2.1\n", behind, false));
    assertEquals(
        "nameserver 8.8.8.8\nnameserver 8.8.4.4\n", kept("nameserver 127.0.0.53\n", "", false));
  }

  @Test
  void putsWhatIsAskedForInThePlaceOfItsKind() throws IOException {
    ResolverFile file = file("search a.test\nnameserver 192.0.2.1\noptions edns0\n", "");
    file.replace(List.of("127.0.0.1"), List.of("."), List.of());
    assertEquals("nameserver 127.0.0.1\noptions edns0\n", file.text());
  }
}
