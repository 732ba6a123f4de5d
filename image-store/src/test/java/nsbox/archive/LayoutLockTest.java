package nsbox.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayoutLockTest {
  @TempDir Path folder;

  @Test
  void keepsOtherProcessesOutAndLeavesNothing() throws Exception {
    Path file = folder.resolve("lock");
    try (LayoutLock _ = LayoutLock.take(file)) {
      assertEquals("held", another("try", file));
    }
    assertFalse(Files.exists(file));
  }

  @Test
  void manyProcessesTakeTurns() throws Exception {
    Path file = folder.resolve("lock");
    Path count = Files.writeString(folder.resolve("count"), "0");
    List<Process> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(start("count", file));
    }
    for (Process process : all) {
      assertEquals("done", answer(process));
    }
    assertEquals("800", Files.readString(count));
    assertFalse(Files.exists(file));
  }

  private static String another(String what, Path file) throws Exception {
    return answer(start(what, file));
  }

  private static String answer(Process process) throws Exception {
    String answer = new String(process.getInputStream().readAllBytes()).strip();
    process.waitFor();
    return answer;
  }

  private static Process start(String what, Path file) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Other.class.getName(),
            what,
            file.toString())
        .redirectErrorStream(true)
        .start();
  }

  /// What the other processes do.
  static final class Other {
    private Other() {}

    public static void main(String[] args) throws IOException {
      Path file = Path.of(args[1]);
      if (args[0].equals("try")) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          System.out.println(channel.tryLock() == null ? "held" : "free");
        }
        return;
      }
      Path count = file.resolveSibling("count");
      for (int i = 0; i < 200; i++) {
        try (LayoutLock _ = LayoutLock.take(file)) {
          Files.writeString(count, "" + (Integer.parseInt(Files.readString(count)) + 1));
        }
      }
      System.out.println("done");
    }
  }
}
