package nsbox.cli.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import nsbox.cli.output.JsonForm;
import nsbox.engine.ImageMounts.Mounted;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import nsbox.json.JsonObject;

/// What is said of mounted images, as podman says it.
final class MountedImages {
  private final List<StoredImage> images;

  /// @param images of the store
  MountedImages(List<StoredImage> images) {
    this.images = images;
  }

  /// Name and path, one image a line; the ID where it has no name.
  String table(List<Mounted> mounts) {
    int width = 0;
    for (Mounted mount : mounts) {
      width = Math.max(width, name(mount).length());
    }
    StringBuilder text = new StringBuilder();
    for (Mounted mount : mounts) {
      String name = name(mount);
      text.append(name).append(" ".repeat(width - name.length() + 2));
      text.append(mount.path()).append('\n');
    }
    return text.toString();
  }

  private String name(Mounted mount) {
    List<String> names = names(mount);
    return names.isEmpty() ? mount.imageHex() : names.getFirst();
  }

  String json(List<Mounted> mounts) throws IOException {
    List<JsonObject> shown = new ArrayList<>();
    for (Mounted mount : mounts) {
      List<String> digests = new ArrayList<>();
      for (StoredImage image : of(mount)) {
        digests.add(image.registryDigest().toString());
      }
      shown.add(
          new JsonObject()
              .put("id", mount.imageHex())
              .put("Names", digests)
              .put("Repositories", names(mount))
              .put("mountpoint", mount.path().toString()));
    }
    return JsonForm.pretty(shown) + "\n";
  }

  private List<String> names(Mounted mount) {
    List<String> names = new ArrayList<>();
    for (StoredImage image : of(mount)) {
      for (Reference reference : image.references()) {
        names.add(reference.toString());
      }
    }
    return names;
  }

  /* Several manifests may have one config. */
  private List<StoredImage> of(Mounted mount) {
    List<StoredImage> found = new ArrayList<>();
    for (StoredImage image : images) {
      if (image.id().hex().equals(mount.imageHex())) {
        found.add(image);
      }
    }
    return found;
  }
}
