package nsbox.snapshot;

import java.io.IOException;

/// A tree that holds something that no layer can say.
///
/// What was written of the layer until then is of no use.
public final class UnsuitableTreeException extends IOException {
  private static final long serialVersionUID = 1;

  private final String path;
  private final String found;

  UnsuitableTreeException(byte[] path, String found) {
    super("no layer can hold /" + TarEntry.text(path) + ": " + found);
    this.path = TarEntry.text(path);
    this.found = found;
  }

  /// From the root of the tree, without a leading `/`; bytes that are not UTF-8 are replaced.
  public String path() {
    return path;
  }

  public String found() {
    return found;
  }
}
