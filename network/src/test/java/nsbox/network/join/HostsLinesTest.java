package nsbox.network.join;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import nsbox.network.Address;
import org.junit.jupiter.api.Test;

final class HostsLinesTest {
  private static final Address ADDRESS =
      Address.parse("fd00:1111:2222:3333:4444:5555:6666:7777").orElseThrow();

  @Test
  void saysNothingWithoutNames() {
    StringBuilder text = new StringBuilder();
    HostsLines.add(text, ADDRESS, List.of());
    assertEquals("", text.toString());
  }

  @Test
  void breaksLinesBeforeAResolverDoes() {
    List<String> names = new ArrayList<>();
    for (int i = 10; i < 50; i++) {
      names.add("name-" + i + "x".repeat(57));
    }
    StringBuilder text = new StringBuilder();
    HostsLines.add(text, ADDRESS, names);
    List<String> found = new ArrayList<>();
    for (String line : text.toString().split("\n")) {
      assertTrue(line.length() < 511, line);
      assertTrue(line.startsWith(ADDRESS + "\t"), line);
      found.addAll(List.of(line.substring(line.indexOf('\t') + 1).split(" ")));
    }
    assertEquals(names, found);
    assertTrue(text.toString().endsWith("\n"));
  }
}
