package nsbox.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupProcessesTest {
  @TempDir Path folder;

  @Test
  void listsProcessesAlsoOfCgroupsBelow() throws Exception {
    for (boolean version2 : new boolean[] {false, true}) {
      try (RealCgroup cgroup = version2 ? RealCgroup.ofVersion2() : RealCgroup.ofHost()) {
        assertTrue(CgroupProcesses.isEmpty(cgroup.cgroup()));
        assertEquals(List.of(), CgroupProcesses.of(cgroup.cgroup()));
        cgroup.addBelow("child");
        long first = cgroup.start("", "exec sleep 60").pid();
        long second = cgroup.start("/child", "exec sleep 60").pid();
        assertEquals(
            new TreeSet<>(List.of(first, second)),
            new TreeSet<>(CgroupProcesses.of(cgroup.cgroup())));
        assertFalse(CgroupProcesses.isEmpty(cgroup.cgroup()));
        assertEquals(List.of(second), CgroupProcesses.of(FreezerTest.child(cgroup)));
      }
    }
  }

  @Test
  void readsThreadsOfAThreadedCgroup() throws Exception {
    try (RealCgroup cgroup = RealCgroup.ofVersion2()) {
      cgroup.addBelow("child");
      Path child = Path.of(FreezerTest.child(cgroup).unifiedDirectory().orElseThrow());
      Files.writeString(child.resolve("cgroup.type"), "threaded");
      long pid = cgroup.start("/child", "exec sleep 60").pid();
      assertEquals(List.of(pid), CgroupProcesses.of(cgroup.cgroup()));
    }
  }

  @Test
  void findsNobodyInACgroupThatIsNotThere() throws Exception {
    assertEquals(List.of(), CgroupProcesses.of(fake()));
    assertTrue(CgroupProcesses.isEmpty(fake()));
    assertTrue(CgroupProcesses.isEmpty(ContainerCgroup.of(new CgroupLayout(List.of()), "/c")));
  }

  /* Nobody can send a signal to them, but the cgroup is in use. */
  @Test
  void leavesOutProcessesThatHaveNoNumberHere() throws Exception {
    Files.createDirectories(folder.resolve("c"));
    Files.writeString(folder.resolve("c/cgroup.procs"), "0\n17\n0\n17\n");
    assertEquals(List.of(17L), CgroupProcesses.of(fake()));
    Files.writeString(folder.resolve("c/cgroup.procs"), "0\n");
    assertEquals(List.of(), CgroupProcesses.of(fake()));
    assertFalse(CgroupProcesses.isEmpty(fake()));
  }

  @Test
  void findsTheDirectoriesOfAContainerAgain() {
    CgroupLayout layout =
        new CgroupLayout(
            List.of(
                new Hierarchy("cpu,cpuacct", "/g/cpu", "/a"),
                new Hierarchy("name=systemd", "/g/systemd", "/"),
                new Hierarchy("pids", "/g/pids", "/"),
                new Hierarchy("", "/g/unified", "/")));
    ContainerCgroup cgroup = ContainerCgroup.of(layout, "c");
    Map<String, String> paths = cgroup.paths();
    assertEquals(
        Map.of(
            "cpu", "/g/cpu/a/c",
            "cpuacct", "/g/cpu/a/c",
            "name=systemd", "/g/systemd/c",
            "pids", "/g/pids/c",
            "", "/g/unified/c"),
        paths);
    assertEquals(cgroup, ContainerCgroup.stored(layout, paths));
    paths.remove("pids");
    assertTrue(ContainerCgroup.stored(layout, paths).directory("pids").isEmpty());
  }

  private ContainerCgroup fake() {
    Hierarchy hierarchy = new Hierarchy("pids", folder.toString(), "/");
    return ContainerCgroup.of(new CgroupLayout(List.of(hierarchy)), "/c");
  }
}
