package nsbox.cli.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.cli.output.Human;
import nsbox.snapshot.UpperFileSystem;

/// The place where images and containers are kept.
final class StoreChecks {
  private static final long LITTLE = 1L << 30;

  private StoreChecks() {}

  /// @param root may not be there yet
  static List<Check> all(HostFiles host, Path root) throws IOException {
    List<Check> checks = new ArrayList<>();
    Path there = root;
    while (!Files.isDirectory(there)) {
      there = there.getParent();
    }
    boolean known = ("\n" + host.text("/proc/filesystems") + "\n").contains("\toverlay\n");
    boolean loadable = known || host.has("/sys/module/overlay") || isModule(host);
    String type = UpperFileSystem.type(there);
    boolean suits = UpperFileSystem.suits(there);
    checks.add(
        Check.wanted(
            loadable,
            "overlayfs",
            loadable ? "there" : "none",
            "Each container gets a copy of its image (--storage-driver copy); or modprobe overlay"));
    checks.add(
        Check.wanted(
            suits,
            "file system of " + root,
            type.isEmpty() ? "not told" : type,
            "overlayfs cannot write there, so each container gets a copy of its image; keep --root"
                + " on ext4, xfs or btrfs."));
    long space = Files.getFileStore(there).getUsableSpace();
    checks.add(
        Check.wanted(
            space >= LITTLE,
            "space in " + root,
            Human.size(space) + " free",
            "Little: 'nsbox system df' shows what could go."));
    return checks;
  }

  private static boolean isModule(HostFiles host) {
    String folder = "/lib/modules/" + host.text("/proc/sys/kernel/osrelease") + "/modules.dep";
    return host.text(folder).contains("/overlayfs/overlay.ko");
  }
}
