package nsbox.snapshot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.linux.Errno;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.OpenFlag;
import nsbox.linux.ProjectQuota;
import nsbox.linux.Resolve;

/// How much a writable tree may take up, kept by the file system: by its project quotas.
public final class SpaceLimit {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
  private static final int MINOR_BITS = 8;
  private static final int FIRST_PROJECT = 1 << 30;

  private SpaceLimit() {}

  /// Limits what is written to a tree from now on.
  ///
  /// @param tree just prepared, so nothing is in it yet
  /// @param bytes of all its files together
  /// @throws IOException if the driver or the file system cannot do it; the message says what would
  public static void set(RootMount tree, long bytes) throws IOException {
    if (!(tree instanceof RootMount.Overlay overlay) || overlay.writable().isEmpty()) {
      throw new IOException(
          "cannot limit the storage of a container that is a copy of its image\n"
              + "  Only the overlay driver can.");
    }
    RootMount.Writable writable = overlay.writable().get();
    requireEnforced(writable.upper());
    try (Fd upper = open(writable.upper());
        Fd work = open(writable.work())) {
      int project = project(upper);
      /* Renames between the two must stay within one project. */
      ProjectQuota.setProject(upper, project);
      ProjectQuota.setProject(work, project);
      ProjectQuota.setLimit(upper, project, bytes);
    } catch (LinuxException e) {
      throw new IOException(refusal(writable.upper(), Errno.symbol(e.errno())), e);
    }
  }

  /* No two trees of a file system share a project, as no two of their directories have the same
   * number. Above the numbers that people give to projects of their own. */
  private static int project(Fd upper) throws LinuxException {
    return FIRST_PROJECT | (int) Linux.fstat(upper).inode() & FIRST_PROJECT - 1;
  }

  private static Fd open(Path directory) throws LinuxException {
    byte[] path = directory.toString().getBytes(StandardCharsets.UTF_8);
    return Linux.openat2(
        Fd.NONE, path, OpenFlag.READ | OpenFlag.DIRECTORY, 0, Resolve.NO_MAGICLINKS);
  }

  /* ext4 takes a limit also where it only counts: then nothing would keep anybody within it. */
  private static void requireEnforced(Path path) throws IOException {
    for (String option : mountOptions(path)) {
      if (option.equals("prjquota") || option.equals("pquota")) {
        return;
      }
    }
    throw new IOException(refusal(path, "not mounted with prjquota"));
  }

  /// The options of the file system that a path is on; none where its mount is not to be seen.
  private static List<String> mountOptions(Path path) throws IOException {
    long device = (Long) Files.getAttribute(path, "unix:dev");
    String wanted = (device >> MINOR_BITS & 0xfff) + ":" + (device & 0xff | device >> 12 & 0xfff00);
    for (String line : Files.readAllLines(MOUNTS)) {
      /* ID parent major:minor root target options optional… - type source options */
      String[] words = line.split(" ");
      if (words[2].equals(wanted)) {
        return List.of(words[words.length - 1].split(","));
      }
    }
    return List.of();
  }

  private static String refusal(Path path, String found) throws IOException {
    return "cannot limit the storage of a container: no project quotas are in force on the "
        + Files.getFileStore(path).type()
        + " at "
        + Files.getFileStore(path)
        + ": "
        + found
        + "\n  ext4: tune2fs -O project,quota DEVICE, then mount with -o prjquota; xfs: mount with"
        + " -o prjquota.";
  }
}
