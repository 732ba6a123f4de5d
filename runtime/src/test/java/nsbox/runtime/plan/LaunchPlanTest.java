package nsbox.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.testing.Golden;
import org.junit.jupiter.api.Test;

class LaunchPlanTest {
  @Test
  void startsAnOverlayOnAVersion1Host() throws Exception {
    golden("version1-overlay", new LaunchFixture().on(LaunchFixture.VERSION_1));
  }

  @Test
  void startsADirectoryWithATerminalForAUserOnAHybridHost() throws Exception {
    golden(
        "hybrid-directory-terminal-user",
        new LaunchFixture()
            .on(LaunchFixture.HYBRID)
            .from(LaunchFixture.DIRECTORY)
            .keepingInput()
            .with("process.terminal", "true")
            .with("process.consoleSize", "{'height': 24, 'width': 80}")
            .with("process.user", "{'uid': 1000, 'gid': 100, 'umask': 18, 'additionalGids': [4]}")
            .with("process.cwd", "'/home/me'")
            .with("process.noNewPrivileges", "true")
            .with("process.oomScoreAdj", "500")
            .with("process.rlimits", "[{'type': 'RLIMIT_NOFILE', 'soft': 10, 'hard': 20}]")
            .with("process.capabilities.inheritable", "['CAP_KILL']")
            .with("process.capabilities.ambient", "['CAP_KILL']")
            .with("root.readonly", "true"));
  }

  @Test
  void startsOnTheHostsNetworkOnAVersion2Host() throws Exception {
    golden(
        "version2-host-network",
        new LaunchFixture()
            .on(LaunchFixture.VERSION_2)
            .namespaces("pid", "ipc", "uts", "mount")
            .without("linux.sysctl"));
  }

  @Test
  void endsTheTeardownWithTheCallersSteps() throws Exception {
    Program program = new LaunchFixture().compile();
    assertEquals("remove /run/nsbox/c1", program.teardown().getLast().label());
    /* Its end first, while the cgroup can still tell whether it wanted memory. */
    assertEquals(Opcode.RECORD_END, program.teardown().get(0).opcode());
    assertEquals(Opcode.KILL_CGROUP, program.teardown().get(1).opcode());
  }

  private static void golden(String name, LaunchFixture fixture) throws Exception {
    Program program = fixture.compile();
    List<Instruction> init = new ArrayList<>(program.init());
    /* Only where the host has a /proc/kcore. */
    init.removeIf(step -> step.label().startsWith("link /dev/core "));
    Golden.assertIs(
        "nsbox/runtime/plan/" + name + ".txt",
        new Program(program.monitor(), init, program.teardown()).text());
  }
}
