package nsbox.snapshot;

import java.io.IOException;

/// A layer that cannot become a snapshot, for a reason that lies in the layer.
///
/// Nothing of such a layer is visible afterwards. A full disk and other troubles of the host are
/// plain `IOException`s instead.
public abstract sealed class LayerException extends IOException {
  private static final long serialVersionUID = 1;

  private final String layerDigest;

  /// @param facts whatever the layer says in them, no control character gets into the message
  private LayerException(String layerDigest, String facts) {
    super("layer " + layerDigest + ": " + TarEntry.printable(facts));
    this.layerDigest = layerDigest;
  }

  /// Of the blob, as the manifest names it.
  public String layerDigest() {
    return layerDigest;
  }

  /// The same, told with where in the archive it was met, where that is not known yet.
  LayerException at(String place) {
    return this;
  }

  /// Bytes that are no gzip, no zstd or no tar, or that end too soon.
  public static final class Damaged extends LayerException {
    private static final long serialVersionUID = 1;

    private final String found;
    private final boolean placed;

    Damaged(String layerDigest, String found) {
      super(layerDigest, found);
      this.found = found;
      this.placed = false;
    }

    private Damaged(Damaged cause, String place) {
      super(cause.layerDigest(), place + ": " + cause.found);
      this.found = cause.found;
      this.placed = true;
      initCause(cause);
    }

    @Override
    LayerException at(String place) {
      return placed ? this : new Damaged(this, place);
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
      this.found = TarEntry.printable(found);
    }

    /// The name in the archive, with bytes that are not UTF-8 and control characters replaced.
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
    private final LayerLimits.Limit setting;
    private final boolean placed;

    /// @param setting null for a limit that is always the same
    TooLarge(String layerDigest, String what, long limit, LayerLimits.Limit setting) {
      super(layerDigest, "more than " + limit + " " + what);
      this.what = what;
      this.limit = limit;
      this.setting = setting;
      this.placed = false;
    }

    private TooLarge(TooLarge cause, String place) {
      super(cause.layerDigest(), place + ": more than " + cause.limit + " " + cause.what);
      this.what = cause.what;
      this.limit = cause.limit;
      this.setting = cause.setting;
      this.placed = true;
      initCause(cause);
    }

    @Override
    LayerException at(String place) {
      return placed ? this : new TooLarge(this, place);
    }

    /// Which of [LayerLimits] it is; null for a limit that nobody can set.
    public LayerLimits.Limit setting() {
      return setting;
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
