package nsbox.snapshot;

import java.io.IOException;

/// A layer that cannot become a snapshot, for a reason that lies in the layer.
///
/// Nothing of such a layer is visible afterwards. A full disk and other troubles of the host are
/// plain `IOException`s instead.
public abstract sealed class LayerException extends IOException {
  private static final long serialVersionUID = 1;

  private final String layerDigest;

  private LayerException(String layerDigest, String facts) {
    super("layer " + layerDigest + ": " + facts);
    this.layerDigest = layerDigest;
  }

  /// Of the blob, as the manifest names it.
  public String layerDigest() {
    return layerDigest;
  }

  /// Bytes that are no gzip, no zstd or no tar, or that end too soon.
  public static final class Damaged extends LayerException {
    private static final long serialVersionUID = 1;

    Damaged(String layerDigest, String found) {
      super(layerDigest, found);
    }
  }

  /// The uncompressed tar is not the one that the image configuration promises.
  public static final class WrongDiffId extends LayerException {
    private static final long serialVersionUID = 1;

    private final String expected;
    private final String actual;

    WrongDiffId(String layerDigest, String expected, String actual) {
      super(layerDigest, "diff ID should be " + expected + " but is " + actual);
      this.expected = expected;
      this.actual = actual;
    }

    public String expected() {
      return expected;
    }

    public String actual() {
      return actual;
    }
  }

  /// An entry that has no meaning, or a hostile one.
  public static final class BadEntry extends LayerException {
    private static final long serialVersionUID = 1;

    private final String entry;
    private final String found;

    BadEntry(String layerDigest, String entry, String found) {
      super(layerDigest, "entry " + entry + ": " + found);
      this.entry = entry;
      this.found = found;
    }

    /// The name in the archive, with bytes that are not UTF-8 replaced.
    public String entry() {
      return entry;
    }

    public String found() {
      return found;
    }
  }

  /// More than a layer may hold.
  public static final class TooLarge extends LayerException {
    private static final long serialVersionUID = 1;

    private final String what;
    private final long limit;

    TooLarge(String layerDigest, String what, long limit) {
      super(layerDigest, "more than " + limit + " " + what);
      this.what = what;
      this.limit = limit;
    }

    /// What is counted, as a plural: "entries".
    public String what() {
      return what;
    }

    public long limit() {
      return limit;
    }
  }

  /// A media type that says that the bytes are something else than a tar.
  public static final class Unsupported extends LayerException {
    private static final long serialVersionUID = 1;

    private final String mediaType;

    Unsupported(String layerDigest, String mediaType) {
      super(layerDigest, "media type " + mediaType);
      this.mediaType = mediaType;
    }

    public String mediaType() {
      return mediaType;
    }
  }
}
