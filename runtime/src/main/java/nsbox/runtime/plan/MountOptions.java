package nsbox.runtime.plan;

import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.spec.UnsupportedSpecException;

/// The options of one mount, sorted by who takes them.
///
/// @param set MOUNT_ATTR bits to set on the mount
/// @param clear MOUNT_ATTR bits to clear on a mount that is copied from elsewhere
/// @param recursive the bits hold for every mount below as well
/// @param bind the mount shows something that is there already
/// @param bindRecursive also what is mounted below it
/// @param propagation MS_PRIVATE and its siblings, or 0
/// @param data what remains: for the file system itself
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#linux-mount-options
record MountOptions(
    long set,
    long clear,
    boolean recursive,
    boolean bind,
    boolean bindRecursive,
    long propagation,
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

  private static final long MS_UNBINDABLE = 1 << 17;
  private static final long MS_PRIVATE = 1 << 18;
  private static final long MS_SLAVE = 1 << 19;
  private static final long MS_SHARED = 1 << 20;

  /// @throws UnsupportedSpecException for what the specification knows and nobody here takes
  static MountOptions parse(List<String> options) throws UnsupportedSpecException {
    Parser parser = new Parser();
    for (String option : options) {
      parser.take(option);
    }
    return new MountOptions(
        parser.set,
        parser.clear,
        parser.recursive,
        parser.bind || parser.bindRecursive,
        parser.bindRecursive,
        parser.propagation,
        parser.data);
  }

  boolean readonly() {
    return (set & RDONLY) != 0;
  }

  MountOptions writable() {
    return new MountOptions(
        set & ~RDONLY, clear, recursive, bind, bindRecursive, propagation, data);
  }

  private static final class Parser {
    private long set;
    private long clear;
    private boolean recursive;
    private boolean bind;
    private boolean bindRecursive;
    private long propagation;
    private final List<String> data = new ArrayList<>();

    private void take(String option) throws UnsupportedSpecException {
      if (takeAttribute(option) || takePropagation(option)) {
        return;
      }
      switch (option) {
        case "bind" -> bind = true;
        case "rbind" -> bindRecursive = true;
        /* The last two: whether the kernel logs why a mount failed. */
        case "defaults", "", "silent", "loud" -> {}
        case "remount", "tmpcopyup", "idmap", "ridmap", "iversion", "noiversion" ->
            throw new UnsupportedSpecException(
                "mount option " + option, "this version of nsbox does not apply it");
        default -> {
          /* "rro" is "ro" for all mounts below as well, and so on. */
          if (option.startsWith("r") && takeAttribute(option.substring(1))) {
            recursive = true;
          } else {
            data.add(option);
          }
        }
      }
    }

    private boolean takeAttribute(String option) {
      switch (option) {
        case "ro" -> on(RDONLY);
        case "rw" -> off(RDONLY);
        case "nosuid" -> on(NOSUID);
        case "suid" -> off(NOSUID);
        case "nodev" -> on(NODEV);
        case "dev" -> off(NODEV);
        case "noexec" -> on(NOEXEC);
        case "exec" -> off(NOEXEC);
        case "nodiratime" -> on(NODIRATIME);
        case "diratime" -> off(NODIRATIME);
        case "nosymfollow" -> on(NOSYMFOLLOW);
        case "symfollow" -> off(NOSYMFOLLOW);
        case "noatime" -> accessTime(NOATIME);
        case "strictatime" -> accessTime(STRICTATIME);
        case "relatime", "atime", "norelatime", "nostrictatime" -> accessTime(0);
        default -> {
          return false;
        }
      }
      return true;
    }

    private boolean takePropagation(String option) {
      long kind =
          switch (option) {
            case "private", "rprivate" -> MS_PRIVATE;
            case "slave", "rslave" -> MS_SLAVE;
            case "shared", "rshared" -> MS_SHARED;
            case "unbindable", "runbindable" -> MS_UNBINDABLE;
            default -> 0;
          };
      if (kind != 0) {
        propagation = kind;
      }
      return kind != 0;
    }

    private void on(long bit) {
      set |= bit;
    }

    private void off(long bit) {
      set &= ~bit;
      clear |= bit;
    }

    /* mount_setattr(2) wants the whole field cleared when a part of it is set. */
    private void accessTime(long mode) {
      set = set & ~ATIME | mode;
      clear |= ATIME;
    }
  }
}
