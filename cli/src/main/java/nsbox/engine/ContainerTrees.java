package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.json.JsonObject;
import nsbox.runtime.plan.Rootfs;
import nsbox.snapshot.Driver;
import nsbox.snapshot.RootMount;

/// Other images' files that a container shows: `--mount type=image`.
///
/// Each is one tree more of the container's storage driver, mounted where only the container's
/// processes see it, and bound from there to its place. container.json names the layers, so they
/// stay as long as the container does.
public final class ContainerTrees {
  /// The type of a mount whose source is an image.
  public static final String TYPE = "image";

  /// An option of such a mount: what is written goes to the container's own folder.
  public static final String WRITABLE = "rw";

  /// The beginning of an option of such a mount: only this path of the image.
  public static final String SUBPATH = "subpath=";

  private static final String FOLDER = "images";
  private static final String MEMBER = "images";
  private static final String MOUNT_POINT = "image-";

  private record Tree(Mount mount, Images.Unpacked image, String subpath) {
    boolean writable() {
      return mount.options().contains(WRITABLE);
    }
  }

  private final Driver driver;
  private final List<Tree> trees = new ArrayList<>();

  public ContainerTrees(Driver driver) {
    this.driver = driver;
  }

  /// Takes one more.
  ///
  /// @param mount as the user asked for it
  /// @return false if the image has no such path
  public boolean add(Mount mount, Images.Unpacked image, Images images) throws IOException {
    String subpath = "";
    for (String option : mount.options()) {
      if (option.startsWith(SUBPATH)) {
        /* Without links: they would be followed on the host. */
        Optional<String> found =
            images
                .snapshots()
                .merged(image.chainIds())
                .canonical(option.substring(SUBPATH.length()));
        if (found.isEmpty()) {
          return false;
        }
        subpath = found.get();
      }
    }
    trees.add(new Tree(mount, image, subpath));
    return true;
  }

  /// How one gets to its place in a container.
  Mount bind(Mount mount, ContainerFolder folder) throws IOException {
    for (int i = 0; i < trees.size(); i++) {
      Tree tree = trees.get(i);
      if (tree.mount() == mount) {
        Path root =
            driver.mounts(tree.image().chainIds(), own(folder.lasting(), i))
                    instanceof RootMount.Directory directory
                ? directory.path()
                : mountPoint(folder, i);
        String source = tree.subpath().isEmpty() ? root.toString() : root + "/" + tree.subpath();
        List<String> options = new ArrayList<>(List.of("bind", "rprivate", "nodev"));
        if (!tree.writable()) {
          options.add("ro");
        }
        return new Mount("bind", source, mount.destination(), options, mount.flag());
      }
    }
    throw new IllegalArgumentException(mount.toString());
  }

  /// Notes in container.json what they stand on.
  public void addTo(JsonObject record) {
    if (trees.isEmpty()) {
      return;
    }
    List<JsonObject> list = new ArrayList<>();
    for (Tree tree : trees) {
      list.add(
          new JsonObject()
              .put("imageId", tree.image().image().id().toString())
              .put("layers", tree.image().chainIds())
              .put("writable", tree.writable()));
    }
    record.put(MEMBER, list);
  }

  /// Makes what the driver needs of each in the container's folder.
  void prepare(Path container) throws IOException {
    if (trees.isEmpty()) {
      return;
    }
    Files.createDirectory(container.resolve(FOLDER));
    for (int i = 0; i < trees.size(); i++) {
      Path own = Files.createDirectory(own(container, i));
      if (trees.get(i).writable()) {
        driver.prepare(trees.get(i).image().chainIds(), own);
      } else {
        driver.view(trees.get(i).image().chainIds(), own);
      }
    }
  }

  /// IDs of the images that a container shows.
  static List<String> imageIds(ContainerRecord record) throws IOException {
    List<String> ids = new ArrayList<>();
    for (JsonObject tree : list(record)) {
      ids.add(tree.string("imageId"));
    }
    return ids;
  }

  /// Chain IDs of the layers that they stand on.
  static List<String> layers(ContainerRecord record) throws IOException {
    List<String> layers = new ArrayList<>();
    for (JsonObject tree : list(record)) {
      layers.addAll(tree.strings("layers"));
    }
    return layers;
  }

  /// What a start mounts before all else.
  static List<Rootfs.Overlay> overlays(
      ContainerRecord record, ContainerFolder folder, Driver driver) throws IOException {
    List<Rootfs.Overlay> overlays = new ArrayList<>();
    List<JsonObject> list = list(record);
    for (int i = 0; i < list.size(); i++) {
      Path own = own(folder.lasting(), i);
      if (driver.mounts(list.get(i).strings("layers"), own) instanceof RootMount.Overlay tree) {
        boolean writable = list.get(i).flag("writable");
        List<String> lowers = new ArrayList<>();
        for (Path lower : tree.lowers()) {
          lowers.add(lower.toString());
        }
        if (!writable && lowers.size() == 1) {
          lowers.add(own.resolve("empty").toString());
        }
        RootMount.Writable upper = tree.writable().orElseThrow();
        overlays.add(
            new Rootfs.Overlay(
                lowers,
                writable ? upper.upper().toString() : "",
                writable ? upper.work().toString() : "",
                mountPoint(folder, i).toString(),
                writable && record.autoRemove(),
                tree.userAttributes(),
                Optional.empty()));
      }
    }
    return overlays;
  }

  /// Whether what is bound from there is another image's.
  public static boolean isOne(ContainerFolder folder, String source) {
    return source.startsWith(folder.running() + "/" + MOUNT_POINT)
        || source.startsWith(folder.lasting().resolve(FOLDER) + "/");
  }

  private static List<JsonObject> list(ContainerRecord record) throws IOException {
    return record.json().has(MEMBER) ? record.json().objects(MEMBER) : List.of();
  }

  private static Path own(Path container, int index) {
    return container.resolve(FOLDER).resolve(Integer.toString(index));
  }

  private static Path mountPoint(ContainerFolder folder, int index) {
    return folder.running().resolve(MOUNT_POINT + index);
  }
}
