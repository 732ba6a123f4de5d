package nsbox.cli.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Invocation;
import nsbox.cli.Session;
import nsbox.cli.command.RecordingFront;
import nsbox.engine.StateRoots;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.transfer.TransferListener.Outcome;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final Descriptor LAYER = blob("layer", 4_000_000);
  private static final Descriptor OTHER = blob("other", 10);

  private final RecordingFront front = new RecordingFront();

  private static Descriptor blob(String content, long sizeBytes) {
    return new Descriptor("x/y", Digest.sha256(content.getBytes()), sizeBytes);
  }

  private Progress progress(boolean terminal, int rows, boolean quiet) {
    Invocation invocation =
        new Invocation(
            List.of("nsbox"), Map.of(), "/", "/", 1, 1, 0, false, false, terminal, rows, 80, 0);
    StateRoots roots = new StateRoots(Path.of("/nonexistent"), Path.of("/nonexistent"));
    return new Progress(new Session(invocation, front, roots, Optional.empty(), false), quiet);
  }

  private static void transfer(Progress progress) {
    progress.started(LAYER);
    progress.advanced(LAYER, 2_000_000);
    progress.finished(LAYER, Outcome.TRANSFERRED);
    progress.started(OTHER);
    progress.finished(OTHER, Outcome.PRESENT);
  }

  @Test
  void printsALineForEachBlobThatIsDoneWithoutATerminal() {
    try (Progress progress = progress(false, 0, false)) {
      transfer(progress);
    }
    String expected =
        "err:"
            + LAYER.digest().shortHex()
            + ": 4MB in 0.0s\nerr:"
            + OTHER.digest().shortHex()
            + ": already there\n";
    assertEquals(expected, front.text());
  }

  @Test
  void saysOnlyWhatGoesWrongWhenQuiet() {
    try (Progress progress = progress(true, 24, true)) {
      transfer(progress);
      progress.note("lost \u001b[31m; trying again");
    }
    assertEquals("err:nsbox: lost \\x1b[31m; trying again\n", front.text());
  }

  @Test
  void drawsBarsOnATerminal() throws InterruptedException {
    try (Progress progress = progress(true, 24, false)) {
      progress.started(LAYER);
      progress.advanced(LAYER, 0);
      Thread.sleep(300);
      progress.advanced(LAYER, 2_000_000);
      Thread.sleep(300);
      progress.finished(LAYER, Outcome.TRANSFERRED);
    }
    String drawn = front.text();
    assertTrue(drawn.contains("[==========>         ] 2MB/4MB  "), drawn);
    assertTrue(drawn.contains("/s  "), drawn);
    assertTrue(drawn.contains("s left"), drawn);
    assertTrue(drawn.stripTrailing().matches("(?s).*: 4MB in 0\\.[5-9]s"), drawn);
  }

  @Test
  void keepsToTheScreen() {
    int rows = 8;
    try (Progress progress = progress(true, rows, false)) {
      for (int i = 0; i < 40; i++) {
        progress.started(blob("layer " + i, 100));
      }
    }
    String last = front.text().substring(front.text().lastIndexOf("err:"));
    assertTrue(last.lines().count() <= rows - 2, last);
  }
}
