package nsbox.runtime.plan;

import static nsbox.runtime.plan.LaunchFixture.all;
import static nsbox.runtime.plan.LaunchFixture.only;
import static nsbox.runtime.plan.LaunchFixture.places;
import static nsbox.runtime.plan.LaunchFixture.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessStageTest {
  @Test
  void loadsTheFilterBeforeRightsGoWhereNewPrivilegesAreAllowed() throws Exception {
    Map<Opcode, Integer> places = places(new LaunchFixture().compile());
    assertTrue(places.get(Opcode.SECCOMP) < places.get(Opcode.IDENTITY));
    assertTrue(places.get(Opcode.SECCOMP) < places.get(Opcode.BOUNDING_SET));
  }

  @Test
  void loadsTheFilterAfterAllRightsAreSetWhereNewPrivilegesAreNot() throws Exception {
    Program program = new LaunchFixture().with("process.noNewPrivileges", "true").compile();
    Map<Opcode, Integer> places = places(program);
    assertTrue(places.get(Opcode.NO_NEW_PRIVILEGES) < places.get(Opcode.SECCOMP));
    assertTrue(places.get(Opcode.SECCOMP) > places.get(Opcode.CAPABILITIES));
    assertEquals(places.get(Opcode.EXECUTE) - 2, places.get(Opcode.SECCOMP));
    assertEquals(1, all(program, Opcode.SECCOMP).size());
  }

  @Test
  void givesTheLastValueOfAVariable() throws Exception {
    Program program =
        new LaunchFixture()
            .with("process.env", "['A=1', 'HOME=/h', 'A=2', 'B=', 'A=3=4']")
            .compile();
    assertEquals(List.of("A=3=4", "HOME=/h", "B="), program.init().getLast().arguments().get(1));
  }

  @Test
  void endsWithTheProgram() throws Exception {
    Program program = new LaunchFixture().compile();
    Instruction last = program.init().getLast();
    assertEquals(Opcode.EXECUTE, last.opcode());
    assertEquals(
        List.of(
            List.of("/bin/sleep", "10"),
            List.of("PATH=/usr/bin:/bin", "HOME=/root"),
            "/usr/bin:/bin",
            0L),
        last.arguments());
  }

  @Test
  void setsCapabilitiesByTheirBits() throws Exception {
    Program program =
        new LaunchFixture()
            .with("process.capabilities.bounding", "['CAP_CHOWN', 'CAP_CHECKPOINT_RESTORE']")
            .with("process.capabilities.effective", "['CAP_SYS_ADMIN']")
            .with(
                "process.capabilities.permitted", "['CAP_NET_RAW', 'CAP_SYS_ADMIN', 'CAP_SYSLOG']")
            .with("process.capabilities.inheritable", "['CAP_NET_RAW', 'CAP_SETFCAP']")
            .with("process.capabilities.ambient", "['CAP_NET_RAW']")
            .compile();
    assertEquals(List.of(1L | 1L << 40), only(program, Opcode.BOUNDING_SET).arguments());
    assertEquals(
        List.of(1L << 21, 1L << 13 | 1L << 21 | 1L << 34, 1L << 13 | 1L << 31),
        only(program, Opcode.CAPABILITIES).arguments());
    assertEquals(List.of(1L << 13), only(program, Opcode.AMBIENT_SET).arguments());
  }

  @Test
  void leavesOutAmbientCapabilitiesThatTheKernelWouldRefuse() throws Exception {
    Program program =
        new LaunchFixture()
            .with("process.capabilities.permitted", "['CAP_NET_RAW', 'CAP_KILL']")
            .with("process.capabilities.inheritable", "['CAP_NET_RAW']")
            .with("process.capabilities.ambient", "['CAP_NET_RAW', 'CAP_KILL']")
            .compile();
    assertEquals(List.of(1L << 13), only(program, Opcode.AMBIENT_SET).arguments());
  }

  @ParameterizedTest
  @ValueSource(strings = {"CAP_EVERYTHING", "CHOWN", "cap_chown", "CAP_"})
  void refusesWhatIsNoCapability(String name) throws IOException {
    for (String set : List.of("bounding", "effective", "permitted", "inheritable", "ambient")) {
      LaunchFixture fixture =
          new LaunchFixture().with("process.capabilities." + set, "['" + name + "']");
      assertEquals(
          "process.capabilities." + set + ": " + name + " is no capability",
          refused(fixture).getMessage());
    }
  }

  @Test
  void givesNoCapabilitiesWhereNoneAreConfigured() throws Exception {
    Program program = new LaunchFixture().without("process.capabilities").compile();
    assertEquals(List.of(0L, 0L, 0L), only(program, Opcode.CAPABILITIES).arguments());
    assertEquals(List.of(0L), only(program, Opcode.BOUNDING_SET).arguments());
  }

  @Test
  void setsLimitsByTheirNumbers() throws Exception {
    Program program =
        new LaunchFixture()
            .with(
                "process.rlimits",
                "[{'type': 'RLIMIT_NOFILE', 'soft': 1024, 'hard': 18446744073709551615},"
                    + " {'type': 'RLIMIT_RTTIME', 'soft': 1, 'hard': 2}]")
            .compile();
    List<Instruction> limits = all(program, Opcode.RLIMIT);
    assertEquals(List.of(7L, 1024L, -1L), limits.get(0).arguments());
    assertEquals("limit RLIMIT_NOFILE to 1024, at most unlimited", limits.get(0).label());
    assertEquals(List.of(15L, 1L, 2L), limits.get(1).arguments());
  }

  @Test
  void refusesWhatIsNoLimit() throws IOException {
    LaunchFixture fixture =
        new LaunchFixture()
            .with("process.rlimits", "[{'type': 'RLIMIT_LUCK', 'soft': 1, 'hard': 2}]");
    assertEquals(
        "process.rlimits: RLIMIT_LUCK is no limit of Linux", refused(fixture).getMessage());
  }

  @Test
  void givesGroupsAs32BitNumbers() throws Exception {
    Program program =
        new LaunchFixture()
            .with("process.user", "{'uid': 1, 'gid': 2, 'additionalGids': [3, 4294967294]}")
            .compile();
    List<Object> arguments = only(program, Opcode.IDENTITY).arguments();
    assertEquals(List.of(1L, 2L), arguments.subList(0, 2));
    assertArrayEquals(
        new byte[] {3, 0, 0, 0, (byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff},
        (byte[]) arguments.get(2));
  }
}
