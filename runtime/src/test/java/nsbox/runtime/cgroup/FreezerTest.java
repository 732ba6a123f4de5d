package nsbox.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;
import nsbox.runtime.spec.UnsupportedSpecException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pauses of real processes, by both versions where the host has both.
class FreezerTest {
  private static final String COUNTING = "while :; do echo . ; sleep 0.02; done";

  @TempDir Path folder;

  @Test
  void pausesAndResumesAContainer() throws Exception {
    try (RealCgroup cgroup = RealCgroup.ofHost()) {
      pausesAndResumes(cgroup);
      if (!cgroup.cgroup().isUnified()) {
        assertEquals("THAWED", cgroup.read("freezer", "freezer.state"));
      }
    }
  }

  @Test
  void pausesAndResumesByVersion2() throws Exception {
    try (RealCgroup cgroup = RealCgroup.ofVersion2()) {
      pausesAndResumes(cgroup);
      assertEquals("0", cgroup.read("", "cgroup.freeze"));
    }
  }

  private void pausesAndResumes(RealCgroup cgroup) throws Exception {
    Freezer freezer = Freezer.of(cgroup.cgroup()).orElseThrow();
    Path log = folder.resolve("log");
    cgroup.addBelow("child");
    cgroup.start("/child", COUNTING + " > " + log);
    awaitGrowth(log);
    assertFalse(freezer.isFrozen());

    freezer.freeze();
    assertTrue(freezer.isFrozen());
    long frozen = Files.size(log);
    Thread.sleep(300);
    assertEquals(frozen, Files.size(log), "it ran while it was paused");
    freezer.freeze();
    assertTrue(freezer.isFrozen());

    freezer.thaw();
    assertFalse(freezer.isFrozen());
    awaitGrowth(log);
    freezer.thaw();
  }

  /* The pause is the parent's: thawing the child would change nothing. */
  @Test
  void takesNoPauseAboveForItsOwn() throws Exception {
    for (boolean version2 : new boolean[] {false, true}) {
      try (RealCgroup cgroup = version2 ? RealCgroup.ofVersion2() : RealCgroup.ofHost()) {
        cgroup.addBelow("child");
        ContainerCgroup child = child(cgroup);
        Freezer.of(cgroup.cgroup()).orElseThrow().freeze();
        assertTrue(Freezer.of(cgroup.cgroup()).orElseThrow().isFrozen());
        assertFalse(Freezer.of(child).orElseThrow().isFrozen());
        assertRefused(child, "container's cgroup unexpectedly frozen: ");
      }
    }
  }

  @Test
  void refusesACgroupThatIsFrozenOrBelowOne() throws Exception {
    try (RealCgroup cgroup = RealCgroup.ofHost()) {
      FreeCgroup.require(cgroup.cgroup());
      FreeCgroup.require(child(cgroup));
      Freezer.of(cgroup.cgroup()).orElseThrow().freeze();
      assertRefused(cgroup.cgroup(), "container's cgroup unexpectedly frozen: ");
      assertRefused(child(cgroup), "container's cgroup unexpectedly frozen: ");
      Freezer.of(cgroup.cgroup()).orElseThrow().thaw();
      FreeCgroup.require(cgroup.cgroup());
    }
  }

  @Test
  void refusesACgroupThatSomebodyIsIn() throws Exception {
    try (RealCgroup cgroup = RealCgroup.ofHost()) {
      cgroup.addBelow("child");
      cgroup.start("/child", "exec sleep 60");
      assertRefused(cgroup.cgroup(), "container's cgroup is not empty: 1 process(es) found in ");
    }
  }

  @Test
  void knowsNoPauseWhereNothingCanBe() throws Exception {
    assertTrue(Freezer.of(ContainerCgroup.of(new CgroupLayout(List.of()), "/c")).isEmpty());
    Freezer gone = Freezer.of(fake("freezer")).orElseThrow();
    assertFalse(gone.isFrozen());
    assertFalse(Freezer.of(fake("")).orElseThrow().isFrozen());
    assertThrows(IOException.class, gone::freeze);
  }

  /* A file that keeps what it has: the kernel's would change by itself. */
  @Test
  void thawsWhatCannotBeFrozen() throws Exception {
    Path cgroup = Files.createDirectories(folder.resolve("c"));
    Files.writeString(cgroup.resolve("cgroup.freeze"), "0");
    Files.writeString(cgroup.resolve("cgroup.events"), "populated 1\n");
    IOException e =
        assertThrows(IOException.class, () -> Freezer.of(fake("")).orElseThrow().freeze());
    assertEquals("unable to freeze " + cgroup, e.getMessage());
    assertEquals("0", Files.readString(cgroup.resolve("cgroup.freeze")));
  }

  private ContainerCgroup fake(String controller) {
    Hierarchy hierarchy = new Hierarchy(controller, folder.toString(), "/");
    return ContainerCgroup.of(new CgroupLayout(List.of(hierarchy)), "/c");
  }

  static ContainerCgroup child(RealCgroup cgroup) {
    List<ContainerCgroup.Place> places =
        cgroup.cgroup().places().stream()
            .map(
                place -> new ContainerCgroup.Place(place.hierarchy(), place.directory() + "/child"))
            .toList();
    return new ContainerCgroup(places, cgroup.cgroup().isUnified());
  }

  private static void assertRefused(ContainerCgroup cgroup, String reason) {
    UnsupportedSpecException e =
        assertThrows(UnsupportedSpecException.class, () -> FreeCgroup.require(cgroup));
    assertEquals("linux.cgroupsPath", e.field());
    assertTrue(e.getMessage().startsWith("linux.cgroupsPath: " + reason), e.getMessage());
  }

  private static void awaitGrowth(Path log) throws Exception {
    long size = size(log);
    for (int i = 0; i < 500 && size(log) <= size; i++) {
      Thread.sleep(20);
    }
    assertTrue(size(log) > size, "it does not run");
  }

  private static long size(Path log) throws IOException {
    return Optional.of(log).filter(Files::exists).isPresent() ? Files.size(log) : 0;
  }
}
