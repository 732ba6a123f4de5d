package nsbox.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.ProcessSpec;
import nsbox.runtime.spec.UnsupportedSpecException;
import nsbox.runtime.testing.LaunchedProgram;
import nsbox.runtime.testing.LaunchedProgram.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Labels, on hosts that know them and on hosts that do not.
class LabelStageTest {
  private static final String LABEL = "system_u:system_r:container_t:s0:c1,c2";

  @TempDir Path host;
  private final Instructions init = new Instructions();

  @BeforeEach
  void makeHost() throws Exception {
    Files.createDirectories(host.resolve("sys/fs/selinux"));
    Files.createDirectories(host.resolve("sys/module/apparmor/parameters"));
  }

  private void enable(String file, String value) throws Exception {
    Files.writeString(host.resolve(file), value);
  }

  private static ProcessSpec process(String profile, String label) throws Exception {
    try (RealOverlay overlay = new RealOverlay("labels", 1)) {
      return overlay
          .with("process.apparmorProfile", "'" + profile + "'")
          .with("process.selinuxLabel", "'" + label + "'")
          .command("x")
          .spec()
          .process();
    }
  }

  @Test
  void writesTheProfileAndTheLabelForTheNextProgram() throws Exception {
    enable("sys/module/apparmor/parameters/enabled", "Y\n");
    enable("sys/fs/selinux/enforce", "0");
    new LabelStage(host).process(process("web", LABEL), init);
    assertEquals(2, init.list().size());
    assertEquals(List.of("attr/apparmor/exec", "exec web"), init.list().get(0).arguments());
    assertEquals(List.of("attr/exec", LABEL), init.list().get(1).arguments());
    assertEquals(Opcode.THREAD_ATTRIBUTE, init.list().get(1).opcode());
  }

  @Test
  void writesNothingWhereNothingIsAsked() throws Exception {
    new LabelStage(host).process(process("", ""), init);
    assertEquals(List.of(), init.list());
    assertEquals(List.of("a"), new LabelStage(host).mountOptions("", "tmpfs", List.of("a")));
  }

  @ParameterizedTest
  @CsvSource({"N", "''"})
  void refusesAProfileWithoutAppArmor(String enabled) throws Exception {
    if (!enabled.isEmpty()) {
      enable("sys/module/apparmor/parameters/enabled", enabled);
    }
    UnsupportedSpecException e =
        assertThrows(
            UnsupportedSpecException.class,
            () -> new LabelStage(host).process(process("web", ""), init));
    assertEquals(
        "process.apparmorProfile: web, but AppArmor is not enabled on this host", e.getMessage());
    assertEquals(List.of(), init.list());
  }

  @Test
  void refusesALabelWithoutSelinux() {
    UnsupportedSpecException process =
        assertThrows(
            UnsupportedSpecException.class,
            () -> new LabelStage(host).process(process("", LABEL), init));
    assertEquals(
        "process.selinuxLabel: "
            + LABEL
            + ", but SELinux is disabled or not supported on this host",
        process.getMessage());
    UnsupportedSpecException mount =
        assertThrows(
            UnsupportedSpecException.class,
            () -> new LabelStage(host).mountOptions(LABEL, "proc", List.of()));
    assertEquals("linux.mountLabel", mount.field());
  }

  @Test
  void labelsNewFileSystemsButNotTheKernelsOwn() throws Exception {
    enable("sys/fs/selinux/enforce", "1");
    LabelStage labels = new LabelStage(host);
    assertEquals(
        List.of("size=1m", "context=" + LABEL),
        labels.mountOptions(LABEL, "tmpfs", List.of("size=1m")));
    assertEquals(List.of("context=x"), labels.mountOptions(LABEL, "tmpfs", List.of("context=x")));
    for (String type : List.of("proc", "sysfs", "mqueue")) {
      assertEquals(List.of(), labels.mountOptions(LABEL, type, List.of()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "process.apparmorProfile, /sys/module/apparmor",
    "process.selinuxLabel, /sys/fs/selinux/enforce",
    "linux.mountLabel, /sys/fs/selinux/enforce"
  })
  void asksThisHost(String field, String known) throws Exception {
    assumeFalse(Files.exists(Path.of(known)), "this host has it");
    UnsupportedSpecException e =
        assertThrows(
            UnsupportedSpecException.class, () -> new LaunchFixture().with(field, "'x'").compile());
    assertEquals(field, e.field());
  }

  /* Another attribute than a label, for a label takes a host that has them. */
  @Test
  void writesToTheRealProcfsWhateverTheContainerHas() throws Exception {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "mounts need root");
    try (RealOverlay overlay = new RealOverlay("labels", 1)) {
      overlay
          .mount("{'destination': '/fake', 'type': 'tmpfs'}")
          .mount(
              "{'destination': '/real', 'type': 'bind', 'source': '/proc', 'options': ['rbind']}")
          .sh("cat /real/self/oom_score_adj; ls -A /proc");
      assertEquals(new Result(0, "417\n"), with(overlay, "oom_score_adj", "417", "home-1").run());
      assertEquals(new Result(125, "attribute: 2"), with(overlay, "nothing", "1", "home-2").run());
      assertEquals(
          new Result(125, "attribute: 18"), with(overlay, "../../version", "1", "home-3").run());
      assertEquals(new Result(125, "attribute: 40"), with(overlay, "cwd", "1", "home-4").run());
    }
  }

  private static LaunchedProgram with(RealOverlay overlay, String file, String value, String home)
      throws Exception {
    Program plain = overlay.compile();
    Instructions init = new Instructions();
    for (Instruction step : plain.init()) {
      if (step.opcode() == Opcode.CHDIR) {
        /* As no configuration can have it any more. */
        init.add("cover", Opcode.MOUNT, "tmpfs", "/proc", "tmpfs", 0, "");
        init.add("attribute", Opcode.THREAD_ATTRIBUTE, file, value);
      }
      init.add(step);
    }
    return new LaunchedProgram(
        overlay.folder.resolve(home), new Program(plain.monitor(), init.list(), plain.teardown()));
  }
}
