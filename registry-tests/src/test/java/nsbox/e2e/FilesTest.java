package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// What the container shares with the host, or does not: volumes, its root, the network.
final class FilesTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private Result withVolume(String volume, String script) throws Exception {
    return nsbox.run("run", "--rm", "--name", "x", "-v", volume, ALPINE, "sh", "-c", script);
  }

  private Path hostFolder(String name) throws Exception {
    return Files.createDirectory(nsbox.folder.resolve(name));
  }

  @Test
  void refusesTwoVolumesOnOneTarget() throws Exception {
    assertEquals(
        new Result(125, "", "nsbox: --volume /x: duplicate mount destination\n"),
        nsbox.run("run", "--rm", "-v", "/tmp:/x", "-v", "/usr:/x/", ALPINE, "true"));
  }

  @Test
  void writesToTheHostThroughAVolume() throws Exception {
    Path folder = hostFolder("rw");
    assertEquals(new Result(0, "", ""), withVolume(folder + ":/v", "echo x > /v/made"));
    assertEquals("x\n", Files.readString(folder.resolve("made")));
  }

  @Test
  void cannotWriteThroughAReadOnlyVolume() throws Exception {
    Path folder = hostFolder("ro");
    assertEquals(
        new Result(1, "", "sh: can't create /v/made: Read-only file system\n"),
        withVolume(folder + ":/v:ro", "echo x > /v/made"));
    assertEquals(List.of(), Nsbox.entries(folder));
  }

  @Test
  void cannotMakeAReadOnlyVolumeWritableAgain() throws Exception {
    Path folder = hostFolder("remount");
    Result result = withVolume(folder + ":/v:ro", "mount -o remount,rw,bind /v; echo x > /v/made");
    assertEquals(1, result.code());
    assertEquals(List.of(), Nsbox.entries(folder));
  }

  @Test
  void makesAMissingHostFolder() throws Exception {
    Path folder = nsbox.folder.resolve("not/there/yet");
    assertEquals(new Result(0, "", ""), withVolume(folder + ":/v", "echo x > /v/made"));
    assertEquals("x\n", Files.readString(folder.resolve("made")));
  }

  @Test
  void showsAFileOnAFile() throws Exception {
    Path file = Files.writeString(nsbox.folder.resolve("motd"), "from the host\n");
    assertEquals(
        new Result(0, "from the host\n", ""), withVolume(file + ":/etc/motd", "cat /etc/motd"));
  }

  @Test
  void makesAMissingTarget() throws Exception {
    Path file = Files.writeString(nsbox.folder.resolve("file"), "from the host\n");
    assertEquals(
        new Result(0, "from the host\n", ""), withVolume(file + ":/new/place", "cat /new/place"));
  }

  @Test
  void resolvesARelativeSourceFromTheCallersFolder() throws Exception {
    Path folder = hostFolder("relative");
    assertEquals(new Result(0, "", ""), withVolume("./relative:/v", "echo x > /v/made"));
    assertEquals("x\n", Files.readString(folder.resolve("made")));
  }

  @Test
  void refusesAFileOnAFolder() throws Exception {
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: cannot start container x\n"
                + "  This step failed: bind /etc/passwd on /tmp (rbind,rprivate): is a directory.\n"
                + "  A file and a folder cannot be shown on each other's place.\n"),
        withVolume("/etc/passwd:/tmp", "true"));
  }

  @Test
  void refusesAFolderOnAFile() throws Exception {
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: cannot start container x\n"
                + "  This step failed: bind /tmp on /etc/passwd (rbind,rprivate): not a"
                + " directory.\n"
                + "  A file and a folder cannot be shown on each other's place.\n"),
        withVolume("/tmp:/etc/passwd", "true"));
  }

  @Test
  void refusesVolumesThatAreNone() throws Exception {
    String shape = "expected SOURCE:TARGET or SOURCE:TARGET:OPTIONS";
    isRefused("x", "the target must be an absolute path other than /");
    isRefused("a:b:c:d", shape);
    isRefused(":/x", shape);
    isRefused("/x:", "the target must be an absolute path other than /");
    isRefused("/x:y", "the target must be an absolute path other than /");
    isRefused("/x:/", "the target must be an absolute path other than /");
    isRefused("/x:/..", "the target must be an absolute path other than /");
    isRefused("/x:/y:bogus", "unknown option bogus");
    isRefused(
        "da/ta:/x",
        "da/ta is no name of a volume\n  For a folder write its path: /da/ta or ./da/ta");
    assertTrue(Files.notExists(Path.of("/x")), "a refused volume's source was made");
  }

  private void isRefused(String volume, String reason) throws Exception {
    assertEquals(
        new Result(125, "", "nsbox: --volume " + volume + ": " + reason + "\n"),
        withVolume(volume, "true"));
  }

  @Test
  void makesTheRootReadOnlyButNotSharedMemory() throws Exception {
    assertEquals(
        new Result(0, "y\n", "sh: can't create /x: Read-only file system\n"),
        nsbox.run(
            "run",
            "--rm",
            "--read-only",
            ALPINE,
            "sh",
            "-c",
            "echo x > /x; echo y > /dev/shm/y; cat /dev/shm/y"));
  }

  @Test
  void keepsWhatAContainerWritesFromTheNext() throws Exception {
    assertEquals(
        new Result(0, "gone\n", ""),
        nsbox.sh(
            "nsbox run --rm "
                + ALPINE
                + " sh -c 'rm /etc/motd; echo x > /x' && nsbox run --rm "
                + ALPINE
                + " sh -c 'test -f /etc/motd && ! test -e /x && echo gone'"));
  }

  @Test
  void hasOnlyALoopbackThatIsUp() throws Exception {
    Result expected = new Result(0, "lo\n0x9\n1 packets received\n", "");
    String script =
        " sh -c 'ls /sys/class/net; cat /sys/class/net/lo/flags;"
            + " ping -c 1 127.0.0.1 | grep -o \"1 packets received\"'";
    assertEquals(expected, nsbox.sh("nsbox run --rm " + ALPINE + script));
    assertEquals(expected, nsbox.sh("nsbox run --rm --network none " + ALPINE + script));
  }

  @Test
  void seesTheHostsInterfacesWithHostNetwork() throws Exception {
    assertEquals(
        nsbox.sh("ls -1 /sys/class/net; readlink /proc/self/ns/net"),
        nsbox.sh(
            "nsbox run --rm --network host "
                + ALPINE
                + " sh -c 'ls -1 /sys/class/net; readlink /proc/self/ns/net'"));
  }

  @Test
  void removesTheContainerWithRm() throws Exception {
    nsbox.run("run", "--rm", ALPINE, "true").expect(0);
    assertEquals(List.of(), nsbox.containers());
    nsbox.run("run", ALPINE, "true").expect(0);
    assertEquals(1, nsbox.containers().size());
  }
}
