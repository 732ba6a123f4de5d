package nsbox.runtime.plan;

import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.MountSpec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Everything that the container sees as files.
final class MountStage {
  private static final long MS_NODEV = 4;
  private static final long MS_BIND = 4096;
  private static final long MS_REC = 16384;
  private static final long MS_PRIVATE = 1 << 18;
  private static final long MS_SLAVE = 1 << 19;

  /// mount(2) takes one page of options, the last byte of it a NUL.
  static final int MOUNT_DATA_BYTES = 4095;

  /* Bits of BIND_AT: what is mounted below the source comes along; the attributes are for that, too. */
  private static final int BIND_BELOW = 1;
  private static final int BIND_ATTRIBUTES_BELOW = 2;

  private final Launch launch;
  private final Instructions init;
  private final LabelStage labels = new LabelStage();
  private final NamespaceStage namespaces;

  /// How many mounts are prepared so far, and how many of them have their place.
  private int prepared;

  private int placed;

  /// What must be writable while the container is made, and read-only after.
  private final List<String> readonlyLater = new ArrayList<>();

  MountStage(Launch launch, Instructions init, NamespaceStage namespaces) {
    this.launch = launch;
    this.init = init;
    this.namespaces = namespaces;
  }

  /// What the mounts need that the container's process cannot make itself.
  void idMapping(Instructions monitor) {
    if (launch.rootfs() instanceof Rootfs.Overlay overlay && overlay.idMapping().isPresent()) {
      IdMapping mapping = overlay.idMapping().get();
      monitor.add(
          "map the ids of the container's files",
          Opcode.ID_MAPPING,
          IdMapping.lines(mapping.uids()),
          IdMapping.lines(mapping.gids()));
    }
  }

  /// What the process on the way can still reach: the root, and what is bound into the container.
  void prepare() throws UnsupportedSpecException {
    if (launch.rootfs() instanceof Rootfs.Overlay overlay) {
      init.add("have mounts of its own", Opcode.UNSHARE, NamespaceStage.flag("mount"));
      propagation();
      overlayOf(overlay);
      init.add("work in the new root", Opcode.ENTER_DIRECTORY, overlay.mountPoint());
    } else if (launch.rootfs() instanceof Rootfs.Directory directory) {
      init.add("work in the new root", Opcode.ENTER_DIRECTORY, directory.path());
    }
    if (!namespaces.inUserNamespace()) {
      return;
    }
    for (MountSpec mount : launch.spec().mounts()) {
      if (mount.isBind()) {
        MountOptions options = MountOptions.parse(mount.options());
        prepareBind(source(mount), mount.destination(), bindFlags(options), options);
      }
    }
    for (String device : DeviceStage.bound(launch.spec())) {
      prepareBind(device, device, 0, MountOptions.parse(List.of("rprivate")));
    }
  }

  private void prepareBind(String source, String destination, int flags, MountOptions options) {
    prepared++;
    init.add(
        "open " + source + " for " + destination,
        Opcode.PREPARE_BIND,
        source,
        flags,
        options.set(),
        options.clear(),
        options.propagation());
  }

  /// Puts the next of the prepared mounts onto its place.
  void place(String destination) {
    if (placed == prepared) {
      throw new IllegalStateException("nothing is prepared for " + destination);
    }
    init.add("show it on " + destination, Opcode.PLACE_AT, placed++, destination);
  }

  boolean preparesBinds() {
    return namespaces.inUserNamespace();
  }

