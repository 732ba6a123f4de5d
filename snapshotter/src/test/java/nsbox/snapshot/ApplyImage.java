package nsbox.snapshot;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// An image whose layers count how often they are opened; as a program, a process that unpacks one.
///
/// All images have their two lowest layers in common. No layer has to be unpacked a second time.
final class ApplyImage {
  final List<byte[]> tars;
  final List<String> chain;
  final AtomicIntegerArray opened;
  private final List<String> diffIds;

  private ApplyImage(List<byte[]> tars) {
    this.tars = tars;
    this.chain = ApplyAllTest.chain(tars);
    this.diffIds = tars.stream().map(Stack::digest).toList();
    this.opened = new AtomicIntegerArray(tars.size());
  }

  static ApplyImage of(String name) {
    List<byte[]> tars = new ArrayList<>();
    for (String layer : List.of("base", "common", name + "-1", name + "-2", name + "-3")) {
      List<TarFixture.Entry> entries = new ArrayList<>();
      entries.add(TarFixture.directory(layer + "/").owner(3, 4).mode(02750));
      for (int i = 0; i < 30; i++) {
        entries.add(TarFixture.file(layer + "/" + i, (layer + i).repeat(i)).modified(i));
      }
      entries.add(TarFixture.hardlink(layer + "/link", layer + "/7"));
      if (!tars.isEmpty()) {
        entries.add(TarFixture.whiteout("base/" + tars.size()));
      }
      tars.add(TarFixture.layer(entries.toArray(TarFixture.Entry[]::new)));
    }
    return new ApplyImage(tars);
  }

  List<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < tars.size(); i++) {
      int index = i;
      layers.add(
          new Layer(
              Stack.TAR,
              diffIds.get(i),
              diffIds.get(i),
              tars.get(i).length,
              () -> {
                opened.incrementAndGet(index);
                return new ByteArrayInputStream(tars.get(index));
              }));
    }
    return layers;
  }

  void apply(Path root) throws IOException {
    Snapshots.open(root).applyAll(layers(), chain, 2);
  }

  static Process start(String... arguments) throws IOException {
    return Java.start(ApplyImage.class, arguments);
  }

  /// `ROOT NAME...`: says `.`, unpacks the images when it is sent a byte, and says how often each
  /// layer was opened; again and again until its input ends.
  public static void main(String[] arguments) throws IOException {
    System.out.print('.');
    System.out.flush();
    while (System.in.read() >= 0) {
      StringBuilder opened = new StringBuilder();
      for (String name : List.of(arguments).subList(1, arguments.length)) {
        ApplyImage image = of(name);
        image.apply(Path.of(arguments[0]));
        opened.append(image.opened);
      }
      System.out.println(opened);
    }
  }
}
