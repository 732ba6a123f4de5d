package nsbox.runtime.plan;

import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;

/// A root file system of layers.
final class OverlayStage {
  /// mount(2) takes one page of options, the last byte of it a NUL.
  static final int MOUNT_DATA_BYTES = 4095;

  private static final long MS_NODEV = 4;

  private final Instructions init;
  private final MountPropagation propagation;

  OverlayStage(Instructions init, MountPropagation propagation) {
    this.init = init;
    this.propagation = propagation;
  }

  /// Mounts it on the directory that it names.
  void mount(Rootfs.Overlay overlay) {
    if (overlay.idMapping().isPresent()) {
      mappedOverlay(overlay, overlay.idMapping().get());
    } else {
      overlay(overlay);
    }
  }

  /* overlayfs takes the ids of a layer as the mount shows them that the layer's path leads to. Upper
   * and work directory must lie on the same mount. */
  private void mappedOverlay(Rootfs.Overlay overlay, IdMapping mapping) {
    for (String lower : overlay.lowers()) {
      mapIds(lower);
    }
    String folder = parent(overlay.upper());
    if (!folder.equals(parent(overlay.work()))) {
      throw new IllegalArgumentException(overlay.upper() + " and " + overlay.work());
    }
    mapIds(folder);
    fileOwner("make files as the container's root", mapping.rootUid(), mapping.rootGid());
    overlay(overlay);
  }

  void fileOwner(String label, long uid, long gid) {
    init.add(label, Opcode.FILE_OWNER, uid, gid);
    /* A change of user takes it back. */
    init.add("end the container if the monitor ends", Opcode.DIE_WITH_MONITOR);
  }

  private void mapIds(String directory) {
    propagation.mountOn(directory);
    init.add("map the ids of the files in " + directory, Opcode.MAP_IDS, directory, 0);
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(1, path.lastIndexOf('/')));
  }

  private void overlay(Rootfs.Overlay overlay) {
    propagation.mountOn(overlay.mountPoint());
    List<String> options = new ArrayList<>();
    /* The kernel takes backslashes away from these two, but not from a single lower directory. */
    if (!overlay.upper().isEmpty()) {
      options.add("upperdir=" + overlay.upper().replace("\\", "\\\\"));
      options.add("workdir=" + overlay.work().replace("\\", "\\\\"));
    }
    /* The upper directory must be readable as a layer, and layers come from strangers: neither may
     * refer to other directories by overlayfs's own attributes. */
    options.add("index=off");
    options.add("metacopy=off");
    options.add("redirect_dir=nofollow");
    if (overlay.userAttributes()) {
      options.add("userxattr");
    }
    if (overlay.volatileUpper()) {
      options.add("volatile");
    }
    String data =
        "lowerdir=" + String.join(":", overlay.lowers()) + "," + String.join(",", options);
    String label = "overlay of " + overlay.lowers().size() + " layers on " + overlay.mountPoint();
    boolean plain = data.length() <= MOUNT_DATA_BYTES && isPlain(overlay);
    if (plain) {
      init.add(label, Opcode.MOUNT, "overlay", overlay.mountPoint(), "overlay", MS_NODEV, data);
    } else {
      init.add(
          label,
          Opcode.OVERLAY,
          overlay.mountPoint(),
          MountOptions.NODEV,
          options,
          overlay.lowers());
    }
  }

  /* In the options of mount(2) some characters separate, and so cannot stand in a path. */
  private static boolean isPlain(Rootfs.Overlay overlay) {
    boolean plain = isPlain(overlay.upper()) && isPlain(overlay.work());
    for (String lower : overlay.lowers()) {
      plain = plain && isPlain(lower);
    }
    return plain;
  }

  static boolean isPlain(String path) {
    return path.indexOf('\\') < 0 && path.indexOf(',') < 0 && path.indexOf(':') < 0;
  }
}
