package nsbox.archive;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.image.Descriptor;
import nsbox.image.ImageException;
import nsbox.image.InvalidReferenceException;
import nsbox.image.Reference;

/// Finds out what the images of a layout are called.
///
/// In this order: what the user says; containerd's annotation; the layout's own name where it is a
/// whole reference; the folder's name with the layout's own name as its tag.
final class LayoutNames {
  /// containerd's and docker's name for an image, always in full.
  static final String CONTAINERD_NAME = "io.containerd.image.name";

  /// The specification's name for an image: a tag to some, a whole reference to others.
  static final String REF_NAME = "org.opencontainers.image.ref.name";

  private final ImageFiles layout;
  private final Optional<String> repository;

  /// @param repository what the folder or archive is called; empty for a stream
  LayoutNames(ImageFiles layout, Optional<String> repository) {
    this.layout = layout;
    this.repository = repository;
  }

  /// An entry to take, and what to call it.
  record Named(Descriptor entry, Optional<Reference> name) {}

  /// What a layout at this path is called: its last part, less the endings of an archive.
  static Optional<String> repositoryOf(Path path, boolean archive) {
    Path last = path.toAbsolutePath().normalize().getFileName();
    if (last == null) {
      return Optional.empty();
    }
    String name = last.toString();
    if (archive) {
      for (String ending : new String[] {".gz", ".tgz", ".zst", ".xz", ".bz2", ".tar", ".oci"}) {
        if (name.endsWith(ending) && name.length() > ending.length()) {
          name = name.substring(0, name.length() - ending.length());
        }
      }
    }
    return Optional.of(name);
  }

  /// Which entries to import: those that have a name, or the only entry.
  ///
  /// @throws nsbox.image.BrokenLayoutException if it cannot be told which entry is meant
  List<Named> select(List<Descriptor> entries, Optional<Reference> wanted) throws ImageException {
    Map<Reference, Descriptor> selected = new LinkedHashMap<>();
    for (Descriptor entry : entries) {
      if (entries.size() > 1 && nameOf(entry) == null) {
        continue;
      }
      Reference reference = wanted.isPresent() ? wanted.get() : reference(entry);
      Descriptor other = selected.putIfAbsent(reference, entry);
      if (other != null && !other.digest().equals(entry.digest())) {
        throw layout.broken(OciLayout.INDEX, "one image " + reference, "several");
      }
    }
    if (selected.isEmpty()) {
      String found = entries.isEmpty() ? "no entry" : entries.size() + " entries without a name";
      throw layout.broken(OciLayout.INDEX, "a named image, or only one", found);
    }
    List<Named> named = new ArrayList<>();
    selected.forEach((name, entry) -> named.add(new Named(entry, Optional.of(name))));
    return named;
  }

  /// Which entries to load: those that have a name, or all; the images need not end up with one.
  List<Named> selectAll(List<Descriptor> entries) throws ImageException {
    List<Named> selected = new ArrayList<>();
    boolean anyNamed = entries.stream().anyMatch(entry -> nameOf(entry) != null);
    for (Descriptor entry : entries) {
      if (anyNamed && nameOf(entry) == null) {
        continue;
      }
      selected.add(new Named(entry, anyNamed ? referenceIfAny(entry) : Optional.empty()));
    }
    if (selected.isEmpty()) {
      throw layout.broken(OciLayout.INDEX, "an image", "no entry");
    }
    return selected;
  }

  private Optional<Reference> referenceIfAny(Descriptor entry) throws ImageException {
    if (isWhole(nameOf(entry))) {
      return Optional.of(reference(entry));
    }
    try {
      return repository.isEmpty() ? Optional.empty() : Optional.of(reference(entry));
    } catch (InvalidReferenceException e) {
      // Nobody chose the file's name to be a repository.
      return Optional.empty();
    }
  }

  private Reference reference(Descriptor entry) throws ImageException {
    String name = nameOf(entry);
    if (name != null && isWhole(name)) {
      return Reference.parse(name);
    }
    if (repository.isEmpty()) {
      throw layout.broken(
          OciLayout.INDEX, "a whole reference", name == null ? "no name" : "the tag " + name);
    }
    return Reference.parse(repository.get() + (name == null ? "" : ":" + name));
  }

  private static boolean isWhole(String name) {
    return name.indexOf('/') >= 0 || name.indexOf(':') >= 0;
  }

  private static String nameOf(Descriptor entry) {
    String containerd = entry.annotation(CONTAINERD_NAME);
    return containerd != null ? containerd : entry.annotation(REF_NAME);
  }
}
