package nsbox.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A file that does not fit into 400 lines does more than one thing.
class FileLengthTest {
  private static final int LINES = 400;

  @Test
  void noFileIsLongerThan400Lines() throws IOException {
    List<String> long400 = new ArrayList<>();
    int java = 0;
    int c = 0;
    for (Path file : sources()) {
      String name = file.getFileName().toString();
      java += name.endsWith(".java") ? 1 : 0;
      c += name.endsWith(".c") ? 1 : 0;
      try (Stream<String> lines = Files.lines(file)) {
        long count = lines.count();
        if (count > LINES) {
          long400.add(file + ": " + count + " lines");
        }
      }
    }
    assertTrue(java > 100 && c > 5, "the scan found " + java + " Java and " + c + " C files");
    assertEquals(List.of(), long400);
  }

  private static List<Path> sources() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> modules = Files.newDirectoryStream(Path.of(".."))) {
      for (Path module : modules) {
        Path main = module.resolve("src/main");
        if (Files.isDirectory(main)) {
          try (Stream<Path> tree = Files.walk(main)) {
            tree.filter(FileLengthTest::isSource).forEach(files::add);
          }
        }
      }
    }
    return files;
  }

  private static boolean isSource(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".java") || name.endsWith(".c") || name.endsWith(".h");
  }
}
