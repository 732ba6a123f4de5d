package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Standard input, output and error between the caller and the container.
final class StreamsTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  @Test
  void readsTheCallersInputWithInteractive() throws Exception {
    assertEquals(
        new Result(0, "hi\n", ""), nsbox.sh("echo hi | nsbox run -i --rm " + ALPINE + " cat"));
  }

  @Test
  void readsNothingWithoutInteractive() throws Exception {
    assertEquals(
        new Result(0, "end\n", ""),
        nsbox.sh("echo hi | nsbox run --rm " + ALPINE + " sh -c 'cat; echo end'"));
  }

  @Test
  void leavesUnreadInputToTheNextReader() throws Exception {
    assertEquals(
        new Result(0, "left\n", ""),
        nsbox.sh("echo left | { nsbox run --rm " + ALPINE + " true; cat; }"));
  }

  @Test
  void carriesFiftyMegabytesOfAnyBytesUnchanged() throws Exception {
    Path input = nsbox.folder.resolve("input");
    Path output = nsbox.folder.resolve("output");
    byte[] bytes = new byte[50_000_000];
    new Random(1).nextBytes(bytes);
    Files.write(input, bytes);
    Result result = nsbox.sh("cat input | nsbox run -i --rm " + ALPINE + " cat | cat > output");
    assertEquals(new Result(0, "", ""), result);
    assertEquals(-1, Files.mismatch(input, output), "first byte that differs");
  }

  @Test
  void keepsOutputAndErrorsApart() throws Exception {
    assertEquals(
        new Result(3, "one\n", "two\n"),
        nsbox.run("run", "--rm", ALPINE, "sh", "-c", "echo one; echo two >&2; exit 3"));
  }

  @Test
  void deliversAllOutputThatAPipeCannotHold() throws Exception {
    Result result =
        nsbox.sh("nsbox run --rm " + ALPINE + " seq 1 300000 | { sleep 0.3; sha256sum; }");
    assertEquals(nsbox.sh("seq 1 300000 | sha256sum"), result);
  }

  @Test
  void deliversWhatADaemonisedChildWroteBeforeTheEnd() throws Exception {
    assertEquals(
        new Result(0, "a\nb\n", ""),
        nsbox.run("run", "--rm", ALPINE, "sh", "-c", "sleep 60 & echo a; echo b"));
  }

  @Test
  void endsTheContainerWhenTheReaderIsGone() throws Exception {
    assertEquals(
        new Result(0, "y\n", "yes: Broken pipe\n"),
        nsbox.sh("nsbox run --rm " + ALPINE + " yes | head -n 1"));
  }

  @Test
  void seesTheEndOfInputOnce() throws Exception {
    assertEquals(
        new Result(0, "3\n", ""),
        nsbox.sh("printf 'a\\nb\\nc\\n' | nsbox run -i --rm " + ALPINE + " sh -c 'wc -l'"));
  }

  @Test
  void worksWithClosedInput() throws Exception {
    assertEquals(new Result(0, "ok\n", ""), nsbox.sh("nsbox run --rm " + ALPINE + " echo ok <&-"));
  }

  @Test
  void worksWithClosedOutput() throws Exception {
    assertEquals(new Result(0, "", ""), nsbox.sh("nsbox run --rm " + ALPINE + " true >&- 2>&-"));
  }

  @Test
  void hidesWhatElseTheCallerHasOpen() throws Exception {
    assertEquals(
        new Result(0, "0 1 2 \n", ""),
        nsbox.sh(
            "nsbox run --rm "
                + ALPINE
                + " sh -c 'for fd in 0 1 2 3 4 5 6 7 8 9 10 11 12; do"
                + " [ -e /proc/$$/fd/$fd ] && printf \"%s \" $fd; done; echo' 9</etc/passwd"));
  }
}
