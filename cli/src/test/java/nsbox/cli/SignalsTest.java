package nsbox.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalsTest {
  @ParameterizedTest
  @CsvSource({
    "HUP, 1",
    "SIGHUP, 1",
    "sigkill, 9",
    "Term, 15",
    "SIGTERM, 15",
    "STKFLT, 16",
    "SIGCHLD, 17",
    "SIGWINCH, 28",
    "SYS, 31",
    "1, 1",
    "64, 64",
    "09, 9"
  })
  void goByNameOrNumber(String text, int number) throws Failure {
    assertEquals(number, Signals.number(text));
  }

  /* systemd's stop signal is one of them. */
  @ParameterizedTest
  @CsvSource({
    "SIGRTMIN, 34",
    "RTMIN+3, 37",
    "SIGRTMIN+30, 64",
    "SIGRTMAX, 64",
    "RTMAX-14, 50",
    "sigrtmax-1, 63"
  })
  void reachUpToTheRealTimeOnes(String text, int number) throws Failure {
    assertEquals(number, Signals.number(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SIG",
        "NONE",
        "SIGNONE",
        "TERM ",
        "1.5",
        "RTMIN+",
        "RTMIN+x",
        "RTMIN+-3",
        "RTMIN++3",
        "RTMAX--1",
        "RTMIN-1"
      })
  void areRefusedByTheirText(String text) {
    assertEquals("invalid signal: " + text, refused(text).getMessage());
  }

  @Test
  void areRefusedOutsideOfTheirRange() {
    for (String text : new String[] {"0", "65", "-1", "RTMIN+31", "RTMAX-64"}) {
      assertEquals(
          "invalid signal: " + text + ": valid signals are 1 through 64",
          refused(text).getMessage());
    }
  }

  private static Failure refused(String text) {
    return assertThrows(Failure.class, () -> Signals.number(text));
  }
}
