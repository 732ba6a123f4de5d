package nsbox.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import nsbox.image.Descriptor;
import nsbox.image.ImageStore;
import nsbox.image.InvalidReferenceException;
import nsbox.image.Reference;
import nsbox.image.StoredImage;

/// What the names of an image point at: its manifest, or the index from which it was chosen.
public final class ImageRoots {
  private ImageRoots() {}

  /// The entries of the store's index for a name or ID; for a name without reading the image, which
  /// may be damaged.
  ///
  /// @throws nsbox.image.ImageNotFoundException if there is no such image
  public static List<Descriptor> of(ImageStore store, String nameOrId) throws IOException {
    List<Descriptor> named = named(store, List.of(fullName(nameOrId)));
    if (!named.isEmpty()) {
      return named;
    }
    StoredImage image = store.get(nameOrId);
    List<String> names = image.references().stream().map(Reference::toString).toList();
    List<Descriptor> entries = named(store, names);
    return entries.isEmpty() ? List.of(image.descriptor()) : entries;
  }

  private static List<Descriptor> named(ImageStore store, List<String> names) throws IOException {
    List<Descriptor> found = new ArrayList<>();
    for (Descriptor entry : store.entries()) {
      String name = entry.annotation(ImageStore.REF_NAME);
      if (name != null
          && names.contains(name)
          && found.stream().noneMatch(other -> other.digest().equals(entry.digest()))) {
        found.add(entry);
      }
    }
    return found;
  }

  /* What looks like an ID and no name is one: the store says so too. */
  private static String fullName(String nameOrId) {
    try {
      return nameOrId.startsWith("sha256:") ? "" : Reference.parse(nameOrId).toString();
    } catch (InvalidReferenceException e) {
      return "";
    }
  }
}
