package nsbox.snapshot;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import nsbox.linux.LinuxException;

/// What a layer asks about the layers below while it is unpacked.
///
/// While they are not there yet, it gets the answer that nearly every layer would get, and that is
/// written down. Once they are there, [#assumedRight] tells whether all answers were the right
/// ones; then the layer is what it would have become on top of them. If one was wrong, the layer
/// has to be unpacked again.
///
/// The answers need not know what the layer itself does to the names below: it asks only where
/// nothing of it hides them.
final class Below {
  /// With more, a layer is sooner unpacked again than remembered.
  private static final int ASSUMPTION_LIMIT = 100_000;

  private final Lowers lowers;
  private final List<Assumption> assumptions = new ArrayList<>();

  private enum Kind {
    /// A directory, or nothing.
    NOT_IN_THE_WAY,
    DIRECTORY,
    ANYTHING
  }

  private record Assumption(LayerDirectory directory, byte[] name, Kind kind) {}

  private Below(Lowers lowers) {
    this.lowers = lowers;
  }

  static Below of(Lowers lowers) {
    return new Below(lowers);
  }

  static Below assumed() {
    return new Below(null);
  }

  boolean isAssumed() {
    return lowers == null;
  }

  boolean hasAssumptions() {
    return !assumptions.isEmpty();
  }

  /// What lies below under a name; null for nothing.
  ///
  /// @throws Unknown if the layers below are not there yet
  Lowers.Found find(LayerDirectory directory, byte[] name) throws IOException {
    if (directory.severed) {
      return null;
    }
    if (lowers == null) {
      throw new Unknown();
    }
    return find(lowers, directory, name);
  }

  Lowers lowers() throws Unknown {
    if (lowers == null) {
      throw new Unknown();
    }
    return lowers;
  }

  /// Whether a name is there.
  boolean contains(LayerDirectory directory, byte[] name) throws IOException {
    if (directory.severed || lowers != null) {
      return find(directory, name) != null;
    }
    assume(new Assumption(directory, name, Kind.ANYTHING));
    return true;
  }

  /// Assumes a directory on the way to another name.
  ///
  /// @param creating whether it may as well be missing
  void assumeDirectory(LayerDirectory directory, byte[] name, boolean creating) throws Unknown {
    assume(new Assumption(directory, name, creating ? Kind.NOT_IN_THE_WAY : Kind.DIRECTORY));
  }

  private void assume(Assumption assumption) throws Unknown {
    if (assumptions.size() == ASSUMPTION_LIMIT) {
      throw new Unknown();
    }
    assumptions.add(assumption);
  }

  /// Compares what was assumed with the layers that are there now.
  boolean assumedRight(Lowers now) throws LinuxException {
    for (Assumption assumption : assumptions) {
      Lowers.Found found = find(now, assumption.directory, assumption.name);
      boolean right =
          switch (assumption.kind) {
            case NOT_IN_THE_WAY -> found == null || found.stat().isDirectory();
            case DIRECTORY -> found != null && found.stat().isDirectory();
            case ANYTHING -> found != null;
          };
      if (!right) {
        return false;
      }
    }
    return true;
  }

  private static Lowers.Found find(Lowers lowers, LayerDirectory directory, byte[] name)
      throws LinuxException {
    int[] layers = layersOf(lowers, directory);
    return layers.length == 0 ? null : lowers.find(layers, directory.path(), name);
  }

  /// The layers that add to a directory, topmost first, whatever this layer hides.
  static int[] layersOf(Lowers lowers, LayerDirectory directory) throws LinuxException {
    if (directory.lowers == null) {
      directory.lowers = findLayersOf(lowers, directory);
    }
    return directory.lowers;
  }

  private static int[] findLayersOf(Lowers lowers, LayerDirectory directory) throws LinuxException {
    if (directory.parent == null) {
      return lowers.ofRoot();
    }
    int[] above = layersOf(lowers, directory.parent);
    return above.length == 0
        ? Lowers.NONE
        : lowers.ofChild(above, directory.parent.path(), directory.name);
  }

  /// An answer that cannot be assumed: the layer can be unpacked only when those below are there.
  static final class Unknown extends IOException {
    private static final long serialVersionUID = 1;

    private Unknown() {
      super("depends on the layers below");
    }
  }
}
