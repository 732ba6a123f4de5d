package nsbox.cli.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import nsbox.bundle.RootFiles;
import nsbox.cli.Failure;
import nsbox.linux.Errno;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.OpenFlag;
import nsbox.linux.Resolve;
import nsbox.runtime.state.ProcessIdentity;

/// The root file system of a container that runs, as its processes see it: with all that is mounted
/// there.
///
/// Names are resolved by the kernel below it: no link of the container's leads out.
final class RunningRoot implements RootFiles, AutoCloseable {
  private static final int ETC_FILE_LIMIT = 1 << 20;

  private final Fd root;

  private RunningRoot(Fd root) {
    this.root = root;
  }

  /// @throws Failure if the container has ended
  static RunningRoot of(ProcessIdentity process) throws IOException, Failure {
    byte[] path = ("/proc/" + process.pid() + "/root").getBytes(StandardCharsets.US_ASCII);
    Fd root = Linux.openat2(Fd.NONE, path, OpenFlag.PATH | OpenFlag.DIRECTORY, 0, 0);
    /* Its number may be another's by now; then what is open is not the container's. */
    if (!process.isAlive()) {
      root.close();
      throw new Failure("the container has just ended");
    }
    return new RunningRoot(root);
  }

  Fd fd() {
    return root;
  }

  @Override
  public Optional<byte[]> read(String path) throws IOException {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    try (Fd file =
        Linux.openat2(
            root,
            name,
            OpenFlag.READ | OpenFlag.NONBLOCK,
            0,
            Resolve.IN_ROOT | Resolve.NO_MAGICLINKS)) {
      if (!Linux.fstat(file).isRegularFile() || Linux.fstat(file).sizeBytes() > ETC_FILE_LIMIT) {
        return Optional.empty();
      }
      try (InputStream in = Files.newInputStream(Path.of(file.procPath()))) {
        return Optional.of(in.readNBytes(ETC_FILE_LIMIT));
      }
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR || e.errno() == Errno.ELOOP) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public void close() {
    root.close();
  }
}
