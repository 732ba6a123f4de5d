package nsbox.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeviceProgramTest {
  private static final int BLOCK = 1;
  private static final int CHARACTER = 2;
  private static final int MKNOD = 1;
  private static final int READ = 2;
  private static final int WRITE = 4;
  private static final DeviceRule DENY_ALL = new DeviceRule(false, 'a', -1, -1, "rwm");
  private static final DeviceRule NULL = new DeviceRule(true, 'c', 1, 3, "rw");

  @Test
  void forbidsWhatNoRuleSpeaksOf() {
    assertFalse(machine().allows(CHARACTER, READ, 1, 3));
    assertFalse(machine(NULL).allows(BLOCK, READ, 1, 3));
    assertFalse(machine(NULL).allows(CHARACTER, READ, 1, 5));
    assertFalse(machine(NULL).allows(CHARACTER, MKNOD, 1, 3));
  }

  @Test
  void allowsTheAccessesOfARuleAloneAndTogether() {
    assertTrue(machine(DENY_ALL, NULL).allows(CHARACTER, READ, 1, 3));
    assertTrue(machine(DENY_ALL, NULL).allows(CHARACTER, READ | WRITE, 1, 3));
    assertFalse(machine(DENY_ALL, NULL).allows(CHARACTER, READ | MKNOD, 1, 3));
  }

  @Test
  void addsUpTheAccessesOfSeveralRules() {
    DeviceMachine machine =
        machine(
            new DeviceRule(true, 'c', -1, -1, "m"),
            new DeviceRule(true, 'c', 1, -1, "r"),
            new DeviceRule(true, 'c', 1, 3, "w"));
    assertTrue(machine.allows(CHARACTER, READ | WRITE | MKNOD, 1, 3));
    assertFalse(machine.allows(CHARACTER, READ | WRITE, 1, 5));
    assertTrue(machine.allows(CHARACTER, MKNOD, 200, 200));
  }

  @Test
  void letsTheLastRuleWin() {
    DeviceRule noWrite = new DeviceRule(false, 'c', 1, 3, "w");
    assertFalse(machine(NULL, noWrite).allows(CHARACTER, READ | WRITE, 1, 3));
    assertTrue(machine(NULL, noWrite).allows(CHARACTER, READ, 1, 3));
    assertTrue(machine(noWrite, NULL).allows(CHARACTER, READ | WRITE, 1, 3));
    assertFalse(machine(NULL, DENY_ALL).allows(CHARACTER, READ, 1, 3));
  }

  @Test
  void takesARuleForAllDevicesWithoutItsNumbers() {
    DeviceRule all = new DeviceRule(true, 'a', 7, 7, "r");
    assertTrue(machine(all).allows(BLOCK, READ | WRITE | MKNOD, 8, 0));
  }

  @Test
  void decidesAsTheRulesSay() {
    Random random = new Random(1);
    for (int round = 0; round < 500; round++) {
      List<DeviceRule> rules = new ArrayList<>();
      for (int i = random.nextInt(12); i >= 0; i--) {
        rules.add(randomRule(random));
      }
      DeviceMachine machine = new DeviceMachine(DeviceProgram.compile(rules));
      for (int device = 0; device < 2 * 8 * 3 * 3; device++) {
        int type = 1 + device % 2;
        int access = device / 2 % 8;
        int major = device / 16 % 3;
        int minor = device / 48;
        assertEquals(
            allows(rules, type, access, major, minor),
            access == 0 || machine.allows(type, access, major, minor),
            () -> rules + ": " + type + " " + major + ":" + minor + " " + access);
      }
    }
  }

  @Test
  void writesTheLinesOfTheFirstVersion() {
    assertEquals("c 1:3 rw", NULL.v1Line());
    assertEquals("b 8:* rwm", new DeviceRule(true, 'b', 8, -1, "rwm").v1Line());
    assertEquals("a", DENY_ALL.v1Line());
  }

  @Test
  void refusesFieldsThatNoDeviceHas() {
    assertThrows(IllegalArgumentException.class, () -> new DeviceRule(true, 'x', 1, 1, "r"));
    assertThrows(IllegalArgumentException.class, () -> new DeviceRule(true, 'c', -2, 1, "r"));
    assertThrows(IllegalArgumentException.class, () -> new DeviceRule(true, 'c', 1, 1, "rx"));
  }

  /// The rules one after the other, each access by itself.
  private static boolean allows(
      List<DeviceRule> rules, int type, int access, int major, int minor) {
    int allowed = 0;
    for (DeviceRule rule : rules) {
      boolean all = rule.type() == 'a';
      boolean matches =
          all
              || rule.type() == (type == BLOCK ? 'b' : 'c')
                  && (rule.major() == -1 || rule.major() == major)
                  && (rule.minor() == -1 || rule.minor() == minor);
      int bits = all ? READ | WRITE | MKNOD : 0;
      bits |= rule.access().contains("r") ? READ : 0;
      bits |= rule.access().contains("w") ? WRITE : 0;
      bits |= rule.access().contains("m") ? MKNOD : 0;
      if (matches) {
        allowed = rule.allow() ? allowed | bits : allowed & ~bits;
      }
    }
    return (access & ~allowed) == 0;
  }

  private static DeviceRule randomRule(Random random) {
    char type = random.nextInt(8) == 0 ? 'a' : random.nextBoolean() ? 'b' : 'c';
    String[] accesses = {"r", "w", "m", "rw", "rm", "wm", "rwm"};
    return new DeviceRule(
        random.nextBoolean(),
        type,
        random.nextInt(-1, 3),
        random.nextInt(-1, 3),
        accesses[random.nextInt(accesses.length)]);
  }

  private static DeviceMachine machine(DeviceRule... rules) {
    return new DeviceMachine(DeviceProgram.compile(List.of(rules)));
  }
}
