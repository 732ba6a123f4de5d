package nsbox.runtime.cgroup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;

/// A container's cgroup: a directory in each hierarchy of the host.
///
/// @param places in the order of the hierarchies
/// @param isUnified version 2 rules alone
public record ContainerCgroup(List<Place> places, boolean isUnified) {

  /// @param directory absolute, as the host sees it
  public record Place(Hierarchy hierarchy, String directory) {}

  /// The cgroup that a configuration names.
  ///
  /// @param path `linux.cgroupsPath`, or the container's ID without one: absolute ones start at
  ///   each hierarchy's root, others at the cgroup of this process, which differs from one
  ///   hierarchy to the next
  public static ContainerCgroup of(CgroupLayout layout, String path) {
    List<Place> places = new ArrayList<>();
    for (Hierarchy hierarchy : layout.hierarchies()) {
      places.add(new Place(hierarchy, directory(hierarchy, path)));
    }
    return new ContainerCgroup(List.copyOf(places), layout.isUnified());
  }

  /// The cgroup of a container that was made before, by what [#paths] gave then: a later process
  /// may be in another cgroup itself.
  public static ContainerCgroup stored(CgroupLayout layout, Map<String, String> paths) {
    List<Place> places = new ArrayList<>();
    for (Hierarchy hierarchy : layout.hierarchies()) {
      String directory = paths.get(names(hierarchy).getFirst());
      if (directory != null) {
        places.add(new Place(hierarchy, directory));
      }
    }
    return new ContainerCgroup(List.copyOf(places), layout.isUnified());
  }

  /// The directories by controller, `name=systemd`, or the empty name for version 2: what runc
  /// keeps as `cgroup_paths`.
  public Map<String, String> paths() {
    Map<String, String> paths = new LinkedHashMap<>();
    for (Place place : places) {
      for (String name : names(place.hierarchy())) {
        paths.put(name, place.directory());
      }
    }
    return paths;
  }

  /// Where a controller's files are: in its hierarchy of version 1, or in version 2 where that
  /// rules alone. A version 2 hierarchy beside version 1 has no say in limits.
  public Optional<String> directory(String controller) {
    if (isUnified) {
      return unifiedDirectory();
    }
    for (Place place : places) {
      if (!place.hierarchy().unified() && place.hierarchy().hasController(controller)) {
        return Optional.of(place.directory());
      }
    }
    return Optional.empty();
  }

  /// The directory of version 2, also beside version 1.
  public Optional<String> unifiedDirectory() {
    for (Place place : places) {
      if (place.hierarchy().unified()) {
        return Optional.of(place.directory());
      }
    }
    return Optional.empty();
  }

  private static List<String> names(Hierarchy hierarchy) {
    return List.of(hierarchy.name().split(","));
  }

  private static String directory(Hierarchy hierarchy, String path) {
    if (path.startsWith("/")) {
      return hierarchy.mountPoint() + path;
    }
    String own = hierarchy.ownPath().equals("/") ? "" : hierarchy.ownPath();
    return hierarchy.mountPoint() + own + "/" + path;
  }
}
