package nsbox.runtime.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.MountSpec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// What few mounts ask for, and what takes steps of its own.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#linux-mount-options
final class MountRefinements {
  private final Launch launch;
  private final Instructions init;

  /// How many mounts are prepared so far.
  private int prepared;

  /// The user namespaces that are made by the monitor, by their lines of uid_map and gid_map.
  private final List<String> mappings = new ArrayList<>();

  MountRefinements(Launch launch, Instructions init) {
    this.launch = launch;
    this.init = init;
  }

  /// The mappings of ids of single mounts, which take the host's rights to make.
  ///
  /// @param first how many mappings the monitor has made before
  void mappings(Instructions monitor, int first) {
    for (int i = 0; i < first; i++) {
      mappings.add("");
    }
    for (MountSpec mount : launch.spec().mounts()) {
      if (mount.mapping().isEmpty() || mappings.contains(key(mount))) {
        continue;
      }
      IdMapping mapping = IdMapping.of(mount.mapping().get());
      mappings.add(key(mount));
      monitor.add(
          "map ids for " + mount.destination(),
          Opcode.ID_MAPPING,
          IdMapping.lines(mapping.uids()),
          IdMapping.lines(mapping.gids()));
    }
  }

  private static String key(MountSpec mount) {
    IdMapping mapping = IdMapping.of(mount.mapping().get());
    return IdMapping.lines(mapping.uids()) + "\n" + IdMapping.lines(mapping.gids());
  }

  /// Whether a bind mount takes more than one step.
  boolean areNeeded(MountSpec mount, MountOptions options) {
    return options.isMixed()
        || !options.hasPlainPropagation()
        || mount.mapping().isPresent()
        || options.wants("idmap")
        || options.wants("ridmap")
        || options.wants("tmpcopyup");
  }

  /// A bind mount in several steps.
  void bind(String label, String source, MountSpec mount, MountOptions options)
      throws UnsupportedSpecException {
    int number =
        options.wants("tmpcopyup")
            ? prepareFilled(label, source, mount, options)
            : prepareBind(label, source, mount, options);
    place(number, mount.destination());
  }

  /// All of a bind mount but its place, with what the container has there where it is empty.
  ///
  /// @return the number to give it its place by
  int prepareFilled(String label, String source, MountSpec mount, MountOptions options)
      throws UnsupportedSpecException {
    int number = prepareBind(label, source, mount, options.writable());
    fill(mount, false);
    if (options.readonly()) {
      init.add("make it read-only", Opcode.MOUNT_ATTRIBUTES, 0, MountOptions.RDONLY, 0, 0);
    }
    return number;
  }

  private void fill(MountSpec mount, boolean keepMode) {
    init.add(
        "copy what is in " + mount.destination() + " into it, if it is empty",
        Opcode.COPY_UP,
        mount.destination(),
        keepMode ? 1 : 0);
  }

  /// All of a bind mount but its place.
  ///
  /// @return the number to give it its place by
  int prepareBind(String label, String source, MountSpec mount, MountOptions options)
      throws UnsupportedSpecException {
    init.add(
        label,
        Opcode.PREPARE_BIND,
        source,
        MountStage.bindFlags(options),
        options.set(),
        options.clear(),
        options.propagation());
    refine(mount, options);
    return prepared++;
  }

  /// A mount of another process, all but its place.
  int prepareOf(Launch.Borrowed mount) {
    init.add(
        "take " + mount.path() + " of process " + mount.pid(),
        Opcode.PREPARE_OF,
        mount.pid(),
        mount.startTime(),
        mount.path());
    return prepared++;
  }

  void place(int number, String destination) {
    init.add("show it on " + destination, Opcode.PLACE_AT, number, destination);
  }

  /* The further steps of a bind mount, after the one that prepared it. */
  private void refine(MountSpec mount, MountOptions options) throws UnsupportedSpecException {
    mapIds(mount, options);
    if (options.isMixed()) {
      init.add(
          "set the attributes of all that is mounted there",
          Opcode.MOUNT_ATTRIBUTES,
          1,
          options.below().set(),
          options.below().clear(),
          0);
    }
    if (!options.hasPlainPropagation()) {
      for (long propagation : options.propagations()) {
        init.add(
            "set its propagation",
            Opcode.MOUNT_ATTRIBUTES,
            (propagation & MountOptions.MS_REC) != 0 ? 1 : 0,
            0,
            0,
            propagation & ~MountOptions.MS_REC);
      }
    }
  }

