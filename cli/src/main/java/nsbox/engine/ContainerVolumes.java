package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.json.JsonObject;

/// From volumes as a user and an image name them to what is mounted.
///
/// A volume that is not there is made; one that nobody named is made for this container alone. Each
/// notes the container as its user before it is mounted anywhere, so nobody removes it meanwhile.
public final class ContainerVolumes {
  /// The type of a mount whose source is a volume's name, or nothing.
  public static final String TYPE = "volume";

  /// An option of such a mount: it does not begin with what the image has there.
  public static final String NO_COPY = "nocopy";

  /// Ids of the host.
  public record Owner(int uid, int gid) {}

  private final Volumes volumes;
  private final ContainerTrees trees;
  private final ContainerFolder folder;
  private final Optional<Owner> owner;
  private final List<Mount> mounts = new ArrayList<>();
  private final List<JsonObject> shown = new ArrayList<>();

  /// @param trees the images that it shows
  /// @param folder of a container that is there, or that this process makes
  /// @param owner of the volumes that are made for it, where that is not root
  public ContainerVolumes(
      Volumes volumes, ContainerTrees trees, ContainerFolder folder, Optional<Owner> owner) {
    this.owner = owner;
    this.volumes = volumes;
    this.trees = trees;
    this.folder = folder;
  }

  /// Takes one of the user's mounts; what is no volume stays as it is.
  public void add(Mount mount) throws IOException {
    if (mount.type().equals(ContainerTrees.TYPE)) {
      Mount bind = trees.bind(mount, folder);
      mounts.add(bind);
      show(bind, ContainerTrees.TYPE, "", mount.source());
      return;
    }
    if (!mount.type().equals(TYPE)) {
      mounts.add(mount);
      show(mount, mount.type(), "", mount.isBind() ? mount.source() : "");
      return;
    }
    Volume volume = volume(mount.source());
    Mount resolved = resolved(volume, mount);
    mounts.add(resolved);
    show(mount, TYPE, volume.name(), volume.data().toString());
    if (mount.source().isEmpty()) {
      shown.getLast().put("Anonymous", true);
    }
  }

  /// Takes a path that the image wants a volume for, unless something is mounted there.
  public void addOfImage(String path) throws IOException {
    String destination = Path.of("/").resolve(path).normalize().toString();
    for (Mount mount : mounts) {
      if (mount.destination().equals(destination)) {
        return;
      }
    }
    if (!destination.equals("/")) {
      add(new Mount(TYPE, "", destination, List.of("rbind", "rprivate"), "image"));
    }
  }

  /// What config.json says of them.
  public List<Mount> mounts() {
    return mounts;
  }

  /// The same in docker's words, for `inspect` and `--volumes-from`.
  public List<JsonObject> shown() {
    return shown;
  }

  private Volume volume(String name) throws IOException {
    for (int tries = 0; tries < 100; tries++) {
      Optional<Volume> found = name.isEmpty() ? Optional.empty() : volumes.find(name);
      Volume volume = found.isPresent() ? found.get() : create(name);
      if (volumes.use(volume, folder.id())) {
        return volume;
      }
    }
    throw new IOException("cannot use the volume " + name + ": others keep removing it");
  }

  /* Its files are the container's root's, who is another on the host where ids are mapped. */
  private Volume create(String name) throws IOException {
    Volume volume =
        volumes.create(
            name.isEmpty() ? Containers.newId() : name, name.isEmpty(), Map.of(), Map.of());
    if (owner.isPresent()) {
      Files.setAttribute(volume.data(), "unix:uid", owner.get().uid());
      Files.setAttribute(volume.data(), "unix:gid", owner.get().gid());
    }
    return volume;
  }

  private static Mount resolved(Volume volume, Mount mount) throws IOException {
    List<String> options = new ArrayList<>(mount.options());
    boolean copies = !options.remove(NO_COPY);
    Map<String, String> own = volume.options();
    if (own.isEmpty()) {
      if (copies) {
        options.add("tmpcopyup");
      }
      return new Mount(
          "bind", volume.data().toString(), mount.destination(), options, mount.flag());
    }
    List<String> words = new ArrayList<>();
    for (String word : own.getOrDefault("o", "").split(",")) {
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    String type = own.get("type");
    boolean bind = words.contains("bind") || words.contains("rbind") || type.equals("none");
    if (bind && !words.contains("bind") && !words.contains("rbind")) {
      words.add("rbind");
    }
    if (mount.isReadonly()) {
      words.add("ro");
    }
    String source = own.getOrDefault("device", type);
    return new Mount(bind ? "bind" : type, source, mount.destination(), words, mount.flag());
  }

  private void show(Mount mount, String type, String name, String source) {
    JsonObject json = new JsonObject().put("Type", type);
    if (!name.isEmpty()) {
      json.put("Name", name);
    }
    json.put("Source", source).put("Destination", mount.destination());
    if (type.equals(TYPE)) {
      json.put("Driver", Volume.DRIVER);
    }
    String propagation = "";
    for (String option : mount.options()) {
      if (option.endsWith("private") || option.endsWith("shared") || option.endsWith("slave")) {
        propagation = option;
      }
    }
    shown.add(
        json.put("Mode", "")
            .put("RW", !mount.isReadonly())
            .put("Propagation", mount.isBind() ? propagation : ""));
  }
}
