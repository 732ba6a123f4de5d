package nsbox.runtime.cgroup;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// Pauses and resumes all processes of a cgroup and of those below it.
///
/// A cgroup is frozen by itself or by one above it. Only the former is a pause of this container:
/// the latter ends when whoever froze the other one thaws it.
///
/// @spec https://docs.kernel.org/admin-guide/cgroup-v1/freezer-subsystem.html Cgroup Freezer
public final class Freezer {
  private static final int TRIES = 1000;
  private static final int TRIES_BETWEEN_THAWS = 50;
  private static final int PAUSE_MILLISECONDS = 10;

  private final String directory;
  private final boolean version2;

  private Freezer(String directory, boolean version2) {
    this.directory = directory;
    this.version2 = version2;
  }

  /// @return empty on a host that cannot freeze
  public static Optional<Freezer> of(ContainerCgroup cgroup) {
    Optional<String> files = cgroup.isUnified() ? Optional.empty() : cgroup.directory("freezer");
    if (files.isPresent()) {
      return Optional.of(new Freezer(files.get(), false));
    }
    Optional<String> unified = cgroup.unifiedDirectory();
    return unified.isPresent() ? Optional.of(new Freezer(unified.get(), true)) : Optional.empty();
  }

  /// Returns when nothing in the cgroup runs any more.
  ///
  /// @throws IOException if that does not come to pass; then all goes on as before
  public void freeze() throws IOException {
    boolean frozen = false;
    try {
      frozen = version2 ? freezeVersion2() : freezeVersion1();
    } finally {
      /* Half frozen is the worst: some wait for others that never come. */
      if (!frozen) {
        thaw();
      }
    }
    if (!frozen) {
      throw new IOException("unable to freeze " + directory);
    }
  }

  /// Lets the cgroup go on, unless one above it is frozen.
  public void thaw() throws IOException {
    write(version2 ? "0" : "THAWED");
  }

  /// Whether this cgroup is frozen by itself. One that is about to be is waited for.
  ///
  /// @return false if the cgroup is not there
  public boolean isFrozen() throws IOException {
    return version2 ? isFrozenVersion2() : isFrozenVersion1();
  }

  /* A process that appears meanwhile, by fork or from outside, may keep the whole of it in FREEZING;
   * writing again gives the kernel another try, and thawing now and then lets go of what holds it. */
  private boolean freezeVersion1() throws IOException {
    for (int i = 1; i <= TRIES; i++) {
      write("FROZEN");
      String state = CgroupFile.read(directory, "freezer.state");
      if (state.equals("FROZEN")) {
        return true;
      }
      if (!state.equals("FREEZING")) {
        throw new IOException(directory + ": unexpected state " + state + " while freezing");
      }
      if (i % TRIES_BETWEEN_THAWS == 0) {
        write("THAWED");
        pause(PAUSE_MILLISECONDS);
      }
    }
    return false;
  }

  private boolean freezeVersion2() throws IOException {
    write("1");
    return awaitFrozen();
  }

  private boolean awaitFrozen() throws IOException {
    for (int i = 0; i < TRIES; i++) {
      Optional<Long> frozen = CgroupFile.keyed(directory, "cgroup.events", "frozen");
      if (frozen.isEmpty()) {
        return false;
      }
      if (frozen.get() == 1) {
        return true;
      }
      pause(PAUSE_MILLISECONDS);
    }
    return false;
  }

  private boolean isFrozenVersion1() throws IOException {
    for (int i = 0; i < TRIES; i++) {
      String state = CgroupFile.readIfThere(directory, "freezer.state").orElse("THAWED");
      if (!state.equals("FREEZING")) {
        return state.equals("FROZEN")
            && CgroupFile.readIfThere(directory, "freezer.self_freezing").orElse("1").equals("1");
      }
      pause(PAUSE_MILLISECONDS);
    }
    throw new IOException(directory + ": stays half frozen");
  }

  private boolean isFrozenVersion2() throws IOException {
    if (!CgroupFile.readIfThere(directory, "cgroup.freeze").orElse("0").equals("1")) {
      return false;
    }
    if (!awaitFrozen() && Files.exists(Path.of(directory))) {
      throw new IOException(directory + ": stays half frozen");
    }
    return Files.exists(Path.of(directory));
  }

  private void write(String state) throws IOException {
    Path file = Path.of(directory, version2 ? "cgroup.freeze" : "freezer.state");
    Files.writeString(file, state, StandardOpenOption.WRITE);
  }

  private static void pause(int milliseconds) throws InterruptedIOException {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a cgroup to freeze");
    }
  }
}