  /* The mapping of the container's user namespace may stand in for one that is not there, but need
   * not: it is an error either way where there is none. */
  private void mapIds(MountSpec mount, MountOptions options) throws UnsupportedSpecException {
    boolean recursive = options.wants("ridmap");
    if (mount.mapping().isPresent()) {
      init.add(
          "map the ids of what is mounted there by mounts[].uidMappings",
          Opcode.MOUNT_MAPPING,
          mappings.indexOf(key(mount)),
          recursive ? 1 : 0);
    } else if (recursive || options.wants("idmap")) {
      throw new UnsupportedSpecException(
          "mounts: " + mount.destination(),
          (recursive ? "ridmap" : "idmap") + " without uidMappings and gidMappings");
    }
  }

  /// Propagation of a file system that has its place.
  void propagation(MountSpec mount, MountOptions options) {
    for (long propagation : options.propagations()) {
      init.add(
          "set the propagation of " + mount.destination(),
          Opcode.PROPAGATION_AT,
          mount.destination(),
          (propagation & MountOptions.MS_REC) != 0 ? 1 : 0,
          propagation & ~MountOptions.MS_REC);
    }
  }

  /// Changes what is mounted already; what the options do not name stays as it is.
  void remount(MountSpec mount, MountOptions options) {
    MountOptions now = options.ofOneMount();
    if (!options.data().isEmpty()) {
      init.add(
          "change the options of " + mount.destination() + " to " + options.data(),
          Opcode.RECONFIGURE_AT,
          mount.destination(),
          options.data());
    }
    long set = now.own().set() & ~MountOptions.RDONLY;
    if ((set | now.own().clear()) != 0) {
      init.add(
          "change the attributes of " + mount.destination(),
          Opcode.SET_ATTRIBUTES_AT,
          mount.destination(),
          0,
          set,
          now.own().clear());
    }
    propagation(mount, options);
  }

  /// A new tmpfs that begins with what the container has in its place.
  void copyUp(String label, MountSpec mount, long attributes, List<String> data) {
    init.add(label, Opcode.PREPARE_FILESYSTEM, mount.type(), mount.source(), attributes, data);
    boolean mode = false;
    for (String option : data) {
      mode |= option.startsWith("mode=");
    }
    fill(mount, mode);
    place(prepared++, mount.destination());
  }

  boolean isLink(String source, MountOptions options) {
    return options.wants("copy-symlink") && Files.isSymbolicLink(Path.of(source));
  }

  /// A link in place of a bind mount, where the source is a link and this was asked for.
  ///
  /// @return false where it is not
  boolean link(String source, MountSpec mount, MountOptions options)
      throws UnsupportedSpecException {
    if (!isLink(source, options)) {
      return false;
    }
    try {
      String content = Files.readSymbolicLink(Path.of(source)).toString();
      init.add(
          "link " + mount.destination() + " to " + content,
          Opcode.SYMLINK_AT,
          content,
          mount.destination());
      return true;
    } catch (IOException e) {
      throw new UnsupportedSpecException("mounts: " + mount.destination(), "copy-symlink: " + e);
    }
  }

  /// @throws UnsupportedSpecException for options that this kind of mount has no use for
  static void check(MountSpec mount, MountOptions options) throws UnsupportedSpecException {
    boolean onlyBinds =
        options.wants("idmap")
            || options.wants("ridmap")
            || options.wants("src-nofollow")
            || options.wants("copy-symlink")
            || mount.mapping().isPresent();
    boolean remount = options.wants("remount");
    if (onlyBinds && (!mount.isBind() || remount)) {
      throw new UnsupportedSpecException(
          "mounts: " + mount.destination(), "only a bind mount takes " + mount.options());
    }
    if (mount.isBind() && !options.data().isEmpty()) {
      throw new UnsupportedSpecException(
          "mounts: " + mount.destination(), "a bind mount takes no option " + options.data());
    }
    boolean fillable = mount.type().equals("tmpfs") || mount.isBind();
    if (options.wants("tmpcopyup") && (!fillable || remount)) {
      throw new UnsupportedSpecException(
          "mounts: " + mount.destination(), "only a new tmpfs or bind mount takes tmpcopyup");
    }
  }
}
