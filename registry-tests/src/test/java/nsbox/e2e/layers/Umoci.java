package nsbox.e2e.layers;

import java.nio.file.Path;
import nsbox.e2e.EndToEnd;

/// Applies one layer after the other to a plain directory.
final class Umoci implements Unpacker {
  private final MountNamespace mounts;
  private final Path scratch;

  Umoci(MountNamespace mounts, Path scratch) {
    EndToEnd.program("umoci");
    this.mounts = mounts;
    this.scratch = scratch;
  }

  @Override
  public String name() {
    return "umoci";
  }

  @Override
  public Outcome unpack(ImageLayout.Image image) throws Exception {
    Path bundle = scratch.resolve("umoci-" + image.tag());
    MountNamespace.Ended ended =
        mounts.run(
            "umoci", "unpack", "--image", image.layout() + ":" + image.tag(), bundle.toString());
    return ended.code() == 0
        ? new Outcome.Made(Tree.of(bundle.resolve("rootfs")))
        : new Outcome.Refused(ended.said());
  }
}
