package nsbox.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.LinuxSpec.IdRange;
import nsbox.runtime.testing.LaunchedProgram;
import nsbox.runtime.testing.LaunchedProgram.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Layers and upper directory with shifted ids, by the real kernel.
class IdMappedOverlayTest {
  private static final int EINVAL = 22;
  private static final int EOPNOTSUPP = 95;

  private static final IdMapping MAPPING =
      new IdMapping(
          List.of(new IdRange(0, 100_000, 1000), new IdRange(1000, 301_000, 60_000)),
          List.of(new IdRange(0, 200_000, 65_536)));

  /* Enters a user namespace with the same mapping, as root of it. */
  private static final String AS_ROOT_INSIDE =
      """
      unshare --user sleep 60 & pid=$!
      while [ "$(readlink /proc/$pid/ns/user)" = "$(readlink /proc/self/ns/user)" ]; do :; done
      printf '0 100000 1000\\n1000 301000 60000\\n' >/proc/$pid/uid_map
      printf '0 200000 65536\\n' >/proc/$pid/gid_map
      nsenter --user --target $pid --setuid 0 --setgid 0 sh -ec '
      %s'
      code=$?
      kill $pid
      exit $code
      """;

  @BeforeEach
  void needsRoot() throws IOException {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "mounts need root");
  }

  private static RealOverlay overlay(int layers) throws IOException {
    return new RealOverlay("mapped", layers).mapping(MAPPING);
  }

  private static String owner(Path path) throws IOException {
    Map<String, Object> status =
        Files.readAttributes(path, "unix:uid,gid", LinkOption.NOFOLLOW_LINKS);
    return status.get("uid") + ":" + status.get("gid");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 127})
  void showsTheIdsOfLayersShifted(int layers) throws Exception {
    try (RealOverlay overlay = overlay(layers)) {
      Map<String, String> before = overlay.onTheDisk();
      overlay.sh("stat -c %u:%g / /lib /number /only-1");
      Result result = overlay.launched().run();
      String top = (100_000 + layers) + ":" + (200_000 + layers);
      assertEquals(
          new Result(0, "100000:200000\n100000:200000\n" + top + "\n100001:200001\n"), result);
      assertEquals(before, overlay.onTheDisk());
    }
  }

  @Test
  void showsTheDisksIdsInsideOfTheUserNamespace() throws Exception {
    try (RealOverlay overlay = overlay(3)) {
      Files.setAttribute(overlay.lowest().resolve("only-1"), "unix:uid", 1001);
      Files.setAttribute(overlay.lowest().resolve("number"), "unix:uid", 0);
      overlay.sh(AS_ROOT_INSIDE.formatted("id -u; stat -c %u:%g / /lib /only-1 /only-2 /number"));
      assertEquals(new Result(0, "0\n0:0\n0:0\n1001:1\n2:2\n3:3\n"), overlay.launched().run());
    }
  }

  /* Whatever overlayfs does for it: new files, copies of lower ones, whiteouts, opaque folders. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 127})
  void keepsTheIdsOfTheUserNamespaceOnTheDisk(int layers) throws Exception {
    try (RealOverlay overlay = overlay(layers)) {
      Path lower = Files.createDirectories(overlay.lowest().resolve("folder/below"));
      Files.writeString(lower.resolve("file"), "below");
      Files.createSymbolicLink(overlay.lowest().resolve("link"), Path.of("number"));
      Map<String, String> before = overlay.onTheDisk();
      overlay.sh(
          AS_ROOT_INSIDE.formatted(
              """
              echo new >/new
              mkdir /sub; ln -s x /sub/link; mkfifo /sub/fifo; ln /new /sub/hard
              echo more >>/only-1
              echo theirs >/theirs; chown 1500:33 /theirs
              rm /number
              rm -r /folder; mkdir /folder; echo again >/folder/again
              mv /link /link.old
              stat -c %u:%g:%n /new /only-1 /theirs /folder/again
              ls -A /folder
              """));
      Result result = overlay.launched().run();
      assertEquals(
          "0:0:/new\n1:1:/only-1\n1500:33:/theirs\n0:0:/folder/again\nagain\n", result.text());
      assertEquals(0, result.code());
      Path upper = overlay.container.resolve("upper");
      for (String path :
          List.of(
              "", "new", "sub", "sub/link", "sub/fifo", "sub/hard", "folder/again", "link.old")) {
        assertEquals("0:0", owner(upper.resolve(path)), path);
      }
      assertEquals("1:1", owner(upper.resolve("only-1")));
      assertEquals("1500:33", owner(upper.resolve("theirs")));
      assertEquals("1\nmore\n", Files.readString(upper.resolve("only-1")));
      assertEquals(0L, Files.getAttribute(upper.resolve("number"), "unix:rdev"));
      assertEquals(before, overlay.onTheDisk());

      /* Another start of the same container finds what the first one left. */
      overlay.sh(AS_ROOT_INSIDE.formatted("cat /only-1 /folder/again; test ! -e /number; rm /new"));
      assertEquals(new Result(0, "1\nmore\nagain\n"), overlay.launched().run());
      assertFalse(Files.exists(upper.resolve("new")));
    }
  }

  @Test
  void showsAnOwnerOutsideOfTheMappingAsNobody() throws Exception {
    try (RealOverlay overlay = overlay(1)) {
      Files.setAttribute(overlay.lowest().resolve("number"), "unix:uid", 70_000);
      overlay.sh(AS_ROOT_INSIDE.formatted("stat -c %u /number; chown 70000 /only-1 2>&1 || true"));
      Result result = overlay.launched().run();
      assertTrue(result.text().startsWith("65534\nchown: changing ownership"), result.text());
      assertEquals(0, result.code());
      assertFalse(overlay.changed().containsKey("only-1"));
    }
  }

  @Test
  void worksWhereTheKernelKnowsOnlyTheOldWayToMount() throws Exception {
    try (RealOverlay overlay = overlay(127)) {
      overlay.sh(AS_ROOT_INSIDE.formatted("echo new >/new; rm /number; stat -c %u:%g /only-7"));
      assertEquals(new Result(0, "7:7\n"), overlay.launched().runWithoutFsopen());
      assertEquals("0:0", owner(overlay.container.resolve("upper/new")));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void leavesNothingBehindWhereItIsKilled(boolean monitor) throws Exception {
    try (RealOverlay overlay = overlay(127)) {
      Map<String, String> before = overlay.onTheDisk();
      LaunchedProgram launched = overlay.sh("echo up; exec sleep 60").launched();
      Process process = launched.start(List.of());
      for (int tries = 0; tries < 500 && !launched.said().equals("up\n"); tries++) {
        Thread.sleep(20);
      }
      assertEquals("up\n", launched.said());
      long pid = overlay.pid();
      ProcessHandle container = ProcessHandle.of(pid).orElseThrow();
      assertTrue(mounts(pid).contains(overlay.folder.toString()));
      if (monitor) {
        process.destroyForcibly();
      } else {
        container.destroyForcibly();
      }
      assertNotEquals(0, process.waitFor());
      for (int tries = 0; tries < 500 && container.isAlive(); tries++) {
        Thread.sleep(20);
      }
      assertFalse(container.isAlive());
      assertEquals(List.of(), processesThatSee(overlay.folder));
      assertEquals(before, overlay.onTheDisk());
    }
  }

  private static String mounts(long pid) throws IOException {
    return Files.readString(Path.of("/proc/" + pid + "/mountinfo"));
  }

  private static List<Long> processesThatSee(Path folder) {
    List<Long> found = new ArrayList<>();
    ProcessHandle.allProcesses()
        .forEach(process -> {
          try {
            if (mounts(process.pid()).contains(folder.toString())) {
              found.add(process.pid());
            }
          } catch (IOException e) {
            // Ended meanwhile.
          }
        });
    return found;
  }

  /* Of the many things that EINVAL can mean here, this is the only one that users can meet. */
  @Test
  void namesTheDirectoryWhoseFileSystemCannotShiftIds() throws Exception {
    try (RealOverlay overlay = overlay(2)) {
      overlay.alsoLower("/sys/kernel").sh("echo never");
      assertEquals(
          new Result(125, "map the ids of the files in /sys/kernel: " + EOPNOTSUPP),
          overlay.launched().run());
      assertEquals(1, overlay.changed().size());
    }
  }

  @Test
  void refusesRangesThatOverlap() throws Exception {
    IdMapping twice =
        new IdMapping(
            List.of(new IdRange(0, 100_000, 10), new IdRange(5, 200_000, 10)),
            List.of(new IdRange(0, 100_000, 10)));
    try (RealOverlay overlay = overlay(1).mapping(twice).sh("echo never")) {
      assertEquals(
          new Result(125, "map the ids of the container's files: " + EINVAL),
          overlay.launched().run());
    }
  }

  @Test
  void makesOneNamespaceForAllMountsBeforeThereIsAContainer() throws Exception {
    try (RealOverlay overlay = overlay(3)) {
      Program program = overlay.sh("").compile();
      assertEquals(
          List.of("0 100000 1000\n1000 301000 60000\n", "0 200000 65536\n"),
          LaunchFixture.only(program, Opcode.ID_MAPPING).arguments());
      List<Opcode> monitor = program.monitor().stream().map(Instruction::opcode).toList();
      assertTrue(monitor.indexOf(Opcode.ID_MAPPING) < monitor.indexOf(Opcode.SPAWN));
      assertEquals(4, LaunchFixture.all(program, Opcode.MAP_IDS).size());
    }
  }

  /* The kernel forgets who the process is to die with when its user changes. */
  @Test
  void diesWithItsMonitorAlsoWhileItMakesFilesAsAnother() throws Exception {
    try (RealOverlay overlay = overlay(1)) {
      List<Opcode> init =
          overlay.sh("").compile().init().stream().map(Instruction::opcode).toList();
      int first = init.indexOf(Opcode.FILE_OWNER);
      int last = init.lastIndexOf(Opcode.FILE_OWNER);
      assertEquals(Opcode.DIE_WITH_MONITOR, init.get(first + 1));
      assertEquals(Opcode.DIE_WITH_MONITOR, init.get(last + 1));
      /* All that is made on the way to a mount is the container's. */
      assertTrue(first < init.indexOf(Opcode.BIND_AT) && init.lastIndexOf(Opcode.BIND_AT) < last);
    }
  }
}