  /// The new root, mounted where only this process sees it.
  void root() {
    if (!launch.spec().linux().hasNamespace("mount")) {
      String path = ((Rootfs.Directory) launch.rootfs()).path();
      init.add("work in the new root", Opcode.ENTER_DIRECTORY, path);
      init.add("take it as the root", Opcode.ENTER_ROOT, path);
      return;
    }
    propagation();
    if (namespaces.onTheWay()) {
      init.add("take where it works as the root", Opcode.BIND_ROOT);
    } else if (launch.rootfs() instanceof Rootfs.Overlay overlay) {
      overlayOf(overlay);
      init.add("take it as the root", Opcode.ENTER_ROOT, overlay.mountPoint());
    } else if (launch.rootfs() instanceof Rootfs.Directory directory) {
      String path = directory.path();
      /* pivot_root(2) wants a mount. */
      init.add("make " + path + " a mount", Opcode.MOUNT, path, path, "", MS_BIND | MS_REC, "");
      init.add("take it as the root", Opcode.ENTER_ROOT, path);
    }
    if (launch.rootfs() instanceof Rootfs.Directory directory && directory.noDevices()) {
      init.add("open no device in it", Opcode.SET_ATTRIBUTES_AT, "/", 0, MountOptions.NODEV, 0);
    }
  }

  private void propagation() {
    boolean isPrivate = launch.spec().linux().rootPropagation().endsWith("private");
    init.add(
        "receive no mounts from the host" + (isPrivate ? "" : " but those it makes later"),
        Opcode.PROPAGATION,
        "/",
        MS_REC | (isPrivate ? MS_PRIVATE : MS_SLAVE));
  }

  private void overlayOf(Rootfs.Overlay overlay) {
    if (overlay.idMapping().isPresent()) {
      mappedOverlay(overlay, overlay.idMapping().get());
    } else {
      overlay(overlay);
    }
  }

