package nsbox.e2e.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// podman, which is told that the runtime writes its log as JSON if it is asked to.
final class PodmanTest extends PodmanTests
    implements RunContract, LifecycleContract, SettingsContract {
  @Override
  boolean jsonLog() {
    return true;
  }

  @Test
  void mapsUsers() throws Exception {
    assertEquals(
        new Result(0, "0 100000 5000\n0 0\n", ""),
        runScript(
            "echo $(cat /proc/self/uid_map); touch /x && stat -c '%u %g' /x",
            "--uidmap", "0:100000:5000"));
  }

  @Test
  void passesDescriptorsOn() throws Exception {
    Files.writeString(host.folder.resolve("given"), "given\n");
    List<String> line =
        new ArrayList<>(List.of("sh", "-c", "\"$@\" 3< " + host.folder.resolve("given"), "sh"));
    line.addAll(
        line(running("--rm", "--preserve-fds", "1", EngineHost.IMAGE, "sh", "-c", "cat <&3")));
    assertEquals(new Result(0, "given\n", ""), host.start(line).finish());
  }
}
