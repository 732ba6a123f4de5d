package nsbox.runtime.plan;

import static nsbox.runtime.plan.LaunchFixture.only;
import static nsbox.runtime.plan.LaunchFixture.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import org.junit.jupiter.api.Test;

class MountStageTest {
  @Test
  void bindsRelativeToTheBundle() throws Exception {
    Program program =
        new LaunchFixture()
            .with("mounts", "[{'destination': '/d', 'source': 'data', 'options': ['bind']}]")
            .compile();
    assertEquals("/bundle/data", only(program, Opcode.BIND_AT).arguments().get(0));
  }

  /* 1: what is mounted below comes along. 2: the attributes hold for that, too. */
  @Test
  void bindsWhatIsBelowAndLeavesItsAttributesAloneUnlessAskedTo() throws Exception {
    assertEquals(0L, bindFlags("'bind', 'ro'"));
    assertEquals(1L, bindFlags("'rbind', 'ro'"));
    assertEquals(1L, bindFlags("'rbind', 'rw'"));
    assertEquals(3L, bindFlags("'rbind', 'rro'"));
  }

  @Test
  void refusesAnOptionThatABindMountHasNoUseFor() throws IOException {
    LaunchFixture fixture =
        new LaunchFixture()
            .with("mounts", "[{'destination': '/d', 'source': '/s', 'options': ['bind', 'x=y']}]");
    assertEquals("mounts: /d", refused(fixture).field());
  }

  @Test
  void refusesAMountWithoutAType() throws IOException {
    LaunchFixture fixture = new LaunchFixture().with("mounts", "[{'destination': '/d'}]");
    assertEquals("mounts: /d: no type", refused(fixture).getMessage());
  }

  @Test
  void makesATmpfsReadOnlyOnlyAfterAllIsInIt() throws Exception {
    Program program =
        new LaunchFixture()
            .with("mounts", "[{'destination': '/t', 'type': 'tmpfs', 'options': ['ro']}]")
            .compile();
    assertEquals(0L, only(program, Opcode.MOUNT_AT).arguments().get(3));
    assertEquals(List.of("/t", 0L, 1L, 0L), only(program, Opcode.SET_ATTRIBUTES_AT).arguments());
  }

  private static Object bindFlags(String options) throws Exception {
    Program program =
        new LaunchFixture()
            .with("mounts", "[{'destination': '/d', 'source': '/s', 'options': [" + options + "]}]")
            .compile();
    return only(program, Opcode.BIND_AT).arguments().get(2);
  }
}
