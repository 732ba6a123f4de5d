package nsbox.bundle.options;

import java.util.List;
import java.util.Map;

/// Which namespaces are the container's own.
///
/// @param uidMap of a user namespace; empty without one, as `gidMap`
/// @param sysctls kernel parameters of the container's own namespaces
public record NamespaceOptions(
    Namespace network,
    Namespace pid,
    Namespace ipc,
    Namespace uts,
    Namespace cgroup,
    Namespace user,
    List<IdRange> uidMap,
    List<IdRange> gidMap,
    Map<String, String> sysctls) {

  public static final NamespaceOptions DEFAULT =
      new NamespaceOptions(
          Namespace.PRIVATE,
          Namespace.PRIVATE,
          Namespace.PRIVATE,
          Namespace.PRIVATE,
          Namespace.PRIVATE,
          Namespace.HOST,
          List.of(),
          List.of(),
          Map.of());

  public enum Kind {
    /// A new one.
    PRIVATE,
    /// The caller's.
    HOST,
    /// That of another container, by its ID. Which process it has is known when this one starts.
    CONTAINER,
    /// One that a file stands for.
    PATH
  }

  /// The same in a user namespace of its own with these ids.
  public NamespaceOptions withIds(List<IdRange> ids) {
    return new NamespaceOptions(
        network, pid, ipc, uts, cgroup, Namespace.PRIVATE, ids, ids, sysctls);
  }

  /// @param target the container's ID or the file's path; else empty
  public record Namespace(Kind kind, String target) {
    public static final Namespace PRIVATE = new Namespace(Kind.PRIVATE, "");
    public static final Namespace HOST = new Namespace(Kind.HOST, "");

    public boolean isHost() {
      return kind == Kind.HOST;
    }

    public boolean isPrivate() {
      return kind == Kind.PRIVATE;
    }

    /// It is somebody else's, but not the caller's.
    public boolean isJoined() {
      return kind == Kind.CONTAINER || kind == Kind.PATH;
    }
  }

  /// `size` ids in a row, from `container` there and from `host` on the host.
  public record IdRange(long container, long host, long size) {}
}
