package nsbox.image;

import java.util.List;

/// More than one image's ID begins with what was typed.
public final class AmbiguousImageException extends ImageException {
  private static final long serialVersionUID = 1L;

  private final String idPrefix;
  private final transient List<Digest> candidates;

  public AmbiguousImageException(String idPrefix, List<Digest> candidates) {
    super("image ID " + idPrefix + " fits " + candidates.size() + " images: " + names(candidates));
    this.idPrefix = idPrefix;
    this.candidates = candidates;
  }

  public String idPrefix() {
    return idPrefix;
  }

  /// The IDs that begin so, in the order of the store.
  public List<Digest> candidates() {
    return candidates;
  }

  private static String names(List<Digest> candidates) {
    StringBuilder names = new StringBuilder();
    for (Digest candidate : candidates) {
      names.append(names.isEmpty() ? "" : ", ").append(candidate.shortHex());
    }
    return names.toString();
  }
}
