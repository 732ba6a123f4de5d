package nsbox.cli.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.engine.AmbiguousContainerException;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerTrees;
import nsbox.engine.ContainerVolumes;
import nsbox.engine.Volumes;
import nsbox.json.JsonObject;

/// All that a new container is to have mounted: by its own options, by other containers that its
/// user names, by its image; whoever comes first has the place.
final class WantedMounts {
  private static final String FROM = "--volumes-from";

  private final Session session;
  private final List<Mount> mounts;

  /// @param own by the container's own options
  WantedMounts(Session session, List<Mount> own) {
    this.session = session;
    this.mounts = new ArrayList<>(own);
  }

  /// Adds what others have mounted.
  ///
  /// @param others as the user wrote them: `CONTAINER[:ro]`
  /// @throws Failure if there is no such container
  void addFrom(List<String> others) throws IOException, Failure, AmbiguousContainerException {
    for (String text : others) {
      int colon = text.indexOf(':');
      String name = colon < 0 ? text : text.substring(0, colon);
      boolean readonly = false;
      for (String option : colon < 0 ? new String[0] : text.substring(colon + 1).split(",")) {
        switch (option) {
          case "ro" -> readonly = true;
          case "rw", "z", "Z" -> {
            // As it is there, with the labels that it has.
          }
          default -> throw new Failure(FROM + " " + text + ": unknown option " + option);
        }
      }
      ContainerFolder folder = Lookup.other(session, name);
      for (JsonObject mount : folder.record().json().objects("mounts")) {
        add(mount, readonly);
      }
    }
  }

  private void add(JsonObject shown, boolean readonly) throws IOException {
    String type = shown.string("Type");
    String destination = shown.string("Destination");
    boolean volume = type.equals(ContainerVolumes.TYPE);
    if (!volume && !type.equals("bind") || has(mounts, destination)) {
      return;
    }
    List<String> options = new ArrayList<>(List.of("rbind"));
    String propagation = shown.optionalString("Propagation").orElse("");
    options.add(propagation.isEmpty() ? "rprivate" : propagation);
    if (readonly || !shown.flag("RW")) {
      options.add("rro");
    }
    String source = shown.string(volume ? "Name" : "Source");
    mounts.add(new Mount(type, source, destination, options, FROM));
  }

  static boolean has(List<Mount> mounts, String destination) {
    for (Mount mount : mounts) {
      if (mount.destination().equals(destination)) {
        return true;
      }
    }
    return false;
  }

  /// Finds or makes the volumes, and takes them for a container.
  ///
  /// @param owner of the volumes that are made, where that is not root
  /// @param ofImage paths that the image wants volumes for
  ContainerVolumes resolve(
      Volumes volumes,
      ContainerTrees trees,
      ContainerFolder folder,
      Optional<ContainerVolumes.Owner> owner,
      Set<String> ofImage)
      throws IOException {
    ContainerVolumes resolved = new ContainerVolumes(volumes, trees, folder, owner);
    for (Mount mount : mounts) {
      resolved.add(mount);
    }
    for (String path : ofImage) {
      resolved.addOfImage(path);
    }
    return resolved;
  }
}
