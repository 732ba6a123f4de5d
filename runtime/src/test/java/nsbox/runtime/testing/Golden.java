package nsbox.runtime.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Texts that a test expects, kept as files so that a change to them can be read as a difference.
///
/// With `-Dnsbox.golden.update=true` the files are written anew, to be looked over before a commit.
public final class Golden {
  private static final Path EXPECTED = Path.of("src/test/resources");
  private static final Path FOUND = Path.of("target/golden");

  private Golden() {}

  /// @param name of the file below `src/test/resources`
  public static void assertIs(String name, String found) throws IOException {
    Path expected = EXPECTED.resolve(name);
    if (Boolean.getBoolean("nsbox.golden.update")) {
      write(expected, found);
    }
    Path other = FOUND.resolve(name);
    write(other, found);
    String wanted = Files.exists(expected) ? Files.readString(expected) : "";
    assertEquals(
        wanted, found, "to see the difference: diff -u runtime/" + expected + " runtime/" + other);
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
