package nsbox.runtime.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import nsbox.runtime.spec.UnsupportedSpecException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnnotatedPropertiesTest {
  private static List<UnitProperty> of(String name, String value) throws Exception {
    return AnnotatedProperties.of(Map.of("org.systemd.property." + name, value, "other", "x"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          KillSignal       | 37               | KillSignal i 37
          TimeoutStopUSec  | uint64 90000000  | TimeoutStopUSec t 90000000
          TimeoutStopSec   | 90               | TimeoutStopUSec t 90000000
          TimeoutStopSec   | uint64 90        | TimeoutStopUSec t 90000000
          TimeoutStopSec   | 0.25             | TimeoutStopUSec t 250000
          Description      | 'a container'    | Description s a container
          CollectMode      | "inactive"       | CollectMode s inactive
          SendSIGHUP       | true             | SendSIGHUP b true
          """)
  void takesTheTextsOfEngines(String name, String value, String expected) throws Exception {
    UnitProperty property = of(name, value).getFirst();
    assertEquals(expected, property.name() + " " + property.signature() + " " + property.value());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          KillSignal       | much
          KillSignal       | 4294967296
          KillSignal       | double 3
          After            | ['a.service']
          Description      | 'a'b'
          TimeoutStopSec   | -1
          """)
  void refuseOthers(String name, String value) {
    UnsupportedSpecException refusal =
        assertThrows(UnsupportedSpecException.class, () -> of(name, value));
    assertEquals(
        "annotations.org.systemd.property."
            + name
            + ": "
            + value
            + ", but expected a string in quotes, true, false or a whole number",
        refusal.getMessage());
  }

  @Test
  void refuseNamesThatAreNone() {
    assertThrows(UnsupportedSpecException.class, () -> of("a.b", "1"));
    assertThrows(UnsupportedSpecException.class, () -> of("", "1"));
  }
}
