package nsbox.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Against what docker's own library says.
class HumanTest {
  @ParameterizedTest
  @CsvSource({
    "-5,         Less than a second",
    "0,          Less than a second",
    "1,          1 second",
    "59,         59 seconds",
    "60,         About a minute",
    "119,        About a minute",
    "120,        2 minutes",
    "3599,       59 minutes",
    "3600,       About an hour",
    "5399,       About an hour",
    "5400,       2 hours",
    "171000,     2 days",
    "170999,     47 hours",
    "1207800,    2 weeks",
    "1207799,    13 days",
    "5182199,    8 weeks",
    "5182200,    2 months",
    "63070199,   24 months",
    "63072000,   2 years"
  })
  void durationsAreDockers(long seconds, String text) {
    assertEquals(text, Human.duration(seconds));
  }

  @ParameterizedTest
  @CsvSource({
    "0,             0B",
    "999,           999B",
    "1000,          1kB",
    "1234,          1.23kB",
    "12345,         12.3kB",
    "123456,        123kB",
    "3626000,       3.63MB",
    "10000000,      10MB",
    "1500000000,    1.5GB",
    "2000000000000, 2TB"
  })
  void sizesHaveThreeDigits(long bytes, String text) {
    assertEquals(text, Human.size(bytes));
  }
}
