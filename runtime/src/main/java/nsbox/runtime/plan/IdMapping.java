package nsbox.runtime.plan;

import java.util.List;
import nsbox.runtime.spec.LinuxSpec.IdRange;
import nsbox.runtime.spec.MountSpec;

/// Which ids of the host stand for which ids of a container.
///
/// A file whose id on the disk is in no range belongs to nobody whom the container knows.
///
/// @spec
///   https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#user-namespace-mappings
public record IdMapping(List<IdRange> uids, List<IdRange> gids) {

  public IdMapping {
    if (uids.isEmpty() || gids.isEmpty()) {
      throw new IllegalArgumentException("a mapping without uids or without gids");
    }
  }

  static IdMapping of(MountSpec.Mapping mapping) {
    return new IdMapping(mapping.uids(), mapping.gids());
  }

  /// The host's uid of the container's root; of another user where it has none.
  long rootUid() {
    return root(uids);
  }

  /// As [#rootUid].
  long rootGid() {
    return root(gids);
  }

  private static long root(List<IdRange> ranges) {
    for (IdRange range : ranges) {
      if (range.containerId() == 0) {
        return range.hostId();
      }
    }
    return ranges.getFirst().hostId();
  }

  /// The host's id for one of the container's; -1 where it has none.
  static long hostId(List<IdRange> ranges, long containerId) {
    for (IdRange range : ranges) {
      long offset = containerId - range.containerId();
      if (offset >= 0 && offset < range.size()) {
        return range.hostId() + offset;
      }
    }
    return -1;
  }

  /// The ranges as the kernel wants them in uid_map and gid_map, see user_namespaces(7).
  static String lines(List<IdRange> ranges) {
    StringBuilder lines = new StringBuilder();
    for (IdRange range : ranges) {
      lines.append(range.containerId()).append(' ').append(range.hostId());
      lines.append(' ').append(range.size()).append('\n');
    }
    return lines.toString();
  }
}
