package nsbox.runtime.plan;

import static nsbox.runtime.plan.LaunchFixture.all;
import static nsbox.runtime.plan.LaunchFixture.only;
import static nsbox.runtime.plan.LaunchFixture.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import nsbox.json.JsonException;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CgroupStageTest {
  @Test
  void refusesToLimitProcessesWhereNothingCan() throws IOException {
    LaunchFixture fixture = new LaunchFixture().on(new CgroupLayout(List.of()));
    assertEquals(
        "linux.resources.pids.limit: this host has no pids controller",
        refused(fixture).getMessage());
  }

  @Test
  void startsOnAHostWithoutCgroups() throws Exception {
    Program program =
        new LaunchFixture().on(new CgroupLayout(List.of())).without("linux.resources").compile();
    assertEquals(0, all(program, Opcode.KILL_CGROUP).size());
    assertEquals("", only(program, Opcode.SPAWN).arguments().get(2));
  }

  @Test
  void filtersDevicesByAProgramWhereThereIsNoFileForIt() throws Exception {
    Instruction filter = only(new LaunchFixture().compile(), Opcode.DEVICE_FILTER);
    assertEquals("/golden/cgroup/nsbox/c1", filter.arguments().get(0));
    assertEquals(
        0,
        all(new LaunchFixture().on(LaunchFixture.HYBRID).compile(), Opcode.DEVICE_FILTER).size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'allow': true, 'type': 'x'}",
        "{'allow': true, 'type': 'c', 'access': 'rwx'}",
        "{'allow': true, 'type': 'c', 'major': -7}"
      })
  void saysWhichDeviceRuleIsNone(String rule) throws IOException {
    LaunchFixture fixture =
        new LaunchFixture().with("linux.resources.devices", "[{'allow': false}, " + rule + "]");
    JsonException e = assertThrows(JsonException.class, fixture::compile);
    assertTrue(
        e.getMessage().startsWith("config.json: linux.resources.devices[1]"), e.getMessage());
  }

  @Test
  void putsARelativeCgroupBelowTheCallersOwn() throws Exception {
    Program program =
        new LaunchFixture()
            .on(LaunchFixture.VERSION_1)
            .with("linux.cgroupsPath", "'web'")
            .compile();
    List<Object> paths = new ArrayList<>();
    for (Instruction step : all(program, Opcode.RMDIR)) {
      paths.add(step.arguments().getFirst());
    }
    assertEquals(
        List.of(
            "/golden/cgroup/systemd/init.scope/web",
            "/golden/cgroup/cpu,cpuacct/web",
            "/golden/cgroup/cpuset/web",
            "/golden/cgroup/devices/web",
            "/golden/cgroup/pids/agents/7/web"),
        paths);
  }

  @Test
  void namesTheCgroupAfterTheContainerWhereNoPathIsConfigured() throws Exception {
    Program program = new LaunchFixture().without("linux.cgroupsPath").compile();
    assertEquals(List.of("/golden/cgroup/user.slice/c1"), only(program, Opcode.RMDIR).arguments());
  }

  /* Whose maker knows but some of the hierarchies, and has been at work when these steps are done. */
  @Test
  void makesWhatIsMissingOfAScopeOfVersion1OnceItIsThere() throws Exception {
    Program program =
        new LaunchFixture().on(LaunchFixture.VERSION_1).inScope("/s.slice/c1.scope").compile();
    List<String> made = new ArrayList<>();
    for (Instruction step : all(program, Opcode.MKDIR)) {
      if (step.arguments().getFirst().toString().startsWith("/golden/cgroup/")) {
        assertEquals(Instruction.EXISTS, step.ignore());
        made.add(step.arguments().getFirst().toString().substring("/golden/cgroup/".length()));
      }
    }
    assertEquals(
        List.of(
            "cpu,cpuacct/s.slice",
            "cpu,cpuacct/s.slice/c1.scope",
            "cpuset/s.slice",
            "cpuset/s.slice/c1.scope",
            "devices/s.slice",
            "devices/s.slice/c1.scope",
            "pids/s.slice",
            "pids/s.slice/c1.scope"),
        made);
    List<Opcode> order = new ArrayList<>();
    for (Instruction step : program.section(0)) {
      order.add(step.opcode());
    }
    assertTrue(order.indexOf(Opcode.AWAIT_PLANNER) < order.indexOf(Opcode.MKDIR), order.toString());
    assertTrue(order.lastIndexOf(Opcode.MKDIR) < order.indexOf(Opcode.GO_ON), order.toString());
  }
}
