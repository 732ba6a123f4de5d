package nsbox.runtime.plan;

import java.util.List;
import java.util.Optional;
import nsbox.runtime.spec.LinuxSpec.IdRange;

/// What whoever makes a container may do on this host.
///
/// @param ofHost it is the host's root, and not that of a user namespace
/// @param root it is root, of the host or of a user namespace
/// @param uid its effective user on the host, or in the user namespace that it is in; gid likewise
/// @param cgroupsOptional a cgroup that it may not make is done without, as long as nobody asked
///   for one or for a limit
/// @param uidMapper the program newuidmap, for who may map but itself; gidMapper: newgidmap
public record Rights(
    boolean ofHost,
    boolean root,
    long uid,
    long gid,
    boolean cgroupsOptional,
    Optional<String> uidMapper,
    Optional<String> gidMapper) {

  /// All of them.
  public static final Rights ALL =
      new Rights(true, true, 0, 0, false, Optional.empty(), Optional.empty());

  /// Whether the kernel takes these ranges of users from it: from root all, from anybody else but
  /// the own id.
  boolean mapsUsers(List<IdRange> ranges) {
    return root || isOnly(ranges, uid);
  }

  /// As [#mapsUsers]. The groups must be forbidden to change then: see user_namespaces(7).
  boolean mapsGroups(List<IdRange> ranges) {
    return root || isOnly(ranges, gid);
  }

  private static boolean isOnly(List<IdRange> ranges, long id) {
    return ranges.size() == 1 && ranges.getFirst().size() == 1 && ranges.getFirst().hostId() == id;
  }
}
