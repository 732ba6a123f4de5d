package nsbox.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.testing.LaunchedProgram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Steps on cgroups, run by the C side.
class HostStepsTest {
  private static final String TRY_DEVICES =
      "for d in null zero full; do ( : < /dev/$d ) 2>&- && echo $d; done; echo end";

  @TempDir Path folder;

  @Test
  void writesTheFirstFileThatIsThere() throws Exception {
    Files.writeString(folder.resolve("second"), "before");
    Files.writeString(folder.resolve("third"), "before");
    Instructions steps = new Instructions();
    writeFirst(steps, "first", "second", "third");
    assertEquals("", run(steps, "home-1"));
    assertEquals("of second", Files.readString(folder.resolve("second")));
    assertEquals("before", Files.readString(folder.resolve("third")));
    assertEquals(false, Files.exists(folder.resolve("first")));
  }

  @Test
  void failsWhereNoneIsThereOrTheFirstRefuses() throws Exception {
    Instructions none = new Instructions();
    writeFirst(none, "first", "second");
    assertEquals("write: 2", run(none, "home-1"));
    Files.createDirectory(folder.resolve("first"));
    Files.writeString(folder.resolve("second"), "before");
    Instructions directory = new Instructions();
    writeFirst(directory, "first", "second");
    assertEquals("write: 21", run(directory, "home-2"));
    assertEquals("before", Files.readString(folder.resolve("second")));
  }

  /* By an update; and by a container that takes an empty cgroup which somebody left behind. */
  @Test
  void putsADeviceProgramInThePlaceOfAnother() throws Exception {
    try (RealCgroup cgroup = RealCgroup.ofVersion2()) {
      filter(cgroup, "home-1", allow(3));
      assertEquals("null end", devices(cgroup));
      filter(cgroup, "home-2", allow(5), allow(7));
      assertEquals("zero full end", devices(cgroup));
      filter(cgroup, "home-3", new DeviceRule(true, 'a', -1, -1, "rwm"));
      assertEquals("null zero full end", devices(cgroup));
    }
  }

  @Test
  void alwaysAllowsTheDevicesThatNoContainerCanDoWithout() throws Exception {
    for (boolean version2 : new boolean[] {false, true}) {
      try (RealCgroup cgroup = version2 ? RealCgroup.ofVersion2() : RealCgroup.ofHost()) {
        Instructions steps = new Instructions();
        List<DeviceRule> none = List.of(new DeviceRule(false, 'a', -1, -1, "rwm"));
        DeviceWrites.addTo(steps, none, cgroup.cgroup());
        assertEquals("", run(steps, "home-" + version2));
        assertEquals("null zero full end", devices(cgroup));
        String script = "( : < /dev/kmsg ) 2>&- || echo refused";
        assertEquals("refused", cgroup.start("", script).inputReader().readLine());
      }
    }
  }

  @Test
  void removesACgroupWithThoseBelowIt() throws Exception {
    for (boolean version2 : new boolean[] {false, true}) {
      try (RealCgroup cgroup = version2 ? RealCgroup.ofVersion2() : RealCgroup.ofHost()) {
        Instructions steps = new Instructions();
        for (ContainerCgroup.Place place : cgroup.cgroup().places()) {
          Path made = Files.createDirectory(Path.of(place.directory(), "made"));
          Files.createDirectories(made.resolve("a/b/c"));
          Files.createDirectories(made.resolve("a/d"));
          Files.createDirectory(made.resolve("e"));
          steps.add("remove " + made, Opcode.RMDIR, made.toString());
        }
        assertEquals("", run(steps, "home-" + version2));
        for (ContainerCgroup.Place place : cgroup.cgroup().places()) {
          assertEquals(false, Files.exists(Path.of(place.directory(), "made")));
          assertEquals(true, Files.exists(Path.of(place.directory())));
        }
      }
    }
  }

  @Test
  void leavesACgroupThatSomebodyIsInBelow() throws Exception {
    try (RealCgroup cgroup = RealCgroup.ofVersion2()) {
      cgroup.addBelow("child");
      long pid = cgroup.start("/child", "exec sleep 60").pid();
      Instructions steps = new Instructions();
      steps.add("remove", Opcode.RMDIR, cgroup.directory(""));
      assertEquals("remove: 16", run(steps, "home"));
      assertEquals(List.of(pid), CgroupProcesses.of(cgroup.cgroup()));
    }
  }

  private static DeviceRule allow(int minor) {
    return new DeviceRule(true, 'c', 1, minor, "rwm");
  }

  private void filter(RealCgroup cgroup, String home, DeviceRule... rules) throws Exception {
    Instructions steps = new Instructions();
    byte[] program = DeviceProgram.compile(List.of(rules));
    steps.add("filter", Opcode.DEVICE_FILTER, cgroup.directory(""), program);
    assertEquals("", run(steps, home));
  }

  private static String devices(RealCgroup cgroup) throws Exception {
    Process shell = cgroup.start("", TRY_DEVICES);
    StringBuilder said = new StringBuilder();
    for (String line; (line = shell.inputReader().readLine()) != null; ) {
      said.append(said.isEmpty() ? "" : " ").append(line);
    }
    shell.waitFor();
    return said.toString();
  }

  private void writeFirst(Instructions steps, String... names) {
    List<String> paths = List.of(names).stream().map(name -> folder + "/" + name).toList();
    List<String> texts = List.of(names).stream().map(name -> "of " + name).toList();
    steps.add("write", Opcode.WRITE_FIRST, paths, texts);
  }

  /// What went wrong, or nothing.
  private String run(Instructions steps, String home) throws Exception {
    Path distribution = Files.createDirectory(folder.resolve(home));
    return new LaunchedProgram(distribution, Program.of(steps)).run().text();
  }
}
