package nsbox.cli.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.image.ImageStore;
import nsbox.image.StoredImage;

/// Finds images that are in the store, and only there: reading brings none in.
final class StoreLookup {
  private StoreLookup() {}

  /// @throws Failure in docker's words if there is none: scripts look for "no such image"
  static StoredImage get(ImageStore store, String nameOrId) throws IOException, Failure {
    Optional<StoredImage> image = store.resolve(nameOrId);
    if (image.isEmpty()) {
      throw new Failure("no such image: " + nameOrId);
    }
    return image.get();
  }

  /// What some of the names stand for, in their order; each that is missing is told on standard
  /// error.
  static List<StoredImage> some(Session session, ImageStore store, List<String> names)
      throws IOException {
    List<StoredImage> images = new ArrayList<>();
    for (String name : names) {
      try {
        images.add(get(store, name));
      } catch (Failure | nsbox.image.ImageException e) {
        session.front().err("nsbox: " + e.getMessage() + "\n");
      }
    }
    return images;
  }
}
