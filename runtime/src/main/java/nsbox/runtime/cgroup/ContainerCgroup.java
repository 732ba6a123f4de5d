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
/// @param missing hierarchies in which it has none, for whoever made it was not allowed to
public record ContainerCgroup(List<Place> places, boolean isUnified, List<Hierarchy> missing) {

  /// One that is in all hierarchies.
  public ContainerCgroup(List<Place> places, boolean isUnified) {
    this(places, isUnified, List.of());
  }

  /// @param directory absolute, as the host sees it
  public record Place(Hierarchy hierarchy, String directory) {}

  /// The cgroup that a configuration names.
  ///
  /// @param path `linux.cgroupsPath`, or the container's ID without one: absolute ones start at
  ///   each hierarchy's root, others at the cgroup of this process, which differs from one
  ///   hierarchy to the next
  public static ContainerCgroup of(CgroupLayout layout, String path) {
    return of(layout, path, false);
  }

  /// @param optional whether it does without those that this process may not make
  public static ContainerCgroup of(CgroupLayout layout, String path, boolean optional) {
    List<Place> places = new ArrayList<>();
    List<Hierarchy> missing = new ArrayList<>();
    for (Hierarchy hierarchy : layout.hierarchies()) {
      Place place = new Place(hierarchy, directory(hierarchy, path));
      if (optional && !CgroupAccess.isAllowed(place)) {
        missing.add(hierarchy);
      } else {
        places.add(place);
      }
    }
    return new ContainerCgroup(List.copyOf(places), layout.isUnified(), List.copyOf(missing));
  }

  /// The cgroup of a container that was made before, by what [#paths] gave then: a later process
  /// may be in another cgroup itself.
  public static ContainerCgroup stored(CgroupLayout layout, Map<String, String> paths) {
    List<Place> places = new ArrayList<>();
    List<Hierarchy> missing = new ArrayList<>();
    for (Hierarchy hierarchy : layout.hierarchies()) {
      String directory = paths.get(names(hierarchy).getFirst());
      if (directory != null) {
        places.add(new Place(hierarchy, directory));
      } else {
        missing.add(hierarchy);
      }
    }
    return new ContainerCgroup(List.copyOf(places), layout.isUnified(), List.copyOf(missing));
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

  /// The hierarchy of a controller, where the host has it and the container has no cgroup in it.
  Optional<Hierarchy> missing(String controller) {
    for (Hierarchy hierarchy : missing) {
      if (isUnified || !hierarchy.unified() && hierarchy.hasController(controller)) {
        return Optional.of(hierarchy);
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
