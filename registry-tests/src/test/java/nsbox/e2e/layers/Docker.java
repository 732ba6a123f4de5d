package nsbox.e2e.layers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import nsbox.e2e.Nsbox;

/// A daemon of its own, with the overlay2 driver; its layers are mounted as its containers see
/// them.
final class Docker implements Unpacker {
  private final MountNamespace mounts;
  private final Path scratch;
  private final Process daemon;
  private final List<String> docker;

  Docker(MountNamespace mounts, Path scratch) throws Exception {
    this.mounts = mounts;
    this.scratch = scratch;
    String socket = "unix://" + scratch.resolve("docker.sock");
    this.docker = List.of("docker", "-H", socket);
    Path log = scratch.resolve("dockerd.log");
    this.daemon =
        mounts.start(
            List.of(
                "dockerd",
                "--data-root=" + scratch.resolve("docker"),
                "--exec-root=" + scratch.resolve("docker-run"),
                "--pidfile=" + scratch.resolve("docker.pid"),
                "--host=" + socket,
                "--bridge=none",
                "--iptables=false",
                "--storage-driver=overlay2"),
            log);
    try {
      Nsbox.await("dockerd", () -> docker("version").code() == 0);
    } catch (Exception | AssertionError e) {
      close();
      throw new AssertionError("dockerd: " + Files.readString(log), e);
    }
  }

  @Override
  public String name() {
    return "docker";
  }

  @Override
  public Outcome unpack(ImageLayout.Image image) throws Exception {
    Path archive = Files.write(scratch.resolve("docker-image.tar"), archive(image));
    MountNamespace.Ended loaded = docker("load", "-i", archive.toString());
    if (loaded.code() != 0) {
      return new Outcome.Refused(loaded.said());
    }
    String data = "{{.GraphDriver.Data.UpperDir}}:{{.GraphDriver.Data.LowerDir}}";
    String[] layers =
        docker("image", "inspect", "--format", data, "test:" + image.tag())
            .expectSuccess()
            .said()
            .strip()
            .split(":");
    List<Path> topFirst = new ArrayList<>();
    for (String layer : layers) {
      if (!layer.equals("<no value>")) {
        topFirst.add(Path.of(layer));
      }
    }
    return new Outcome.Made(mounts.overlay(topFirst));
  }

  /// The image as `docker save` writes it; layers may be compressed in there.
  private static byte[] archive(ImageLayout.Image image) throws Exception {
    List<Tar.Entry> entries = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Path layer : image.layers()) {
      names.add(names.size() + "/layer.tar");
      entries.add(Tar.entry('0', Tar.bytes(names.getLast()), Files.readAllBytes(layer)));
    }
    entries.add(Tar.entry('0', Tar.bytes("config.json"), Files.readAllBytes(image.config())));
    String manifest =
        "[{\"Config\":\"config.json\",\"RepoTags\":[\"test:%s\"],\"Layers\":[%s]}]"
            .formatted(
                image.tag(),
                names.stream().map(it -> "\"" + it + "\"").collect(Collectors.joining(",")));
    entries.add(Tar.entry('0', Tar.bytes("manifest.json"), manifest.getBytes(UTF_8)));
    return Tar.of(entries.toArray(Tar.Entry[]::new));
  }

  private MountNamespace.Ended docker(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(docker);
    command.addAll(List.of(arguments));
    return mounts.run(command);
  }

  @Override
  public void close() {
    daemon.destroy();
    daemon.onExit().join();
  }
}
