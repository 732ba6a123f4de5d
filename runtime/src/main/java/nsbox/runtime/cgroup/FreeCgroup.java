package nsbox.runtime.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Whether a cgroup is free for a new container: not there, or there and empty, as engines and
/// systemd leave it.
public final class FreeCgroup {
  private static final String FIELD = "linux.cgroupsPath";

  private FreeCgroup() {}

  /// @throws UnsupportedSpecException if there are processes in it, in any hierarchy, for another
  ///   container may be in it; or if it is frozen, also by a cgroup above it: then the container
  ///   would wait for ever before its first instruction
  public static void require(ContainerCgroup cgroup) throws UnsupportedSpecException, IOException {
    for (ContainerCgroup.Place place : cgroup.places()) {
      if (Files.exists(Path.of(place.directory()))) {
        requireEmpty(place.directory());
      }
      requireThawed(place);
    }
  }

  private static void requireEmpty(String directory) throws UnsupportedSpecException, IOException {
    List<Long> pids = CgroupProcesses.in(directory);
    if (!pids.isEmpty()) {
      throw new UnsupportedSpecException(
          FIELD,
          "container's cgroup is not empty: "
              + pids.size()
              + " process(es) found in "
              + directory
              + "; another container may be in it");
    }
  }

  private static void requireThawed(ContainerCgroup.Place place)
      throws UnsupportedSpecException, IOException {
    if (!place.hierarchy().unified() && !place.hierarchy().hasController("freezer")) {
      return;
    }
    String directory = nearest(place);
    String state = CgroupFile.readIfThere(directory, "freezer.state").orElse("THAWED");
    Optional<Long> frozen = CgroupFile.keyed(directory, "cgroup.events", "frozen");
    boolean ordered = CgroupFile.readIfThere(directory, "cgroup.freeze").orElse("0").equals("1");
    if (!state.equals("THAWED") || ordered || (frozen.isPresent() && frozen.get() == 1)) {
      throw new UnsupportedSpecException(
          FIELD, "container's cgroup unexpectedly frozen: " + directory);
    }
  }

  /* The container's cgroup, or the lowest above it that is there. */
  private static String nearest(ContainerCgroup.Place place) {
    String directory = place.directory();
    while (directory.length() > place.hierarchy().mountPoint().length()
        && !Files.exists(Path.of(directory))) {
      directory = directory.substring(0, directory.lastIndexOf('/'));
    }
    return directory;
  }
}
