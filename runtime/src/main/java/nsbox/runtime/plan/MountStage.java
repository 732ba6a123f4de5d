package nsbox.runtime.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.MountSpec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Everything that the container sees as files.
final class MountStage {

  private static final long MS_BIND = 4096;
  private static final long MS_REC = 16384;
  private static final long MS_PRIVATE = 1 << 18;
  private static final long MS_SLAVE = 1 << 19;

  /* Bits of BIND_AT: what is mounted below the source comes along; the attributes are for that, too. */
  private static final int BIND_BELOW = 1;
  private static final int BIND_ATTRIBUTES_BELOW = 2;
  private static final int BIND_NO_FOLLOW = 4;

  private final Launch launch;
  private final Instructions init;
  private final LabelStage labels = new LabelStage();
  private final NamespaceStage namespaces;
  private final MountRefinements refinements;
  private final OverlayStage overlays;
  private final MountPropagation propagation;

  /// Binds that are prepared and have no place yet, by number.
  private final Deque<Integer> prepared = new ArrayDeque<>();

  /// Mounts of other processes that are prepared and have no place yet, by number.
  private final Deque<Integer> borrowed = new ArrayDeque<>();

  /// What must be writable while the container is made, and read-only after.
  private final List<String> readonlyLater = new ArrayList<>();

