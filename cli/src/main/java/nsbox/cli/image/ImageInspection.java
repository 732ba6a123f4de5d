package nsbox.cli.image;

import java.io.IOException;
import java.util.Optional;
import nsbox.engine.Images;
import nsbox.image.ImageException;
import nsbox.image.StoredImage;
import nsbox.json.JsonObject;

/// What `inspect` shows of images. The sizes of all are added up when the first is shown.
public final class ImageInspection {
  private final Images images;
  private ImageDocument documents;

  public ImageInspection(Images images) {
    this.images = images;
  }

  /// The document of an image; empty where the store has none of that name, or the name can be
  /// none.
  public Optional<JsonObject> find(String nameOrId) throws IOException {
    try {
      Optional<StoredImage> image = images.store().resolve(nameOrId);
      return image.isEmpty() ? Optional.empty() : Optional.of(document(image.get()));
    } catch (ImageException e) {
      return Optional.empty();
    }
  }

  JsonObject document(StoredImage image) throws IOException {
    if (documents == null) {
      documents =
          new ImageDocument(
              images, new ImageSizes(images.snapshots(), images.store().list().images()));
    }
    return documents.of(image);
  }
}
