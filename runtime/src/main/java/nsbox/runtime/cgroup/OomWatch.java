package nsbox.runtime.cgroup;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Notices that a container ran out of memory, by looking at the kernel's counters now and then.
///
/// The kernel would also tell at once, by eventfd(2) in version 1 and inotify(7) in version 2. Java
/// can make no eventfd, and a look costs no more than a reading of one small file; what is lost is
/// the number of kills between two looks, which count as one.
///
/// Version 1 counts the kills of each cgroup alone: those in a cgroup that the container has made
/// for itself are not seen there.
public final class OomWatch {
  private final String directory;
  private final String file;
  private long seen;

  private OomWatch(String directory, String file) throws IOException {
    this.directory = directory;
    this.file = file;
    this.seen = count();
  }

  /// From now on.
  ///
  /// @return empty on a host that has no memory controller
  public static Optional<OomWatch> of(ContainerCgroup cgroup) throws IOException {
    Optional<String> directory = cgroup.directory("memory");
    if (directory.isEmpty()) {
      return Optional.empty();
    }
    String file = cgroup.isUnified() ? "memory.events" : "memory.oom_control";
    return Optional.of(new OomWatch(directory.get(), file));
  }

  /// How often the kernel has killed for want of memory, since the cgroup was made; and, where it
  /// is not allowed to kill, whether the container waits for memory just now.
  public long count() throws IOException {
    return CgroupFile.keyed(directory, file, "oom_kill").orElse(0L)
        + CgroupFile.keyed(directory, file, "under_oom").orElse(0L);
  }

  /// Whether anything has happened since the last call.
  public boolean look() throws IOException {
    long now = count();
    boolean more = now > seen;
    seen = now;
    return more;
  }

  /// Waits until the container runs out of memory.
  ///
  /// @param interval between two looks
  /// @return false if the cgroup is gone, and with it the container
  public boolean await(Duration interval) throws IOException {
    while (!look()) {
      if (!Files.exists(Path.of(directory))) {
        return false;
      }
      try {
        Thread.sleep(interval);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while watching " + directory);
      }
    }
    return true;
  }
}
