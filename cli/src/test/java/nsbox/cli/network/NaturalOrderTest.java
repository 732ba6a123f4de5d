package nsbox.cli.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class NaturalOrderTest {
  @Test
  void numbersCountAndLettersFollowEachOther() {
    List<String> ordered =
        List.of(
            "1", "2", "10", "A", "a", "a-1", "a1", "a01b", "a2", "a2b", "a10", "a10-2", "a10-12",
            "b");
    List<String> sorted = new ArrayList<>(ordered);
    Collections.reverse(sorted);
    sorted.sort(NaturalOrder::compare);
    assertEquals(ordered, sorted);
  }

  @Test
  void onlyTheSameIsEqual() {
    assertEquals(0, NaturalOrder.compare("a01", "a01"));
    assertEquals(
        -Integer.signum(NaturalOrder.compare("a1", "a01")),
        Integer.signum(NaturalOrder.compare("a01", "a1")));
    assertEquals(1, Integer.signum(NaturalOrder.compare("a1", "a01")));
  }
}
