package nsbox.cli.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import nsbox.cli.Failure;
import nsbox.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ChangedLimitsTest {
  @ParameterizedTest
  @CsvSource({
    "64m, 67108864",
    "64M, 67108864",
    "64mb, 67108864",
    "64MiB, 67108864",
    "1.5g, 1610612736",
    "32 kB, 32768",
    "10, 10",
    "10b, 10",
    "1p, 1125899906842624",
    "0, 0",
    "-1, -1"
  })
  void readsSizesAsRuncDoes(String text, long bytes) throws Exception {
    assertEquals(bytes, ChangedLimits.bytes(text, "--memory"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"m", "-2", "64x", "64mm", "1e3", "9000000p", "b", "ib", "-1m"})
  void refusesWhatIsNoSize(String text) {
    Failure failure = assertThrows(Failure.class, () -> ChangedLimits.bytes(text, "--memory-swap"));
    assertEquals(
        "invalid value for memory-swap: invalid size: '" + text + "'", failure.getMessage());
  }

  @Test
  void namesWhatIsToChangeAndNothingElse() throws Exception {
    assertEquals(
        "{\"memory\":{\"limit\":67108864,\"swap\":-1},\"cpu\":{\"quota\":-1,\"shares\":512,"
            + "\"idle\":0,\"cpus\":\"0\"},\"blockIO\":{\"weight\":10},\"pids\":{\"limit\":7}}",
        json(
            "--memory=64m",
            "--memory-swap",
            "-1",
            "--cpu-quota",
            "-1",
            "--cpu-shares=512",
            "--cpu-period=",
            "--cpu-idle=0",
            "--cpuset-cpus=0",
            "--blkio-weight=10",
            "--pids-limit=7"));
    assertEquals("{}", json());
  }

  @Test
  void refusesWhatIsNoNumberByTheOption() {
    Failure failure = assertThrows(Failure.class, () -> json("--pids-limit=many"));
    assertEquals("invalid value for pids-limit: many", failure.getMessage());
  }

  private static String json(String... options) throws Exception {
    String[] words = java.util.Arrays.copyOf(options, options.length + 1);
    words[options.length] = "web";
    CommandLine line = new CommandLine(new UpdateCommand().spec());
    return Json.text(new ChangedLimits(line.parseArgs(words)).json());
  }
}
