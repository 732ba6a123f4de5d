package nsbox.image;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds out what the images of a layout are called.
///
/// In this order: what the user says; containerd's annotation; the layout's own name where it is a
/// whole reference; the folder's name with the layout's own name as its tag.
final class LayoutNames {
  /// containerd's and docker's name for an image, always in full.
  static final String CONTAINERD_NAME = "io.containerd.image.name";

  private final LayoutDirectory layout;
  private final Optional<String> repository;

  /// @param repository what the folder or archive is called; empty for a stream
  LayoutNames(LayoutDirectory layout, Optional<String> repository) {
    this.layout = layout;
    this.repository = repository;
  }

  /// What a layout at this path is called: its last part, less the endings of an archive.
  static Optional<String> repositoryOf(Path path, boolean archive) {
    Path last = path.toAbsolutePath().normalize().getFileName();
    if (last == null) {
      return Optional.empty();
    }
    String name = last.toString();
    if (archive) {
      for (String ending : new String[] {".gz", ".tgz", ".tar", ".oci"}) {
        if (name.endsWith(ending) && name.length() > ending.length()) {
          name = name.substring(0, name.length() - ending.length());
        }
      }
    }
    return Optional.of(name);
  }

  /// Which entries to import, by name: those that have one, or the only entry.
  ///
  /// @throws BrokenLayoutException if it cannot be told which entry is meant
  Map<Reference, Descriptor> select(List<Descriptor> entries, Optional<Reference> wanted)
      throws ImageException {
    Map<Reference, Descriptor> selected = new LinkedHashMap<>();
    for (Descriptor entry : entries) {
      if (entries.size() > 1 && nameOf(entry) == null) {
        continue;
      }
      Reference reference = wanted.isPresent() ? wanted.get() : reference(entry);
      Descriptor other = selected.putIfAbsent(reference, entry);
      if (other != null && !other.digest().equals(entry.digest())) {
        throw layout.broken("index.json", "one image " + reference, "several");
      }
    }
    if (selected.isEmpty()) {
      String found = entries.isEmpty() ? "no entry" : entries.size() + " entries without a name";
      throw layout.broken("index.json", "a named image, or only one", found);
    }
    return selected;
  }

  private Reference reference(Descriptor entry) throws ImageException {
    String name = nameOf(entry);
    if (name != null && (name.indexOf('/') >= 0 || name.indexOf(':') >= 0)) {
      return Reference.parse(name);
    }
    if (repository.isEmpty()) {
      throw layout.broken(
          "index.json", "a whole reference", name == null ? "no name" : "the tag " + name);
    }
    return Reference.parse(repository.get() + (name == null ? "" : ":" + name));
  }

  private static String nameOf(Descriptor entry) {
    String containerd = entry.annotation(CONTAINERD_NAME);
    return containerd != null ? containerd : entry.annotation(StoreIndex.REF_NAME);
  }
}
