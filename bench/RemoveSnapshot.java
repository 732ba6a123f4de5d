import java.nio.file.Path;
import nsbox.snapshot.Snapshots;

/// Removes one snapshot: the folder of all, and a chain ID.
final class RemoveSnapshot {
  private RemoveSnapshot() {}

  public static void main(String[] arguments) throws Exception {
    Snapshots.open(Path.of(arguments[0])).remove(arguments[1]);
  }
}
