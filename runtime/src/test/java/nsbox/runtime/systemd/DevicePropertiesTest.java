package nsbox.runtime.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import nsbox.runtime.cgroup.DeviceRule;
import nsbox.runtime.spec.UnsupportedSpecException;
import org.junit.jupiter.api.Test;

class DevicePropertiesTest {
  private static final DeviceRule NONE = new DeviceRule(false, 'a', -1, -1, "rwm");
  private static final DeviceRule ALL = new DeviceRule(true, 'a', -1, -1, "rwm");

  private static DeviceRule allow(char type, long major, long minor, String access) {
    return new DeviceRule(true, type, major, minor, access);
  }

  private static DeviceRule deny(char type, long major, long minor, String access) {
    return new DeviceRule(false, type, major, minor, access);
  }

  private static List<UnitProperty> only(List<List<String>> devices) {
    return List.of(
        UnitProperty.text("DevicePolicy", "strict"), UnitProperty.pairs("DeviceAllow", devices));
  }

  @Test
  void namesDevicesAsSystemdDoes() throws Exception {
    assertEquals(
        only(
            List.of(
                List.of("/dev/char/1:3", "rwm"),
                List.of("char-136", "rw"),
                List.of("block-*", "m"),
                List.of("/dev/block/8:0", "r"))),
        DeviceProperties.of(
            List.of(
                NONE,
                allow('c', 1, 3, "rwm"),
                allow('c', 136, -1, "rw"),
                allow('b', -1, -1, "m"),
                allow('b', 8, 0, "r"))));
  }

  @Test
  void listsWhatIsLeftAtTheEnd() throws Exception {
    assertEquals(
        only(List.of(List.of("/dev/char/1:3", "rm"))),
        DeviceProperties.of(
            List.of(
                allow('c', 9, 9, "r"),
                NONE,
                allow('c', 1, 3, "r"),
                allow('c', 1, 3, "wm"),
                allow('c', 5, 0, "rw"),
                deny('c', 1, 3, "w"),
                deny('c', 5, 0, "rwm"),
                deny('c', 7, 7, "rwm"))));
    assertEquals(only(List.of()), DeviceProperties.of(List.of(NONE)));
  }

  @Test
  void saysNothingOfDevicesWhereAllAreAllowed() throws Exception {
    List<UnitProperty> auto = List.of(UnitProperty.text("DevicePolicy", "auto"));
    assertEquals(auto, DeviceProperties.of(List.of()));
    assertEquals(auto, DeviceProperties.of(List.of(NONE, ALL, allow('c', 1, 3, "rwm"))));
    assertEquals(
        auto, DeviceProperties.of(List.of(deny('c', 1, 3, "rw"), allow('c', 1, 3, "rwm"))));
  }

  @Test
  void refusesWhatSystemdHasNoWordFor() {
    String end = ", which cannot be told to systemd on this host with cgroups of version 1";
    UnsupportedSpecException e =
        assertThrows(
            UnsupportedSpecException.class,
            () -> DeviceProperties.of(List.of(NONE, ALL, deny('b', 8, -1, "w"))));
    assertEquals(
        "linux.resources.devices: deny b 8:* w while all others are allowed" + end, e.getMessage());
    e =
        assertThrows(
            UnsupportedSpecException.class,
            () -> DeviceProperties.of(List.of(NONE, allow('c', -1, 5, "rw"))));
    assertEquals("linux.resources.devices: allow c *:5 rw" + end, e.getMessage());
  }
}
