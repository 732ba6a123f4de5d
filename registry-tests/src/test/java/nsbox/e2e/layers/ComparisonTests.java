package nsbox.e2e.layers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.EndToEnd;
import org.junit.jupiter.api.AfterAll;

/// What classes share that unpack the same images with nsbox and with all its peers.
abstract class ComparisonTests extends EndToEnd {
  /// Outside of nsbox's own folder, whose processes and mounts would count as left behind.
  Path scratch;

  MountNamespace mounts;
  ImageLayout layout;
  NsboxUnpacker ours;
  final List<Unpacker> peers = new ArrayList<>();

  @Override
  protected final void prepare() throws Exception {
    scratch = Files.createTempDirectory(Path.of("/tmp"), "nsbox-peers-");
    mounts = new MountNamespace(scratch);
    ours = new NsboxUnpacker(nsbox, mounts, scratch);
    peers.add(new Umoci(mounts, scratch));
    peers.add(new Podman(mounts, scratch, "overlay"));
    peers.add(new Podman(mounts, scratch, "vfs"));
    peers.add(new Docker(mounts, scratch));
    layout = new ImageLayout(scratch.resolve("layout"));
    addImages();
  }

  /// Puts all images of the class into the layout.
  abstract void addImages() throws Exception;

  @AfterAll
  final void closePeers() throws Exception {
    for (Unpacker peer : peers) {
      peer.close();
    }
    if (mounts != null) {
      mounts.close();
    }
    if (scratch != null) {
      /* Names that are no text, which Java cannot remove, are in both. */
      remove(scratch);
      remove(nsbox.root);
    }
  }

  private static void remove(Path folder) throws Exception {
    new ProcessBuilder("rm", "-rf", "--one-file-system", folder.toString())
        .inheritIO()
        .start()
        .waitFor();
  }
}
