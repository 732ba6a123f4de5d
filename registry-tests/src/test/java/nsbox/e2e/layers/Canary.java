package nsbox.e2e.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A folder of the host that nothing may change.
public final class Canary {
  private final Path folder;
  private final Tree before;
  private final List<String> links;

  /// @param folder made here
  public Canary(Path folder) throws IOException {
    this.folder = Files.createDirectory(folder);
    Path secret = Files.writeString(folder.resolve("secret"), "untouched");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r-----"));
    Files.setAttribute(secret, "unix:uid", 12);
    Files.setAttribute(secret, "unix:gid", 34);
    Files.getFileAttributeView(secret, UserDefinedFileAttributeView.class)
        .write("canary", ByteBuffer.wrap(new byte[] {1}));
    Files.writeString(folder.resolve("passwd"), "root:x:0:0::/:/bin/sh\n");
    Files.createDirectory(folder.resolve("out"));
    FileTime past = FileTime.from(Instant.ofEpochSecond(1_234_567));
    for (String name : List.of("secret", "passwd", "out", "")) {
      Files.setLastModifiedTime(folder.resolve(name), past);
    }
    before = Tree.of(folder);
    links = links();
  }

  public Path folder() {
    return folder;
  }

  /// Fails unless type, mode, owner, links, times, content and attributes are what they were.
  public void assertUntouched() throws IOException {
    assertEquals("", before.explain(Tree.of(folder)), "the host's files");
    assertEquals(links, links(), "links of the host's files");
  }

  private List<String> links() throws IOException {
    List<String> counts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted().toList()) {
        counts.add(file + " " + Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS));
      }
    }
    return counts;
  }
}
