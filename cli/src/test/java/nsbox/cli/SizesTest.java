package nsbox.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "12b, 12",
    "1k, 1024",
    "1K, 1024",
    "1kb, 1024",
    "2MiB, 2097152",
    "10G, 10737418240",
    "1t, 1099511627776",
    "1.5g, 1610612736",
    "0.5k, 512",
    "8191p, -1"
  })
  void countsAsDockerDoes(String text, long bytes) throws Failure {
    if (bytes < 0) {
      assertThrows(Failure.class, () -> Sizes.parse(text, "--storage-opt size"));
    } else {
      assertEquals(bytes, Sizes.parse(text, "--storage-opt size"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "-1",
        "+1",
        "b",
        "k",
        "1.5",
        "-1.5g",
        "1.2.3g",
        ".5g",
        "1x",
        "9223372036854775807k",
        "ib"
      })
  void refusesWhatIsNoSize(String text) {
    Failure failure = assertThrows(Failure.class, () -> Sizes.parse(text, "--storage-opt size"));
    assertEquals(
        "--storage-opt size is " + text + "; it takes a size such as 512m or 8g",
        failure.getMessage());
  }
}
