package nsbox.image;

import java.util.ArrayList;
import java.util.List;

/// What a name in the index means, and what giving one does to the other entries.
final class StoreIndexEdit {
  private StoreIndexEdit() {}

  /// @return null where no entry has the name
  static Descriptor find(List<Descriptor> entries, Reference reference) {
    String full = reference.toString();
    for (Descriptor entry : entries) {
      if (full.equals(entry.annotation(StoreIndex.REF_NAME))) {
        return entry;
      }
    }
    if (reference.digest().isEmpty()) {
      return null;
    }
    String digested = reference.name() + "@" + reference.digest().get();
    for (Descriptor entry : entries) {
      String name = entry.annotation(StoreIndex.REF_NAME);
      boolean sameRepository = name != null && name.startsWith(reference.name() + ":");
      String wanted = reference.digest().get().toString();
      boolean sameContent =
          entry.digest().toString().equals(wanted)
              || wanted.equals(entry.annotation(StoredImage.INDEX_DIGEST));
      if (digested.equals(name) || sameRepository && sameContent) {
        return entry;
      }
    }
    return null;
  }

  /// The names of all entries that point at a manifest. Names that other tools made, and that are
  /// no references in full, are left out.
  static List<Reference> names(List<Descriptor> entries, Digest manifest) {
    List<Reference> names = new ArrayList<>();
    for (Descriptor entry : entries) {
      String text = entry.annotation(StoreIndex.REF_NAME);
      if (text == null || !entry.digest().equals(manifest)) {
        continue;
      }
      try {
        Reference name = Reference.parse(text);
        if (name.toString().equals(text)) {
          names.add(name);
        }
      } catch (InvalidReferenceException e) {
        // Another tool's name.
      }
    }
    return List.copyOf(names);
  }

  /// The entries with `named` among them, at the end or where its name was.
  ///
  /// An image that loses its last name stays as an entry without one, so that containers made from
  /// it still find it by ID; one that gets a name needs its nameless entry no more.
  static List<Descriptor> named(List<Descriptor> entries, Descriptor named) {
    String name = named.annotation(StoreIndex.REF_NAME);
    List<Descriptor> changed = new ArrayList<>();
    Descriptor loser = null;
    boolean placed = false;
    for (Descriptor entry : entries) {
      String entryName = entry.annotation(StoreIndex.REF_NAME);
      if (name.equals(entryName)) {
        if (!placed) {
          changed.add(named);
          placed = true;
        }
        loser = entry.digest().equals(named.digest()) ? loser : entry;
      } else if (entryName != null || !entry.digest().equals(named.digest())) {
        changed.add(entry);
      }
    }
    if (!placed) {
      changed.add(named);
    }
    if (loser != null && !mentions(changed, loser.digest())) {
      changed.add(loser.withoutAnnotation(StoreIndex.REF_NAME));
    }
    return changed;
  }

  /// The entries with a nameless one among them, unless one of its manifest is there.
  static List<Descriptor> kept(List<Descriptor> entries, Descriptor nameless) {
    if (mentions(entries, nameless.digest())) {
      return entries;
    }
    List<Descriptor> changed = new ArrayList<>(entries);
    changed.add(nameless);
    return changed;
  }

  /// The entries without those of a name. An image that loses its last name stays as an entry
  /// without one, at the end.
  ///
  /// @throws ImageNotFoundException if no entry has exactly this name
  static List<Descriptor> unnamed(List<Descriptor> entries, Reference reference)
      throws ImageNotFoundException {
    String name = reference.toString();
    List<Descriptor> changed = new ArrayList<>();
    List<Descriptor> losers = new ArrayList<>();
    for (Descriptor entry : entries) {
      boolean loses = name.equals(entry.annotation(StoreIndex.REF_NAME));
      (loses ? losers : changed).add(entry);
    }
    if (losers.isEmpty()) {
      throw new ImageNotFoundException(reference.familiar());
    }
    for (Descriptor loser : losers) {
      if (!mentions(changed, loser.digest())) {
        changed.add(loser.withoutAnnotation(StoreIndex.REF_NAME));
      }
    }
    return changed;
  }

  /// The entries without those nameless ones to which a name leads in another way: an index that a
  /// name points at now has them.
  static List<Descriptor> withoutCovered(List<Descriptor> entries, Reachable named) {
    List<Descriptor> changed = new ArrayList<>();
    for (Descriptor entry : entries) {
      boolean nameless = entry.annotation(StoreIndex.REF_NAME) == null;
      if (!nameless || !named.blobs().containsKey(entry.digest())) {
        changed.add(entry);
      }
    }
    return changed;
  }

  private static boolean mentions(List<Descriptor> entries, Digest digest) {
    for (Descriptor entry : entries) {
      if (entry.digest().equals(digest)) {
        return true;
      }
    }
    return false;
  }
}
