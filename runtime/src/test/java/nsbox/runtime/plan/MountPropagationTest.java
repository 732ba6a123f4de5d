package nsbox.runtime.plan;

import static nsbox.runtime.plan.LaunchFixture.all;
import static nsbox.runtime.plan.LaunchFixture.only;
import static nsbox.runtime.plan.LaunchFixture.places;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.LinuxSpec.IdRange;
import nsbox.runtime.testing.LaunchedProgram.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who sees whose mounts, and the way to the new root, by the real kernel.
class MountPropagationTest {
  private static final String SHOW_ROOT =
      """
      while read -r id parent device root at options rest; do
        [ "$at" = / ] || continue
        line=
        for word in $rest; do
          [ "$word" = - ] && break
          line="$line ${word%%:*}"
        done
        echo "/$line"
      done </proc/self/mountinfo
      """;

  private RealOverlay overlay;
  private Path source;
  private String hostMounts;

  @BeforeEach
  void makeSource() throws Exception {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "mounts need root");
    hostMounts = Files.readString(Path.of("/proc/self/mountinfo"));
    overlay = new RealOverlay("propagation", 1);
    source = Files.createDirectory(overlay.folder.resolve("source"));
    Files.createDirectory(source.resolve("sub"));
  }

  @AfterEach
  void leaveTheHostAlone() throws Exception {
    if (overlay != null) {
      overlay.close();
      assertEquals(hostMounts, Files.readString(Path.of("/proc/self/mountinfo")));
    }
  }

  /* In a copy of the host's mounts that end with the run; `after` is what is to be seen there then. */
  private Result runOnASharedHost(String script, String after) throws Exception {
    return overlay
        .sh(script)
        .launched()
        .run(
            List.of(
                "unshare",
                "-m",
                "--propagation",
                "shared",
                "sh",
                "-c",
                "mount --bind "
                    + source
                    + " "
                    + source
                    + "; mount --make-private "
                    + source
                    + "; mount --make-shared "
                    + source
                    + "; before=$(wc -l </proc/self/mountinfo); \"$@\"; code=$?; "
                    + after
                    + "; exit $code",
                "sh"));
  }

  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "rslave, ''",
    "rprivate, ''",
    "shared, ' shared'",
    "rshared, ' shared'",
    "unbindable, ' unbindable'",
    "runbindable, ' unbindable'"
  })
  void givesTheRootItsPropagationAndTheHostNoMount(String asked, String shown) throws Exception {
    overlay.with("linux.rootfsPropagation", "'" + asked + "'");
    assertEquals(
        new Result(0, "/" + shown + "\n0\n"),
        runOnASharedHost(SHOW_ROOT, "echo $(($(wc -l </proc/self/mountinfo) - before))"));
  }

  @ParameterizedTest
  @CsvSource({"rshared, 1", "shared, 1", "rslave, 0", "'', 0", "private, 0"})
  void showsTheHostMountsOfTheContainerOnlyWhereShared(String asked, int seen) throws Exception {
    overlay
        .with("linux.rootfsPropagation", "'" + asked + "'")
        .mount(
            "{'destination': '/d', 'type': 'bind', 'source': '"
                + source
                + "', 'options': ['rbind', 'rshared']}");
    assertEquals(
        new Result(0, "mounted\n" + seen + "\n"),
        runOnASharedHost(
            "mount -t tmpfs new /d/sub && echo mounted",
            "grep -c ' " + source + "/sub ' /proc/self/mountinfo"));
  }

  @Test
  void sharesADirectoryAsTheRoot() throws Exception {
    Program program =
        new LaunchFixture()
            .from(LaunchFixture.DIRECTORY)
            .with("linux.rootfsPropagation", "'rshared'")
            .compile();
    assertEquals(List.of("/bundle/rootfs"), only(program, Opcode.PRIVATE_PARENT).arguments());
    Map<Opcode, Integer> places = places(program);
    assertTrue(places.get(Opcode.PROPAGATION) < places.get(Opcode.PRIVATE_PARENT));
    assertTrue(places.get(Opcode.PRIVATE_PARENT) < places.get(Opcode.MOUNT));
    assertEquals(2, all(program, Opcode.PROPAGATION).size());
    assertEquals(
        List.of("/", 1L << 20 | 16384), all(program, Opcode.PROPAGATION).getLast().arguments());
  }

  /* Else the host would see the layers with other ids. */
  @Test
  void keepsShiftedLayersFromAHostThatShares() throws Exception {
    overlay
        .mapping(
            new IdMapping(
                List.of(new IdRange(0, 100_000, 65_536)), List.of(new IdRange(0, 100_000, 65_536))))
        .with("linux.rootfsPropagation", "'rshared'");
    assertEquals(
        new Result(0, "100001\n0\n"),
        runOnASharedHost(
            "stat -c %u /number", "echo $(($(wc -l </proc/self/mountinfo) - before))"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "rshared"})
  void entersTheRootWithoutPivot(String asked) throws Exception {
    overlay.withoutPivot().with("linux.rootfsPropagation", "'" + asked + "'");
    Result result =
        runOnASharedHost(
            "cat /number; cd /..; cat number; ls -d " + overlay.folder + " /proc/self/status 2>&1",
            "echo $(($(wc -l </proc/self/mountinfo) - before))");
    assertTrue(result.text().startsWith("1\n1\n"), result.text());
    assertTrue(
        result.text().contains(overlay.folder + "': No such file or directory"), result.text());
    assertTrue(result.text().contains("/proc/self/status\n"), result.text());
    assertTrue(result.text().endsWith("\n0\n"), result.text());
  }

  @Test
  void takesTheKernelsFilesOfTheHostAwayBeforeTheMove() throws Exception {
    Program program = new LaunchFixture().withoutPivot().compile();
    assertEquals(0, all(program, Opcode.PIVOT_ROOT).size());
    Map<Opcode, Integer> places = places(program);
    assertTrue(places.get(Opcode.COVER) < places.get(Opcode.MOVE_ROOT));
    assertTrue(
        all(program, Opcode.COVER).stream()
            .anyMatch(step -> step.arguments().equals(List.of("/proc"))));
    assertEquals(0, all(new LaunchFixture().compile(), Opcode.COVER).size());
  }
}
