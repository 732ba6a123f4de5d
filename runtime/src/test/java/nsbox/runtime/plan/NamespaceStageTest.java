package nsbox.runtime.plan;

import static nsbox.runtime.plan.LaunchFixture.all;
import static nsbox.runtime.plan.LaunchFixture.only;
import static nsbox.runtime.plan.LaunchFixture.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.UnsupportedSpecException;
import org.junit.jupiter.api.Test;

class NamespaceStageTest {
  private static final long CLONE_NEWNS = 0x00020000L;
  private static final long CLONE_NEWNET = 0x40000000L;

  @Test
  void asksForNoNamespaceThatIsNotConfigured() throws Exception {
    Instruction spawn =
        only(
            new LaunchFixture()
                .namespaces("mount")
                .without("linux.sysctl")
                .without("hostname")
                .compile(),
            Opcode.SPAWN);
    assertEquals(CLONE_NEWNS, spawn.arguments().get(0));
    Instruction full = only(new LaunchFixture().compile(), Opcode.SPAWN);
    assertEquals(CLONE_NEWNET, (Long) full.arguments().get(0) & CLONE_NEWNET);
    assertEquals("/golden/cgroup/nsbox/c1", full.arguments().get(2));
  }

  @Test
  void refusesToMountInTheHostsNamespace() throws IOException {
    UnsupportedSpecException e = refused(new LaunchFixture().namespaces("pid"));
    assertEquals("linux.namespaces", e.field());
  }

  @Test
  void bringsUpTheLoopbackInterfaceOnlyInItsOwnNetwork() throws Exception {
    assertEquals(1, all(new LaunchFixture().compile(), Opcode.NETLINK).size());
    Program host = new LaunchFixture().namespaces("mount", "uts").without("linux.sysctl").compile();
    assertEquals(0, all(host, Opcode.NETLINK).size());
  }

  @Test
  void refusesNamesWithoutANamespaceForThem() throws IOException {
    LaunchFixture hostname = new LaunchFixture().namespaces("mount", "network");
    assertEquals("hostname", refused(hostname).field());
    LaunchFixture domainname =
        new LaunchFixture()
            .namespaces("mount", "network")
            .without("hostname")
            .with("domainname", "'example.org'");
    assertEquals("domainname", refused(domainname).field());
  }
}
