package nsbox.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
  @ParameterizedTest
  @CsvSource({
    "5s, PT5S",
    "500ms, PT0.5S",
    "1m30s, PT1M30S",
    "1.5h, PT1H30M",
    "20us, PT0.00002S",
    "7ns, PT0.000000007S",
    "0, PT0S",
    "-2s, PT-2S",
    "+2s, PT2S"
  })
  void isReadAsGoReadsIt(String text, String expected) throws Exception {
    assertEquals(Duration.parse(expected), GoDuration.parse("--interval", text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "5x", "5s5", "1..5s", "99999999999h", "5 s", "-"})
  void isRefusedOtherwise(String text) {
    Failure failure = assertThrows(Failure.class, () -> GoDuration.parse("--interval", text));
    assertEquals(
        "--interval: invalid duration: " + text + ", expected one such as 5s",
        failure.getMessage());
  }

  @Test
  void hasNoLongerThanNanosecondsCanCount() throws Exception {
    assertEquals(Duration.ofNanos(Long.MAX_VALUE), GoDuration.parse("-i", Long.MAX_VALUE + "ns"));
  }
}
