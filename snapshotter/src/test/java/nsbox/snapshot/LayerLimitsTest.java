package nsbox.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class LayerLimitsTest {
  @Test
  void growWithTheBlobFromAGibibyteOn() {
    assertEquals(1L << 30, LayerLimits.DEFAULT.bytesFor(0));
    assertEquals(1L << 30, LayerLimits.DEFAULT.bytesFor(10_000_000));
    assertEquals(2_000_000_000, LayerLimits.DEFAULT.bytesFor(20_000_000));
    assertEquals(Long.MAX_VALUE, LayerLimits.DEFAULT.bytesFor(Long.MAX_VALUE / 2));
  }

  @Test
  void areTheSameForAllBlobsWhereTheUserSetsThem() {
    LayerLimits limits = LayerLimits.DEFAULT.withBytes(5).withEntries(6);
    assertEquals(5, limits.bytesFor(1_000_000_000));
    assertEquals(6, limits.entries());
  }

  @Test
  void areNeverNegative() {
    assertThrows(IllegalArgumentException.class, () -> LayerLimits.DEFAULT.withBytes(-1));
  }
}
