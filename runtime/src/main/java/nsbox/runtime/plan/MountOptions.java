package nsbox.runtime.plan;

import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.spec.UnsupportedSpecException;

/// The options of one mount, sorted by who takes them.
///
/// @param own attributes of the mount itself
/// @param below attributes of it and of every mount below, set after those of its own
/// @param bind the mount shows something that is there already
/// @param bindRecursive also what is mounted below it
/// @param propagations MS_PRIVATE and its siblings, each with MS_REC or without, in their order
/// @param wishes what the runtime itself does, by the names of the options: `tmpcopyup`, …
/// @param data what remains: for the file system itself
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#linux-mount-options
record MountOptions(
    Attributes own,
    Attributes below,
    boolean bind,
    boolean bindRecursive,
    List<Long> propagations,
    List<String> wishes,
    List<String> data) {
  static final long RDONLY = 0x01;
  static final long NOSUID = 0x02;
  static final long NODEV = 0x04;
  static final long NOEXEC = 0x08;
  private static final long NOATIME = 0x10;
  private static final long STRICTATIME = 0x20;
  private static final long ATIME = 0x70;
  private static final long NODIRATIME = 0x80;
  private static final long NOSYMFOLLOW = 0x200000;

  static final long MS_REC = 16384;
  private static final long MS_UNBINDABLE = 1 << 17;
  private static final long MS_PRIVATE = 1 << 18;
  private static final long MS_SLAVE = 1 << 19;
  private static final long MS_SHARED = 1 << 20;

  /// What mount_setattr(2) does to one mount, or to a tree of them.
  ///
  /// @param set MOUNT_ATTR bits to set
  /// @param clear MOUNT_ATTR bits to clear on a mount that is copied from elsewhere
  record Attributes(long set, long clear) {
    boolean isEmpty() {
      return (set | clear) == 0;
    }

    /* mount_setattr(2) wants the whole of the access time cleared when a part of it is set. */
    private Attributes with(long field, long value) {
      return new Attributes(set & ~field | value, value == field ? clear : clear | field);
    }

    private Attributes then(Attributes later) {
      return new Attributes(set & ~later.clear | later.set, clear | later.clear);
    }
  }

  /// @throws UnsupportedSpecException for what the specification knows and nobody here takes
  static MountOptions parse(List<String> options) throws UnsupportedSpecException {
    Parser parser = new Parser();
    for (String option : options) {
      parser.take(option);
    }
    return new MountOptions(
        parser.own,
        parser.below,
        parser.bind || parser.bindRecursive,
        parser.bindRecursive,
        parser.propagations,
        parser.wishes,
        parser.data);
  }

  /// Whether one step sets attributes, and this is for every mount below as well.
  boolean recursive() {
    return own.isEmpty() && !below.isEmpty();
  }

  /// Whether mounts below are to get other attributes than the mount itself.
  boolean isMixed() {
    return !own.isEmpty() && !below.isEmpty();
  }

  /// The attributes that the first step sets.
  long set() {
    return recursive() ? below.set : own.set;
  }

  /// The attributes that the first step clears.
  long clear() {
    return recursive() ? below.clear : own.clear;
  }

  /// The propagation that the first step sets, or 0.
  long propagation() {
    return hasPlainPropagation() && !propagations.isEmpty() ? propagations.getFirst() & ~MS_REC : 0;
  }

  /// Whether propagation is one value for all mounts that the first step makes.
  boolean hasPlainPropagation() {
    return propagations.isEmpty()
        || propagations.size() == 1 && ((propagations.getFirst() & MS_REC) != 0 || !bindRecursive);
  }

  boolean wants(String wish) {
    return wishes.contains(wish);
  }

  boolean readonly() {
    return (ofOneMount().own.set & RDONLY) != 0;
  }

  MountOptions writable() {
    return with(new Attributes(ofOneMount().own.set & ~RDONLY, ofOneMount().own.clear));
  }

  /// For a mount that has none below it.
  MountOptions ofOneMount() {
    return below.isEmpty() ? this : with(own.then(below));
  }

  private MountOptions with(Attributes attributes) {
    return new MountOptions(
        attributes, new Attributes(0, 0), bind, bindRecursive, propagations, wishes, data);
  }

  private static final class Parser {
    private Attributes own = new Attributes(0, 0);
    private Attributes below = new Attributes(0, 0);
    private boolean bind;
    private boolean bindRecursive;
    private final List<Long> propagations = new ArrayList<>();
    private final List<String> wishes = new ArrayList<>();
    private final List<String> data = new ArrayList<>();

    private void take(String option) throws UnsupportedSpecException {
      if (takePropagation(option)) {
        return;
      }
      Attributes changed = change(own, option);
      if (changed != null) {
        own = changed;
        return;
      }
      switch (option) {
        case "bind" -> bind = true;
        case "rbind" -> bindRecursive = true;
        /* The last two: whether the kernel logs why a mount failed. */
        case "defaults", "", "silent", "loud" -> {}
        case "remount", "tmpcopyup", "idmap", "ridmap", "src-nofollow", "copy-symlink" ->
            wishes.add(option);
        case "iversion", "noiversion" ->
            throw new UnsupportedSpecException(
                "mount option " + option, "this version of nsbox does not apply it");
        default -> takeRecursive(option);
      }
    }

    /* "rro" is "ro" for all mounts below as well, and so on. */
    private void takeRecursive(String option) {
      Attributes changed = option.startsWith("r") ? change(below, option.substring(1)) : null;
      if (changed == null) {
        data.add(option);
      } else {
        below = changed;
      }
    }

    /* Null for what is no attribute. */
    private static Attributes change(Attributes attributes, String option) {
      return switch (option) {
        case "ro" -> attributes.with(RDONLY, RDONLY);
        case "rw" -> attributes.with(RDONLY, 0);
        case "nosuid" -> attributes.with(NOSUID, NOSUID);
        case "suid" -> attributes.with(NOSUID, 0);
        case "nodev" -> attributes.with(NODEV, NODEV);
        case "dev" -> attributes.with(NODEV, 0);
        case "noexec" -> attributes.with(NOEXEC, NOEXEC);
        case "exec" -> attributes.with(NOEXEC, 0);
        case "nodiratime" -> attributes.with(NODIRATIME, NODIRATIME);
        case "diratime" -> attributes.with(NODIRATIME, 0);
        case "nosymfollow" -> attributes.with(NOSYMFOLLOW, NOSYMFOLLOW);
        case "symfollow" -> attributes.with(NOSYMFOLLOW, 0);
        case "noatime" -> attributes.with(ATIME, NOATIME);
        case "strictatime" -> attributes.with(ATIME, STRICTATIME);
        case "relatime", "atime", "norelatime", "nostrictatime" -> attributes.with(ATIME, 0);
        default -> null;
      };
    }

    private boolean takePropagation(String option) {
      long kind =
          switch (option) {
            case "private" -> MS_PRIVATE;
            case "rprivate" -> MS_PRIVATE | MS_REC;
            case "slave" -> MS_SLAVE;
            case "rslave" -> MS_SLAVE | MS_REC;
            case "shared" -> MS_SHARED;
            case "rshared" -> MS_SHARED | MS_REC;
            case "unbindable" -> MS_UNBINDABLE;
            case "runbindable" -> MS_UNBINDABLE | MS_REC;
            default -> 0;
          };
      if (kind != 0) {
        propagations.add(kind);
      }
      return kind != 0;
    }
  }
}
