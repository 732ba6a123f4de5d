import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.snapshot.Layer;
import nsbox.snapshot.Snapshots;

/// Unpacks the layers of one image as a pull does, the blobs compared on the way, and says what that
/// took. Each layer is an argument: "media-type digest diff-id bytes path".
final class UnpackLayers {
  private UnpackLayers() {}

  public static void main(String[] arguments) throws Exception {
    int workers = Integer.parseInt(arguments[1]);
    List<Layer> layers = new ArrayList<>();
    List<String> chainIds = new ArrayList<>();
    for (String argument : List.of(arguments).subList(2, arguments.length)) {
      String[] field = argument.split(" ");
      Path blob = Path.of(field[4]);
      layers.add(
          new Layer(field[0], field[1], field[2], Long.parseLong(field[3]), () -> Files.newInputStream(blob))
              .compared());
      chainIds.add(Snapshots.chainId(chainIds.isEmpty() ? null : chainIds.getLast(), field[2]));
    }
    Snapshots snapshots = Snapshots.open(Path.of(arguments[0]));
    if (workers > 0) {
      snapshots.applyAll(layers, chainIds, workers);
    } else {
      for (int i = 0; i < layers.size(); i++) {
        snapshots.apply(chainIds.get(i), chainIds.subList(0, i), layers.get(i));
      }
    }
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM")) {
        System.out.println(line.replaceAll("\\D+", ""));
      }
    }
  }
}
