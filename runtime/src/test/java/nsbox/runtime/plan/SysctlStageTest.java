package nsbox.runtime.plan;

import static nsbox.runtime.plan.LaunchFixture.only;
import static nsbox.runtime.plan.LaunchFixture.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import nsbox.runtime.program.Opcode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SysctlStageTest {
  @Test
  void refusesSysctlsWithoutANamespaceForThem() throws IOException {
    LaunchFixture net = new LaunchFixture().namespaces("mount", "uts", "ipc");
    assertEquals(
        "linux.sysctl: net.ipv4.ip_unprivileged_port_start: needs the container's own network"
            + " namespace",
        refused(net).getMessage());
    for (String name :
        List.of("kernel.shmmax", "kernel.msgmax", "kernel.sem", "fs.mqueue.msg_max")) {
      LaunchFixture ipc =
          new LaunchFixture()
              .namespaces("mount", "uts", "network")
              .with("linux.sysctl", "{'" + name + "': '1'}");
      assertEquals(
          "linux.sysctl: " + name + ": needs the container's own ipc namespace",
          refused(ipc).getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vm.swappiness", "kernel.hostname", "kernel.core_pattern", "network.x"})
  void refusesSysctlsOfTheHost(String name) throws IOException {
    LaunchFixture fixture = new LaunchFixture().with("linux.sysctl", "{'" + name + "': '1'}");
    assertEquals("linux.sysctl: " + name, refused(fixture).field());
  }

  @Test
  void writesSysctlsBelowProcSys() throws Exception {
    assertEquals(
        List.of("net/ipv4/ip_unprivileged_port_start", "0"),
        only(new LaunchFixture().compile(), Opcode.SYSCTL_AT).arguments());
  }
}
