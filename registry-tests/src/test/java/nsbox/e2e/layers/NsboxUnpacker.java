package nsbox.e2e.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nsbox.e2e.Nsbox;
import nsbox.snapshot.Snapshots;

/// nsbox, by both of its ways to a tree: a bundle's copy, and snapshots mounted by the kernel.
final class NsboxUnpacker implements Unpacker {
  private final Nsbox nsbox;
  private final MountNamespace mounts;
  private final Path scratch;
  private final Set<Path> imported = new HashSet<>();

  NsboxUnpacker(Nsbox nsbox, MountNamespace mounts, Path scratch) {
    this.nsbox = nsbox;
    this.mounts = mounts;
    this.scratch = scratch;
  }

  @Override
  public String name() {
    return "nsbox";
  }

  /// Imports the whole layout of the image, unless that was done for another one.
  @Override
  public Outcome unpack(ImageLayout.Image image) throws Exception {
    if (!imported.contains(image.layout())) {
      Nsbox.Result result = nsbox.run("import", image.layout().toString());
      if (result.code() != 0) {
        assertEquals(125, result.code(), result.toString());
        return new Outcome.Refused(result.err());
      }
      imported.add(image.layout());
    }
    Path bundle = scratch.resolve("nsbox-" + image.tag());
    String reference = image.layout().getFileName() + ":" + image.tag();
    Nsbox.Result result = nsbox.run("bundle", reference, bundle.toString(), "/program");
    if (result.code() != 0) {
      assertEquals(125, result.code(), result.toString());
      return new Outcome.Refused(result.err());
    }
    Tree copied = Tree.of(bundle.resolve("rootfs"));
    List<Path> lowers =
        Snapshots.open(nsbox.root.resolve("snapshots"))
            .lowerDirectories(image.chainIdsBottomFirst());
    Tree mounted = mounts.overlay(lowers);
    assertEquals("", mounted.explain(copied), "the bundle's copy beside the mounted snapshots");
    return new Outcome.Made(copied);
  }
}
