package nsbox.e2e.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// dockerd, with the runtime as its default one.
///
/// Its containers always have a prestart hook, by which the daemon takes hold of their network
/// namespace.
final class DockerTest extends EngineTests
    implements RunContract, LifecycleContract, SettingsContract {
  private Running daemon;

  @Override
  void requirePrograms() {
    EndToEnd.program("dockerd");
    EndToEnd.program("docker");
    EndToEnd.program("busybox");
  }

  @Override
  void startEngine() throws Exception {
    Path folder = host.folder;
    daemon =
        host.startDaemon(
            List.of(
                "dockerd",
                "--data-root=" + folder.resolve("docker"),
                "--exec-root=" + folder.resolve("docker-run"),
                "--pidfile=" + folder.resolve("docker.pid"),
                "--host=" + socket(),
                "--bridge=none",
                "--iptables=false",
                "--ip-masq=false",
                "--userland-proxy=false",
                "--storage-driver=vfs",
                "--cgroup-parent=/" + host.name,
                "--add-runtime=tested=" + EngineHost.RUNTIME,
                "--default-runtime=tested"),
            line("version"));
    call("load", "-q", "-i", host.archive.toString()).expect(0);
  }

  @Override
  void stopEngine() throws Exception {
    if (daemon != null) {
      host.stop(daemon);
    }
  }

  private String socket() {
    return "unix://" + host.folder.resolve("docker.sock");
  }

  @Override
  public List<String> command() {
    return List.of("docker", "-H", socket());
  }

  @Override
  public List<String> runFlags() {
    return List.of("--network", "none");
  }

  @Override
  void removeContainers() throws Exception {
    List<String> line = new ArrayList<>(List.of("rm", "-f"));
    line.addAll(call("ps", "-aq").expect(0).out().lines().toList());
    if (line.size() > 2) {
      call(line.toArray(new String[0])).expect(0);
    }
  }

  @Override
  void assertNothingLeft() throws Exception {
    host.assertNothingLeft(host.folder.resolve("docker-run"));
  }

  @Override
  String log() throws IOException {
    return daemon == null ? "" : tail(daemon.errFile());
  }

  @Override
  public int missingInExec() {
    return 126;
  }

  @Override
  public String[] privilegedFlags() {
    return new String[] {
      "--cap-add",
      "SYS_ADMIN",
      "--security-opt",
      "seccomp=unconfined",
      "--security-opt",
      "systempaths=unconfined"
    };
  }

  @Test
  void limitsAndCountsProcesses() throws Exception {
    detach("counted", "sleep 300 & exec sleep 300");
    call("update", "--pids-limit", "33", "counted").expect(0);
    assertEquals("33", cgroupValue("counted", "pids", "pids.max", "pids.max"));
    Result top = call("top", "counted", "-o", "pid").expect(0);
    assertTrue(
        top.out().lines().toList().contains(Long.toString(pidOf("counted"))), top.toString());
    assertEquals(
        new Result(0, "2\n", ""), call("stats", "--no-stream", "--format", "{{.PIDs}}", "counted"));
  }
}
