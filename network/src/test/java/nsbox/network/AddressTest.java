package nsbox.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          10.0.0.1                     | 10.0.0.1
          255.255.255.255              | 255.255.255.255
          0.0.0.0                      | 0.0.0.0
          ::                           | ::
          ::1                          | ::1
          1::                          | 1::
          fd00:0:0:1::2                | fd00:0:0:1::2
          fd00::1:0:0:2                | fd00::1:0:0:2
          1:0:0:2:0:0:0:3              | 1:0:0:2::3
          1:2:3:4:5:6:7:8              | 1:2:3:4:5:6:7:8
          2001:DB8:0:0:1:0:0:1         | 2001:db8::1:0:0:1
          1:0:2:3:4:5:6:7              | 1:0:2:3:4:5:6:7
          ::ffff:1.2.3.4               | ::ffff:102:304
          1::2:3:4:5:6:7               | 1:0:2:3:4:5:6:7
          """)
  void readsAndWrites(String text, String canonical) {
    assertEquals(canonical, Address.parse(text).orElseThrow().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "1.2.3.",
        "1.2.3.4 ",
        "a.b.c.d",
        ":",
        ":::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "12345::",
        "g::",
        "::1%eth0",
        "1:2:3:4:5:6:7::8",
        "::1.2.3",
        "1.2.3.4::",
        "[::1]",
        "1:",
        ":1",
        "localhost"
      })
  void refuses(String text) {
    assertEquals(Optional.empty(), Address.parse(text));
  }

  @Test
  void counts() {
    assertEquals("10.1.0.3", Address.parse("10.0.255.254").orElseThrow().plus(5).toString());
    assertEquals("fd00::1:0", Address.parse("fd00::ffff").orElseThrow().plus(1).toString());
  }

  @Test
  void subnets() {
    Subnet subnet = Subnet.parse("10.1.2.3/20").orElseThrow();
    assertEquals("10.1.0.0/20 to 10.1.15.255", subnet + " to " + subnet.last());
    assertTrue(subnet.contains(Address.parse("10.1.15.9").orElseThrow()));
    assertFalse(subnet.contains(Address.parse("10.1.16.0").orElseThrow()));
    assertFalse(subnet.contains(Address.parse("::").orElseThrow()));
    assertTrue(subnet.overlaps(Subnet.parse("10.0.0.0/8").orElseThrow()));
    assertTrue(Subnet.parse("0.0.0.0/0").orElseThrow().overlaps(subnet));
    assertFalse(subnet.overlaps(Subnet.parse("10.1.16.0/20").orElseThrow()));
    for (String none :
        new String[] {"10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "x/8", "::/129", "::/1x"}) {
      assertEquals(Optional.empty(), Subnet.parse(none), none);
    }
  }
}
