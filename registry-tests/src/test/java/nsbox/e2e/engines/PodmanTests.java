package nsbox.e2e.engines;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.EndToEnd;

/// podman with a store of its own.
abstract class PodmanTests extends EngineTests implements DockerLike {
  /// Whether podman takes the runtime for one that writes its log as JSON; it goes by names.
  abstract boolean jsonLog();

  @Override
  void requirePrograms() {
    EndToEnd.program("podman");
    EndToEnd.program("conmon");
    EndToEnd.program("busybox");
  }

  @Override
  void startEngine() throws Exception {
    String names = jsonLog() ? EngineHost.RUNTIME.getFileName().toString() : "another";
    Path settings =
        Files.writeString(
            host.folder.resolve("containers.conf"),
            "[engine]\nruntime_supports_json = [\"" + names + "\"]\n");
    host.setEnvironment("CONTAINERS_CONF", settings.toString());
    call("load", "-q", "-i", host.archive.toString()).expect(0);
  }

  @Override
  void stopEngine() {}

  @Override
  public List<String> command() {
    return List.of(
        "podman",
        "--root=" + host.folder.resolve("podman"),
        /* It may not be longer than 50 characters. */
        "--runroot=" + host.folder.resolve("r"),
        "--tmpdir=" + host.folder.resolve("podman-tmp"),
        "--storage-driver=vfs",
        "--cgroup-manager=cgroupfs",
        "--events-backend=file",
        "--runtime=" + EngineHost.RUNTIME);
  }

  @Override
  public List<String> runFlags() {
    List<String> flags = new ArrayList<>(List.of("--network", "none"));
    flags.addAll(List.of("--cgroup-parent", "/" + host.name));
    /* Its own defaults need CAP_SYS_RESOURCE, which root does not have everywhere. */
    flags.addAll(List.of("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"));
    return flags;
  }

  @Override
  void removeContainers() throws Exception {
    call("rm", "-a", "-f", "-t", "0").expect(0);
  }

  @Override
  void assertNothingLeft() throws Exception {
    host.assertNothingLeft(host.inside("/run"));
  }

  /// podman writes to its standard error alone, which the test has seen.
  @Override
  String log() {
    return "";
  }

  public int missingInExec() {
    return 127;
  }

  public String[] privilegedFlags() {
    return new String[] {
      "--cap-add",
      "SYS_ADMIN",
      "--security-opt",
      "seccomp=unconfined",
      "--security-opt",
      "unmask=ALL"
    };
  }
}
