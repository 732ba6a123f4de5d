package nsbox.e2e.layers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Keeps each layer alone and mounts them (overlay), or copies the one below and applies the next
/// one to it (vfs).
final class Podman implements Unpacker {
  private final MountNamespace mounts;
  private final List<String> podman;
  private final String driver;

  Podman(MountNamespace mounts, Path scratch, String driver) {
    this.mounts = mounts;
    this.driver = driver;
    this.podman =
        List.of(
            "podman",
            "--root=" + scratch.resolve("podman-" + driver),
            /* It may not be longer than 50 characters. */
            "--runroot=" + scratch.resolve("r-" + driver),
            "--storage-driver=" + driver);
  }

  @Override
  public String name() {
    return "podman " + driver;
  }

  @Override
  public Outcome unpack(ImageLayout.Image image) throws Exception {
    String reference = "oci:" + image.layout() + ":" + image.tag();
    MountNamespace.Ended pulled = podman("pull", "-q", reference);
    if (pulled.code() != 0) {
      return new Outcome.Refused(pulled.said());
    }
    String id = pulled.said().lines().toList().getLast();
    String target = podman("image", "mount", id).expectSuccess().said().strip();
    return new Outcome.Made(Tree.of(mounts.inside(Path.of(target))));
  }

  private MountNamespace.Ended podman(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(podman);
    command.addAll(List.of(arguments));
    return mounts.run(command);
  }
}
