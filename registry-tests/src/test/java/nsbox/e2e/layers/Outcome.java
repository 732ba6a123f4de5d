package nsbox.e2e.layers;

import java.util.List;

/// What came of unpacking an image.
sealed interface Outcome {
  record Made(Tree tree) implements Outcome {}

  /// @param said all that the tool wrote
  record Refused(String said) implements Outcome {}

  /// How another tool's outcome differs from this one, in the words of `LAYERS.md`: nothing where
  /// it is the same; `refuses`, and what it wrote; or the differences of the trees, or the names of
  /// the files where there is nothing to compare them with.
  default List<String> differences(Outcome other) {
    return switch (other) {
      case Refused refused -> List.of("refuses", refused.said());
      case Made made ->
          this instanceof Made here
              ? here.tree().differences(made.tree())
              : List.copyOf(made.tree().files().keySet());
    };
  }
}
