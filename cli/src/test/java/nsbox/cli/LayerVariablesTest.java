package nsbox.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import nsbox.snapshot.LayerLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerVariablesTest {
  @ParameterizedTest
  @CsvSource({
    "1,1",
    "77b,77",
    "3k,3072",
    "3K,3072",
    "512m,536870912",
    "8G,8589934592",
    "5kb,5120",
    "1.5g,1610612736",
    "5t,5497558138880",
    "9223372036854775807,9223372036854775807",
    "8589934591g,9223372035781033984"
  })
  void readsSizes(String text, long bytes) throws Failure {
    LayerLimits limits = LayerVariables.limits(Map.of(LayerVariables.BYTES, text));
    assertEquals(LayerLimits.DEFAULT.withBytes(bytes), limits);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0g", "-5", "+5", " 5", "5 ", "1.5", "g", "b", "8589934592g"})
  void refusesOtherSizes(String text) {
    Failure failure =
        assertThrows(
            Failure.class, () -> LayerVariables.limits(Map.of(LayerVariables.BYTES, text)));
    assertEquals(
        "NSBOX_LAYER_MAX_BYTES is " + text + "; it takes a size such as 512m or 8g",
        failure.getMessage());
  }

  @Test
  void readsEntries() throws Failure {
    assertEquals(
        LayerLimits.DEFAULT.withEntries(7),
        LayerVariables.limits(Map.of(LayerVariables.ENTRIES, "7")));
    assertThrows(Failure.class, () -> LayerVariables.limits(Map.of(LayerVariables.ENTRIES, "7k")));
  }

  @Test
  void takesTheDefaultsOtherwise() throws Failure {
    assertSame(LayerLimits.DEFAULT, LayerVariables.limits(Map.of()));
    assertSame(
        LayerLimits.DEFAULT,
        LayerVariables.limits(Map.of(LayerVariables.BYTES, "", LayerVariables.ENTRIES, "")));
  }
}
