package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// An ext4 of its own in a file, which can lose its power.
///
/// Closing unmounts it and removes the file, also after a cut.
final class Disk implements AutoCloseable {
  /* EXT4_IOC_SHUTDOWN = _IOR('X', 125, __u32); 2 is EXT4_GOING_FLAGS_NOLOGFLUSH: what the journal
   * has not written is lost, as in a power cut. */
  private static final String SHUTDOWN =
      "import fcntl,os,struct,sys;"
          + "fcntl.ioctl(os.open(sys.argv[1],os.O_RDONLY),0x8004587d,struct.pack('I',2))";

  private final Path folder;
  private Optional<String> device = Optional.empty();

  private Disk(Path folder) {
    this.folder = folder;
  }

  static Disk ofMebibytes(int size) throws IOException {
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
  Path path() {
    return folder.resolve("mounted");
  }

  /// From now on every access fails, and what was not on the disk never will be.
  void cutPower() throws IOException {
    Outside.run("python3", "-c", SHUTDOWN, path().toString());
  }

  /// Mounts it again, so that the journal is replayed; nobody may have files open on it.
  void powerOn() throws IOException, InterruptedException {
    /* Whoever wrote when the power went may take a moment to end. */
    for (int tries = 0; tries < 50; tries++) {
      if (Outside.attempt("umount", path().toString()).code() == 0) {
        break;
      }
      Thread.sleep(100);
    }
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
