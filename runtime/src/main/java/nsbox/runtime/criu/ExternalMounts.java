package nsbox.runtime.criu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.runtime.plan.Restore.External;
import nsbox.runtime.spec.MountSpec;
import nsbox.runtime.spec.Spec;

/// What of a container's mounts comes from the host, and so is in no checkpoint.
///
/// Each has a name in the checkpoint: for a bind mount its destination, for a masked file
/// `/dev/null`. runc gives the same names, so each of the two restores what the other has saved.
final class ExternalMounts {
  private static final String NULL = "/dev/null";
  private static final List<String> DEVICES =
      List.of(NULL, "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty");

  private final Spec spec;
  private final Path bundle;
  private final Path rootfs;

  ExternalMounts(Spec spec, Path bundle, Path rootfs) {
    this.spec = spec;
    this.bundle = bundle;
    this.rootfs = rootfs;
  }

  /// Names for the mounts that a running container has.
  List<String> dumped(List<MountEntry> mounts) throws IOException {
    Map<String, MountSpec> asked = byDestination();
    Set<String> masked = new HashSet<>();
    for (String path : spec.linux().maskedPaths()) {
      masked.add(RootPath.resolve(rootfs, path));
    }
    List<String> devices = devices();
    List<String> arguments = new ArrayList<>();
    Set<String> named = new HashSet<>();
    for (MountEntry mount : mounts) {
      String point = mount.point();
      String name = "";
      if (masked.contains(point)) {
        name = mount.type().equals("tmpfs") ? "" : NULL;
      } else if (devices.contains(point) || isOfBind(point, asked)) {
        name = point;
      }
      if (!name.isEmpty() && named.add(point)) {
        arguments.addAll(List.of("--external", "mnt[" + point + "]:" + name));
      }
    }
    return arguments;
  }

  /* What is mounted below a bind mount came with it, unless it was asked for by itself. */
  private static boolean isOfBind(String point, Map<String, MountSpec> asked) {
    String at = point;
    while (!asked.containsKey(at) && at.length() > 1) {
      at = at.substring(0, Math.max(1, at.lastIndexOf('/')));
    }
    return asked.containsKey(at) && asked.get(at).isBind();
  }

  /// What the names stand for on this host, as far as a checkpoint may have them: criu passes over
  /// those that it does not.
  List<External> restored(List<MountEntry> host) throws IOException {
    List<External> external = new ArrayList<>();
    external.add(new External(NULL, NULL, List.of("bind", "ro"), List.of()));
    if (spec.linux().hasNamespace("user")) {
      for (String device : devices().subList(1, devices().size())) {
        external.add(new External(device, device, List.of("bind"), List.of()));
      }
    }
    for (Map.Entry<String, MountSpec> entry : byDestination().entrySet()) {
      MountSpec mount = entry.getValue();
      Path source = bundle.resolve(mount.source()).normalize();
      if (mount.isBind() && !isCopiedLink(mount, source)) {
        String path = source.toString();
        external.add(new External(entry.getKey(), path, mount.options(), below(path, host)));
      }
    }
    return external;
  }

  private static boolean isCopiedLink(MountSpec mount, Path source) {
    return mount.options().contains("copy-symlink") && Files.isSymbolicLink(source);
  }

  private static List<String> below(String source, List<MountEntry> host) {
    List<String> below = new ArrayList<>();
    String prefix = source.endsWith("/") ? source : source + "/";
    for (MountEntry mount : host) {
      if (mount.point().startsWith(prefix)) {
        below.add(mount.point().substring(prefix.length()));
      }
    }
    return below;
  }

  private List<String> devices() {
    List<String> devices = new ArrayList<>(DEVICES);
    spec.linux().devices().forEach(device -> devices.add(device.path()));
    return devices;
  }

  private Map<String, MountSpec> byDestination() throws IOException {
    Map<String, MountSpec> mounts = new LinkedHashMap<>();
    for (MountSpec mount : spec.mounts()) {
      if (!mount.options().contains("remount")) {
        mounts.put(RootPath.resolve(rootfs, mount.destination()), mount);
      }
    }
    return mounts;
  }
}
