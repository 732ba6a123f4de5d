package nsbox.snapshot;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nsbox.linux.Errno;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.Stat;
import nsbox.linux.Timestamp;
import nsbox.linux.Xattr;

/// What a file has beside its content.
///
/// It is always set in the same order: the owner first, because chown(2) clears setuid bits and
/// file capabilities; then permissions; then attributes; times last, because all others change
/// them.
record Metadata(
    int permissions, long uid, long gid, Timestamp modified, List<TarEntry.Attribute> attributes) {

  /// Of a directory that no entry describes: the same in every unpack of the same layer.
  static final Metadata IMPLIED = new Metadata(0755, 0, 0, Timestamp.EPOCH, List.of());

  private static final byte[] TRUSTED_OVERLAY = ascii("trusted.overlay.");
  private static final byte[] USER_OVERLAY = ascii("user.overlay.");
  private static final byte[] USER = ascii("user.");
  private static final byte[] TRUSTED = ascii("trusted.");
  private static final byte[] SECURITY = ascii("security.");
  private static final byte[] SELINUX = ascii("security.selinux");

  /// Beside these a mode has setuid, setgid and the sticky bit, which chown(2) and writing clear.
  private static final int PLAIN_PERMISSIONS = 0777;

  private static final int PRIVATE = 0600;

  static Metadata of(TarEntry entry) {
    return new Metadata(
        entry.permissions(), entry.uid(), entry.gid(), entry.modified(), entry.attributes());
  }

  static Metadata of(Fd file, Stat stat) throws LinuxException {
    List<TarEntry.Attribute> attributes = new ArrayList<>();
    for (byte[] name : Xattr.names(file)) {
      attributes.add(new TarEntry.Attribute(name, Xattr.get(file, name)));
    }
    return of(stat, attributes);
  }

  static Metadata of(Fd dir, byte[] name, Stat stat) throws LinuxException {
    List<TarEntry.Attribute> attributes = new ArrayList<>();
    for (byte[] attribute : Xattr.namesAt(dir, name)) {
      attributes.add(new TarEntry.Attribute(attribute, Xattr.getAt(dir, name, attribute)));
    }
    return of(stat, attributes);
  }

  private static Metadata of(Stat stat, List<TarEntry.Attribute> attributes) {
    return new Metadata(stat.permissions(), stat.uid(), stat.gid(), stat.modified(), attributes);
  }

  /// The same of another owner.
  Metadata ownedBy(long uid, long gid) {
    return new Metadata(permissions, uid, gid, modified, attributes);
  }

  /// What to make a regular file with: its permissions, where it has the right owner from the start
  /// and nothing takes a part of them away. Else nobody else may open it until it has both.
  int creationMode(Owner owner) {
    boolean right = owner.is(uid, gid) && (permissions & ~owner.granted()) == 0;
    return right ? permissions : PRIVATE;
  }

  /// @param mode that the file was made with, of [#creationMode]
  void setOnNew(Fd file, Owner owner, int mode) throws LinuxException {
    setOwner(file, owner);
    // chown(2) changes none of the bits that a file can be made with.
    if (mode != permissions || (permissions & ~owner.granted()) != 0) {
      Linux.fchmod(file, permissions);
    }
    setAttributesAndTimes(file);
  }

  /// @param owner who owns a file that this process makes, so that most need no chown
  void set(Fd file, Owner owner) throws LinuxException {
    setOwner(file, owner);
    Linux.fchmod(file, permissions);
    setAttributesAndTimes(file);
  }

  private void setOwner(Fd file, Owner owner) throws LinuxException {
    if (!owner.is(uid, gid)) {
      Linux.fchown(file, uid, gid);
    }
  }

  private void setAttributesAndTimes(Fd file) throws LinuxException {
    for (TarEntry.Attribute attribute : attributes) {
      if (isKept(attribute.name())) {
        try {
          Xattr.set(file, attribute.name(), attribute.value());
        } catch (LinuxException e) {
          requireUnsupported(e, attribute);
        }
      }
    }
    Linux.futimens(file, modified, modified);
  }

  /// For files that cannot be opened: links, FIFOs and devices.
  void setAt(Fd dir, byte[] name, Owner owner, boolean link) throws LinuxException {
    if (!owner.is(uid, gid)) {
      Linux.lchownat(dir, name, uid, gid);
    }
    if (!link) {
      Linux.fchmodat(dir, name, permissions);
    }
    for (TarEntry.Attribute attribute : attributes) {
      if (isKept(attribute.name())) {
        try {
          Xattr.setAt(dir, name, attribute.name(), attribute.value());
        } catch (LinuxException e) {
          requireUnsupported(e, attribute);
        }
      }
    }
    Linux.lutimensat(dir, name, modified, modified);
  }

  /// overlayfs takes orders from its own attributes, so a layer may not bring them; SELinux labels
  /// are the host's to give.
  static boolean isKept(byte[] name) {
    return !BytePath.startsWith(name, TRUSTED_OVERLAY)
        && !BytePath.startsWith(name, USER_OVERLAY)
        && !Arrays.equals(name, SELINUX);
  }

  /// An attribute that this file system, or this type of file, cannot have is left out, and one
  /// that only the host's own root may give.
  private static void requireUnsupported(LinuxException e, TarEntry.Attribute attribute)
      throws LinuxException {
    boolean userOnSpecialFile =
        e.errno() == Errno.EPERM && BytePath.startsWith(attribute.name(), USER);
    boolean ofTheHost =
        e.errno() == Errno.EPERM
            && (BytePath.startsWith(attribute.name(), TRUSTED)
                || BytePath.startsWith(attribute.name(), SECURITY));
    if (e.errno() != Errno.EOPNOTSUPP && !userOnSpecialFile && !ofTheHost) {
      throw e;
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /// What the files get that this process makes.
  ///
  /// @param granted the permissions that are left of all nine when a file asks for them: umask(2)
  ///   and default ACLs take some away
  record Owner(long uid, long gid, int granted) {
    private static final byte[] PROBE = ascii(".probe");

    /// @param directory an empty one, where it is tried
    static Owner of(Fd directory) throws LinuxException {
      try (Fd file = Names.create(directory, PROBE, PLAIN_PERMISSIONS)) {
        Linux.unlinkat(directory, PROBE);
        Stat stat = Linux.fstat(file);
        return new Owner(stat.uid(), stat.gid(), stat.permissions() & PLAIN_PERMISSIONS);
      }
    }

    boolean is(long uid, long gid) {
      return this.uid == uid && this.gid == gid;
    }
  }
}
