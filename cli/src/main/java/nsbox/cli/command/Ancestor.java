package nsbox.cli.command;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import nsbox.engine.ContainerRecord;
import nsbox.engine.Images;
import nsbox.image.ImageException;
import nsbox.image.ImageStore;
import nsbox.image.StoredImage;

/// The image that `--filter ancestor=` names: its own containers, and those of images that were
/// built on its layers.
///
/// @param id of the image; empty where the store has none of that name, which a container may
///   remember still
/// @param chains its layers' chain IDs, lowest first
record Ancestor(String name, String id, List<String> chains) {
  static Ancestor find(ImageStore store, String name) throws IOException {
    Optional<StoredImage> image;
    try {
      image = store.resolve(name);
    } catch (ImageException e) {
      image = Optional.empty();
    }
    return image.isEmpty()
        ? new Ancestor(name, "", List.of())
        : new Ancestor(name, image.get().id().toString(), Images.chainIds(image.get()));
  }

  static boolean any(List<Ancestor> ancestors, ContainerRecord container) throws IOException {
    for (Ancestor ancestor : ancestors) {
      if (ancestor.isOf(container)) {
        return true;
      }
    }
    return false;
  }

  private boolean isOf(ContainerRecord container) throws IOException {
    if (id.isEmpty()) {
      return name.equals(container.image()) || name.equals(container.imageId());
    }
    /* A chain ID stands for all layers below it too. */
    List<String> layers = container.layers();
    return id.equals(container.imageId())
        || !chains.isEmpty()
            && layers.size() > chains.size()
            && layers.get(chains.size() - 1).equals(chains.getLast());
  }
}
