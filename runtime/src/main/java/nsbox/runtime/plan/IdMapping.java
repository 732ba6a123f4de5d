package nsbox.runtime.plan;

import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.spec.LinuxSpec;
import nsbox.runtime.spec.LinuxSpec.IdRange;
import nsbox.runtime.spec.MountSpec;

/// Which ids of the host stand for which ids of a container.
///
/// A file whose id on the disk is in no range belongs to nobody whom the container knows.
///
/// @spec
///   https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#user-namespace-mappings
public record IdMapping(List<Range> uids, List<Range> gids) {

  public IdMapping {
    if (uids.isEmpty() || gids.isEmpty()) {
      throw new IllegalArgumentException("a mapping without uids or without gids");
    }
  }

  /// `size` ids in a row, from `containerId` in the container and from `hostId` on the host.
  public record Range(long containerId, long hostId, long size) {}

  static IdMapping of(MountSpec.Mapping mapping) {
    return new IdMapping(ranges(mapping.uids()), ranges(mapping.gids()));
  }

  private static List<Range> ranges(List<IdRange> ids) {
    List<Range> ranges = new ArrayList<>();
    for (IdRange range : ids) {
      ranges.add(new Range(range.containerId(), range.hostId(), range.size()));
    }
    return ranges;
  }

  /// The host's uid of the container's root; of another user where it has none.
  long rootUid() {
    return root(uids);
  }

  /// As [#rootUid].
  long rootGid() {
    return root(gids);
  }

  private static long root(List<Range> ranges) {
    for (Range range : ranges) {
      if (range.containerId() == 0) {
        return range.hostId();
      }
    }
    return ranges.getFirst().hostId();
  }

  /// The host's id for one of the container's; -1 where it has none.
  static long hostId(List<LinuxSpec.IdRange> ranges, long containerId) {
    for (LinuxSpec.IdRange range : ranges) {
      long offset = containerId - range.containerId();
      if (offset >= 0 && offset < range.size()) {
        return range.hostId() + offset;
      }
    }
    return -1;
  }

  /// The ranges as the kernel wants them in uid_map and gid_map, see user_namespaces(7).
  static String lines(List<Range> ranges) {
    StringBuilder lines = new StringBuilder();
    for (Range range : ranges) {
      lines.append(range.containerId()).append(' ').append(range.hostId());
      lines.append(' ').append(range.size()).append('\n');
    }
    return lines.toString();
  }
}
