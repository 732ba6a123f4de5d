package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import nsbox.e2e.EndToEnd;

/// An ext4 of its own in a file, which can lose its power.
///
/// Closing unmounts it and removes the file, also after a cut.
public final class Disk implements AutoCloseable {
  /* EXT4_IOC_SHUTDOWN = _IOR('X', 125, __u32); 2 is EXT4_GOING_FLAGS_NOLOGFLUSH: what the journal
   * has not written is lost, as in a power cut. */
  private static final String SHUTDOWN =
      "import fcntl,os,struct,sys\n"
          + "disk=os.open(sys.argv[1],os.O_RDONLY)\n"
          + "print('ready',flush=True)\n"
          + "sys.stdin.read(1)\n"
          + "fcntl.ioctl(disk,0x8004587d,struct.pack('I',2))";

  private final Path folder;
  private Optional<String> device = Optional.empty();

  private Disk(Path folder) {
    this.folder = folder;
  }

  public static Disk ofMebibytes(int size) throws IOException {
    Disk disk = new Disk(Files.createTempDirectory("nsbox-disk-"));
    try {
      Files.createDirectory(disk.path());
      try (RandomAccessFile file = new RandomAccessFile(disk.file().toFile(), "rw")) {
        file.setLength((long) size << 20);
      }
      Outside.run("mkfs.ext4", "-q", "-F", disk.file().toString());
      disk.attach();
      Outside.run("mount", disk.device.orElseThrow(), disk.path().toString());
      return disk;
    } catch (IOException | Error e) {
      disk.close();
      throw e;
    }
  }

  /// Where it is mounted.
  public Path path() {
    return folder.resolve("mounted");
  }

  /// From now on every access fails, and what was not on the disk never will be.
  void cutPower() throws IOException {
    try (Cut cut = armed()) {
      cut.now();
    }
  }

  /// A cut that is ready, so that it comes in the very moment in which it is asked for.
  Cut armed() throws IOException {
    Process process =
        new ProcessBuilder(EndToEnd.program("python3"), "-c", SHUTDOWN, path().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertEquals("ready", process.inputReader().readLine());
    return new Cut(process);
  }

  record Cut(Process process) implements AutoCloseable {
    void now() throws IOException {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      assertEquals(0, process.onExit().join().exitValue(), "shutting the disk down");
    }

    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }

  /// Mounts what was on the disk when the power went, so that the journal is replayed.
  ///
  /// It is a copy: the first stays shut for as long as anybody on the machine has it mounted, also
  /// in another mount namespace.
  void powerOn() throws IOException {
    Outside.run("umount", "--lazy", path().toString());
    Outside.run("losetup", "--detach", device.orElseThrow());
    device = Optional.empty();
    Path copy = folder.resolve("copy");
    Outside.run("cp", "--sparse=always", file().toString(), copy.toString());
    Files.move(copy, file(), StandardCopyOption.REPLACE_EXISTING);
    attach();
    Outside.run("mount", device.orElseThrow(), path().toString());
  }

  private Path file() {
    return folder.resolve("ext4");
  }

  /* A kernel without loop devices, or a container without the rights. */
  private void attach() throws IOException {
    Outside.Ended ended = Outside.attempt("losetup", "--find", "--show", file().toString());
    device =
        ended.code() == 0
            ? Optional.of(ended.output().strip())
            : abort("no loop device: " + ended.output().strip());
  }

  @Override
  public void close() throws IOException {
    Outside.Ended unmounted = Outside.attempt("umount", "--lazy", path().toString());
    if (device.isPresent()) {
      assertEquals(0, unmounted.code(), unmounted::output);
      /* It goes once nobody uses it any more. */
      Outside.run("losetup", "--detach", device.get());
    }
    if (Files.readString(Path.of("/proc/self/mountinfo")).contains(folder.toString())) {
      throw new AssertionError("still mounted below " + folder);
    }
    Outside.removeTree(folder);
  }
}
