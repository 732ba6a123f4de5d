package nsbox.runtime.plan;

import static nsbox.runtime.plan.LaunchFixture.all;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.UnsupportedSpecException;
import nsbox.runtime.testing.LaunchedProgram.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Devices in a container, by the real kernel.
class DeviceStageTest {
  private static final int EEXIST = 17;

  private RealOverlay overlay;

  @BeforeEach
  void makeOverlay() throws Exception {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "mounts need root");
    overlay = new RealOverlay("devices", 1);
  }

  @AfterEach
  void close() throws Exception {
    if (overlay != null) {
      overlay.close();
    }
  }

  private Result run(String devices, String script) throws Exception {
    return overlay.with("linux.devices", devices).sh(script).launched().run();
  }

  private static String show(String... paths) {
    return "stat -c '%F %a %u:%g %t:%T %n' " + String.join(" ", paths);
  }

  @Test
  void makesNoDevicesInADevOfTheHost() throws Exception {
    Program program =
        new LaunchFixture()
            .with("mounts", "[{'destination': '/dev', 'source': '/dev', 'options': ['rbind']}]")
            .compile();
    assertEquals(0, all(program, Opcode.MKNOD_AT).size());
  }

  @Test
  void linksToTheKernelsMemoryWhereTheHostHasIt() throws Exception {
    boolean linked =
        all(new LaunchFixture().compile(), Opcode.SYMLINK_AT).stream()
            .anyMatch(link -> link.arguments().equals(List.of("/proc/kcore", "/dev/core")));
    assertEquals(Files.exists(Path.of("/proc/kcore")), linked);
  }

  @Test
  void makesDevicesOfEveryKind() throws Exception {
    Program program =
        new LaunchFixture()
            .with(
                "linux.devices",
                "[{'path': '/dev/b', 'type': 'b', 'major': 8, 'minor': 1, 'fileMode': 384,"
                    + " 'uid': 3, 'gid': 4}, {'path': '/dev/p', 'type': 'p'},"
                    + " {'path': '/dev/u', 'type': 'u', 'major': 9, 'minor': 9}]")
            .compile();
    List<Instruction> nodes = all(program, Opcode.MKNOD_AT);
    assertEquals(List.of("/dev/null", 0020666L, 1L, 3L, 0L, 0L), nodes.get(0).arguments());
    assertEquals(List.of("/dev/b", 0060600L, 8L, 1L, 3L, 4L), nodes.get(6).arguments());
    assertEquals(List.of("/dev/p", 0010666L, 0L, 0L, 0L, 0L), nodes.get(7).arguments());
    assertEquals(List.of("/dev/u", 0020666L, 9L, 9L, 0L, 0L), nodes.get(8).arguments());
  }

  @Test
  void makesDevicesAnywhere() throws Exception {
    overlay.mount("{'destination': '/dev', 'type': 'tmpfs'}");
    assertEquals(
        new Result(
            0,
            "character special file 640 7:8 1:3 /dev/mine\n"
                + "block special file 660 0:0 7:63 /opt/deep/disk\n"
                + "fifo 622 1:2 0:0 /run/fifo\n"
                + "character special file 666 0:0 1:5 /unbuffered\n"),
        run(
            """
            [{'path': '/dev/mine', 'type': 'c', 'major': 1, 'minor': 3, 'fileMode': 416,
              'uid': 7, 'gid': 8},
             {'path': '/opt/deep/disk', 'type': 'b', 'major': 7, 'minor': 99, 'fileMode': 432},
             {'path': '/run/fifo', 'type': 'p', 'fileMode': 402, 'uid': 1, 'gid': 2},
             {'path': '/unbuffered', 'type': 'u', 'major': 1, 'minor': 5}]
            """,
            show("/dev/mine", "/opt/deep/disk", "/run/fifo", "/unbuffered")));
  }

  @Test
  void takesTheOneAskedForInPlaceOfADefault() throws Exception {
    overlay.mount("{'destination': '/dev', 'type': 'tmpfs'}");
    assertEquals(
        new Result(
            0,
            "character special file 600 5:0 1:5 /dev/full\n"
                + "character special file 666 0:0 1:9 /dev/urandom\n"),
        run(
            "[{'path': '/dev/full', 'type': 'c', 'major': 1, 'minor': 5, 'fileMode': 384, 'uid': 5}]",
            show("/dev/full", "/dev/urandom")));
  }

  @Test
  void takesWhatIsThereAndTheSame() throws Exception {
    assertEquals(
        new Result(0, "character special file 666 0:0 1:3 /dev/null\n"),
        run(
            "[{'path': '/dev/null', 'type': 'c', 'major': 1, 'minor': 3, 'fileMode': 384}]",
            show("/dev/null")));
  }

  @Test
  void failsWhereSomethingElseHasThePath() throws Exception {
    Files.writeString(overlay.lowest().resolve("taken"), "x");
    assertEquals(
        new Result(125, "make the device /taken 1:3: " + EEXIST),
        run("[{'path': '/taken', 'type': 'c', 'major': 1, 'minor': 3}]", "echo started"));
    assertEquals(
        new Result(125, "make the device /dev/null 1:5: " + EEXIST),
        run("[{'path': '/dev/null', 'type': 'c', 'major': 1, 'minor': 5}]", "echo started"));
  }

  @Test
  void makesNothingInADirectoryOfTheHost() throws Exception {
    Path directory = Files.createDirectory(overlay.folder.resolve("shared"));
    overlay
        .mount(
            "{'destination': '/s', 'type': 'bind', 'source': '"
                + directory
                + "', 'options': ['bind']}")
        .with("linux.devices", "[{'path': '/s/x', 'type': 'c', 'major': 1, 'minor': 3}]")
        .command("x");
    UnsupportedSpecException e =
        assertThrows(UnsupportedSpecException.class, () -> overlay.compile());
    assertEquals(
        "linux.devices: /s/x: /s is a directory of the host, which has no such device",
        e.getMessage());
    try (var files = Files.list(directory)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void ignoresOnlyForDefaultsThatSomethingIsThere() throws Exception {
    List<Instruction> nodes =
        all(
            new LaunchFixture()
                .with("linux.devices", "[{'path': '/dev/p', 'type': 'p'}]")
                .compile(),
            Opcode.MKNOD_AT);
    assertEquals(Instruction.EXISTS, nodes.getFirst().ignore());
    assertEquals(0, nodes.getLast().ignore());
  }
}