  /// From here on, only the container is to be seen.
  void enter() {
    if (launch.spec().linux().hasNamespace("mount")) {
      init.add("make the new root the root", Opcode.PIVOT_ROOT);
    } else {
      init.add("make the new root the root, as for chroot(2)", Opcode.CHANGE_ROOT);
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

  private void fileOwner(String label, long uid, long gid) {
    init.add(label, Opcode.FILE_OWNER, uid, gid);
    /* A change of user takes it back. */
    init.add("end the container if the monitor ends", Opcode.DIE_WITH_MONITOR);
  }

  private void mapIds(String directory) {
    init.add("map the ids of the files in " + directory, Opcode.MAP_IDS, directory, 0);
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(1, path.lastIndexOf('/')));
  }

  private void overlay(Rootfs.Overlay overlay) {
    List<String> options = new ArrayList<>();
    /* The kernel takes backslashes away from these two, but not from a single lower directory. */
    options.add("upperdir=" + overlay.upper().replace("\\", "\\\\"));
    options.add("workdir=" + overlay.work().replace("\\", "\\\\"));
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

  void mounts(CgroupStage cgroups) throws UnsupportedSpecException {
    for (MountSpec mount : launch.spec().mounts()) {
      MountOptions options = MountOptions.parse(mount.options());
      if (mount.isBind()) {
        bind(mount, options);
      } else if (mount.type().equals("cgroup") || mount.type().equals("cgroup2")) {
        cgroup(mount, options, cgroups);
      } else {
        filesystem(mount, options);
      }
    }
  }

  private void bind(MountSpec mount, MountOptions options) throws UnsupportedSpecException {
    if (!options.data().isEmpty()) {
      throw new UnsupportedSpecException(
          "mounts: " + mount.destination(), "a bind mount takes no option " + options.data());
    }
    if (preparesBinds()) {
      place(mount.destination());
      return;
    }
    String source = source(mount);
    init.add(
        "bind " + source + " on " + mount.destination() + describe(mount),
        Opcode.BIND_AT,
        source,
        mount.destination(),
        bindFlags(options),
        options.set(),
        options.clear(),
        options.propagation());
  }

  private String source(MountSpec mount) {
    return mount.source().startsWith("/") ? mount.source() : launch.bundle() + "/" + mount.source();
  }

  private static int bindFlags(MountOptions options) {
    return (options.bindRecursive() ? BIND_BELOW : 0)
        | (options.recursive() ? BIND_ATTRIBUTES_BELOW : 0);
  }

  private void filesystem(MountSpec mount, MountOptions options) throws UnsupportedSpecException {
    if (mount.type().isEmpty()) {
      throw new UnsupportedSpecException("mounts: " + mount.destination(), "no type");
    }
    MountOptions now = options;
    if (options.readonly() && mount.type().equals("tmpfs")) {
      readonlyLater.add(mount.destination());
      now = options.writable();
    }
    init.add(
        mount.type() + " on " + mount.destination() + describe(mount),
        Opcode.MOUNT_AT,
        mount.type(),
        mount.source(),
        mount.destination(),
        now.set(),
        labels.mountOptions(launch.spec().linux().mountLabel(), mount.type(), now.data()));
  }

  private static String describe(MountSpec mount) {
    return mount.options().isEmpty() ? "" : " (" + String.join(",", mount.options()) + ")";
  }

  /* Version 2 is one mount. Version 1 is a directory of mounts, one for each controller. */
  private void cgroup(MountSpec mount, MountOptions options, CgroupStage cgroups) {
    boolean ownNamespace = launch.spec().linux().hasNamespace("cgroup");
    String destination = mount.destination();
    if (launch.cgroups().isUnified()) {
      cgroupHierarchy(
          launch.cgroups().unified().get(), destination, ownNamespace, options, cgroups);
      return;
    }
    init.add(
        "tmpfs on " + destination + " for the cgroup hierarchies",
        Opcode.MOUNT_AT,
        "tmpfs",
        "tmpfs",
        destination,
        options.writable().set(),
        List.of("mode=755"));
    for (Hierarchy hierarchy : launch.cgroups().hierarchies()) {
      String directory = destination + "/" + hierarchy.directoryName();
      cgroupHierarchy(hierarchy, directory, ownNamespace, options, cgroups);
      if (!hierarchy.unified() && hierarchy.name().indexOf(',') > 0) {
        for (String controller : hierarchy.name().split(",")) {
          init.add(
              "link " + controller + " to " + hierarchy.directoryName(),
              Opcode.SYMLINK_AT,
              hierarchy.directoryName(),
              destination + "/" + controller);
        }
      }
    }
    if (options.readonly()) {
      readonlyLater.add(destination);
    }
  }

  private void cgroupHierarchy(
      Hierarchy hierarchy,
      String destination,
      boolean ownNamespace,
      MountOptions options,
      CgroupStage cgroups) {
    String type = hierarchy.unified() ? "cgroup2" : "cgroup";
    String which = hierarchy.unified() ? "" : " of " + hierarchy.name();
    if (!ownNamespace) {
      init.add(
          "bind the container's " + type + which + " on " + destination,
          Opcode.BIND_AT,
          cgroups.directory(hierarchy),
          destination,
          0,
          options.set(),
          0,
          MS_PRIVATE);
      return;
    }
    init.add(
        type + which + " on " + destination,
        Opcode.MOUNT_AT,
        type,
        type,
        destination,
        options.set(),
        hierarchy.unified() ? List.of() : List.of(hierarchy.name().split(",")));
  }

  void workingDirectory() {
    String directory = launch.spec().process().directory();
    if (!directory.equals("/")) {
      init.add("make sure there is " + directory, Opcode.MKDIR_AT, directory, 0755);
    }
  }

  /// What the container sees but may not change, and what it does not see.
  void protectedPaths() {
    for (String path : readonlyLater) {
      init.add(
          "make " + path + " read-only", Opcode.SET_ATTRIBUTES_AT, path, 0, MountOptions.RDONLY, 0);
    }
    for (String path : launch.spec().linux().readonlyPaths()) {
      init.addIgnoring(
          Instruction.MISSING, "make " + path + " read-only", Opcode.READONLY_AT, path);
    }
    for (String path : launch.spec().linux().maskedPaths()) {
      init.addIgnoring(Instruction.MISSING, "mask " + path, Opcode.MASK_AT, path);
    }
    if (launch.spec().root().readonly()) {
      init.add("make the root read-only", Opcode.SET_ATTRIBUTES_AT, "/", 0, MountOptions.RDONLY, 0);
    }
    /* Until here all that was made on the way to a mount had to be the container's. */
    if (launch.rootfs() instanceof Rootfs.Overlay overlay && overlay.idMapping().isPresent()) {
      fileOwner("make files as root again", 0, 0);
    }
  }
}