  MountStage(Launch launch, Instructions init, NamespaceStage namespaces) {
    this.launch = launch;
    this.init = init;
    this.namespaces = namespaces;
    this.refinements = new MountRefinements(launch, init);
    this.propagation = new MountPropagation(launch.spec().linux().rootPropagation(), init);
    this.overlays = new OverlayStage(init, propagation);
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
      refinements.mappings(monitor, 1);
    } else {
      refinements.mappings(monitor, 0);
    }
  }

  /// What the process on the way can still reach: the root, and what is bound into the container.
  void prepare() throws UnsupportedSpecException {
    if (launch.rootfs() instanceof Rootfs.Overlay overlay) {
      init.add("have mounts of its own", Opcode.UNSHARE, NamespaceStage.flag("mount"));
      propagation.hostMounts();
      overlays.mount(overlay);
      trees();
      init.add("work in the new root", Opcode.ENTER_DIRECTORY, overlay.mountPoint());
    } else if (launch.rootfs() instanceof Rootfs.Directory directory) {
      init.add("work in the new root", Opcode.ENTER_DIRECTORY, directory.path());
    }
    for (Launch.Borrowed mount : launch.beside().borrowed()) {
      borrowed.add(refinements.prepareOf(mount));
    }
    if (!namespaces.preparesBinds()) {
      return;
    }
    for (MountSpec mount : launch.spec().mounts()) {
      MountOptions options = MountOptions.parse(mount.options());
      if (mount.isBind()
          && !options.wants("remount")
          && !refinements.isLink(source(mount), options)) {
        String label = "open " + source(mount) + " for " + mount.destination();
        prepared.add(
            options.wants("tmpcopyup")
                ? prepareFilled(label, mount, options)
                : refinements.prepareBind(label, source(mount), mount, options));
      }
    }
    for (String device : DeviceStage.bound(launch.spec())) {
      MountSpec mount = new MountSpec(device, "bind", device, List.of("bind", "rprivate"));
      MountOptions options = MountOptions.parse(mount.options());
      prepared.add(refinements.prepareBind("open the host's " + device, device, mount, options));
    }
  }

  /* By root outside, for inside nobody may write to what root has made; the root file system shows the ids
   * that its files are to have. */
  private int prepareFilled(String label, MountSpec mount, MountOptions options)
      throws UnsupportedSpecException {
    if (!(launch.rootfs() instanceof Rootfs.Overlay overlay)) {
      throw new UnsupportedSpecException(
          "mounts: " + mount.destination(), "a bind mount takes no tmpcopyup in a user namespace");
    }
    init.add("look into the new root", Opcode.ENTER_ROOT, overlay.mountPoint());
    if (overlay.idMapping().isEmpty()) {
      return refinements.prepareFilled(label, source(mount), mount, options);
    }
    overlays.fileOwner("make files as root", 0, 0);
    int number = refinements.prepareFilled(label, source(mount), mount, options);
    IdMapping mapping = overlay.idMapping().get();
    overlays.fileOwner(
        "make files as the container's root again", mapping.rootUid(), mapping.rootGid());
    return number;
  }

  /// Puts the next of the prepared binds onto its place.
  void place(String destination) {
    refinements.place(prepared.remove(), destination);
  }

  boolean preparesBinds() {
    return namespaces.preparesBinds();
  }

  /// Shows a file of the host on the same path.
  void bindSame(String path) throws UnsupportedSpecException {
    MountSpec mount = new MountSpec(path, "bind", path, List.of("bind", "rprivate"));
    bind(mount, MountOptions.parse(mount.options()));
  }

  /// The new root, mounted where only this process sees it.
  void root() {
    if (!launch.spec().linux().hasNamespace("mount")) {
      String path = ((Rootfs.Directory) launch.rootfs()).path();
      init.add("work in the new root", Opcode.ENTER_DIRECTORY, path);
      init.add("take it as the root", Opcode.ENTER_ROOT, path);
      return;
    }
    propagation.hostMounts();
    if (!namespaces.onTheWay() || launch.rootfs() instanceof Rootfs.Directory) {
      trees();
    }
    if (namespaces.onTheWay()) {
      propagation.mountOn(".");
      init.add("take where it works as the root", Opcode.BIND_ROOT);
    } else if (launch.rootfs() instanceof Rootfs.Overlay overlay) {
      overlays.mount(overlay);
      init.add("take it as the root", Opcode.ENTER_ROOT, overlay.mountPoint());
    } else if (launch.rootfs() instanceof Rootfs.Directory directory) {
      String path = directory.path();
      propagation.mountOn(path);
      /* pivot_root(2) wants a mount. */
      init.add("make " + path + " a mount", Opcode.MOUNT, path, path, "", MS_BIND | MS_REC, "");
      init.add("take it as the root", Opcode.ENTER_ROOT, path);
    }
    if (launch.rootfs() instanceof Rootfs.Directory directory && directory.noDevices()) {
      init.add("open no device in it", Opcode.SET_ATTRIBUTES_AT, "/", 0, MountOptions.NODEV, 0);
    }
  }

  /* On directories that are empty for everybody else, and go with the container's run folder. */
  private void trees() {
    for (Rootfs.Overlay tree : launch.beside().trees()) {
      init.addIgnoring(
          Instruction.EXISTS, "make " + tree.mountPoint(), Opcode.MKDIR, tree.mountPoint(), 0700);
      overlays.mount(tree);
    }
  }

  /// From here on, only the container is to be seen.
  void enter() {
    if (launch.spec().linux().hasNamespace("mount")) {
      propagation.enter(
          !launch.noPivot(),
          launch.rootfs() instanceof Rootfs.Overlay overlay
              ? overlay.mountPoint()
              : ((Rootfs.Directory) launch.rootfs()).path());
    } else {
      init.add("make the new root the root, as for chroot(2)", Opcode.CHANGE_ROOT);
    }
  }

  void mounts(CgroupStage cgroups) throws UnsupportedSpecException {
    for (MountSpec mount : launch.spec().mounts()) {
      MountOptions options = MountOptions.parse(mount.options());
      MountRefinements.check(mount, options);
      if (options.wants("remount")) {
        refinements.remount(mount, options);
        if (options.readonly()) {
          readonlyLater.add(mount.destination());
        }
      } else if (mount.isBind()) {
        bind(mount, options);
      } else if (mount.type().equals("cgroup") || mount.type().equals("cgroup2")) {
        cgroup(mount, options.ofOneMount(), cgroups);
        refinements.propagation(mount, options);
      } else {
        filesystem(mount, options);
      }
    }
    for (Launch.Borrowed mount : launch.beside().borrowed()) {
      refinements.place(borrowed.remove(), mount.path());
    }
  }

  private void bind(MountSpec mount, MountOptions options) throws UnsupportedSpecException {
    String source = source(mount);
    if (refinements.link(source, mount, options)) {
      return;
    }
    if (preparesBinds()) {
      place(mount.destination());
      return;
    }
    String label = "bind " + source + " on " + mount.destination() + describe(mount);
    if (refinements.areNeeded(mount, options)) {
      refinements.bind(label, source, mount, options);
      return;
    }
    init.add(
        label,
        Opcode.BIND_AT,
        source,
        mount.destination(),
        bindFlags(options),
        options.set(),
        options.clear(),
        options.propagation());
  }

  /// The host's path of what is bound.
  String source(MountSpec mount) {
    return source(mount, launch.bundle());
  }

  static String source(MountSpec mount, String bundle) {
    return mount.source().startsWith("/") ? mount.source() : bundle + "/" + mount.source();
  }

  static int bindFlags(MountOptions options) {
    return (options.bindRecursive() ? BIND_BELOW : 0)
        | (options.recursive() ? BIND_ATTRIBUTES_BELOW : 0)
        | (options.wants("src-nofollow") ? BIND_NO_FOLLOW : 0);
  }

  private void filesystem(MountSpec mount, MountOptions options) throws UnsupportedSpecException {
    if (mount.type().isEmpty()) {
      throw new UnsupportedSpecException("mounts: " + mount.destination(), "no type");
    }
    MountOptions now = options.ofOneMount();
    if (options.readonly() && mount.type().equals("tmpfs")) {
      readonlyLater.add(mount.destination());
      now = options.writable();
    }
    String label = mount.type() + " on " + mount.destination() + describe(mount);
    List<String> data =
        labels.mountOptions(launch.spec().linux().mountLabel(), mount.type(), now.data());
    if (options.wants("tmpcopyup")) {
      refinements.copyUp(label, mount, now.set(), data);
    } else {
      init.add(
          label,
          Opcode.MOUNT_AT,
          mount.type(),
          mount.source(),
          mount.destination(),
          now.set(),
          data);
    }
    refinements.propagation(mount, options);
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
      overlays.fileOwner("make files as root again", 0, 0);
    }
  }
}
