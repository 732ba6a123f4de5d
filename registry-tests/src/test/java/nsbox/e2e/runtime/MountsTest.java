package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// What is mounted in a container that runs, changed from outside.
final class MountsTest extends RuntimeTests {
  private Path file(String name, String mounts) throws Exception {
    return Files.writeString(nsbox.folder.resolve(name), "{\"mounts\": [" + mounts + "]}");
  }

  private Result in(String name, String script) throws Exception {
    return runtime("exec", id(name), "sh", "-c", script);
  }

  @Test
  void comeAndGoWhileItRuns() throws Exception {
    Path data = Files.createTempDirectory(nsbox.folder, "data");
    Files.writeString(data.resolve("note"), "from the host\n");
    start(bundle().arguments("sleep", "60"), "mounts");
    String hostMounts = Files.readString(Path.of("/proc/self/mountinfo"));
    Path file =
        file(
            "mounts.json",
            "{\"destination\": \"/new/data\", \"type\": \"bind\", \"source\": \""
                + data
                + "\", \"options\": [\"rbind\", \"ro\"]},"
                + "{\"destination\": \"/scratch\", \"type\": \"tmpfs\", \"source\": \"tmpfs\","
                + " \"options\": [\"size=64k\"]}");
    assertEquals(new Result(0, "", ""), runtime("mounts", "add", id("mounts"), file.toString()));
    assertEquals(
        new Result(0, "from the host\nread-only\nmade\n", ""),
        in(
            "mounts",
            "cat /new/data/note; touch /new/data/x 2>/dev/null || echo read-only; touch /scratch/x && echo made"));
    assertEquals(new Result(0, "", ""), runtime("mounts", "remove", id("mounts"), file.toString()));
    assertEquals(new Result(0, "", ""), in("mounts", "ls /new/data; ls /scratch"));
    assertEquals(hostMounts, Files.readString(Path.of("/proc/self/mountinfo")));
    assertTrue(Files.exists(data.resolve("note")));
  }

  /* A link in the container is the container's: it leads nowhere else. */
  @Test
  void neverLandOutside() throws Exception {
    Path outside = Files.createTempDirectory(nsbox.folder, "outside");
    start(bundle().link("trap", outside).arguments("sleep", "60"), "trap");
    Path file =
        file(
            "trap.json",
            "{\"destination\": \"/trap/x\", \"type\": \"bind\", \"source\": \""
                + outside
                + "\", \"options\": [\"bind\"]}");
    runtime("mounts", "add", id("trap"), file.toString());
    try (var entries = Files.list(outside)) {
      assertEquals(0, entries.count());
    }
  }

  @Test
  void saysWhatItDoesNotTake() throws Exception {
    start(bundle().arguments("sleep", "60"), "refused");
    Path file =
        file("proc.json", "{\"destination\": \"/p\", \"type\": \"proc\", \"source\": \"proc\"}");
    Result result = runtime("mounts", "add", id("refused"), file.toString()).expect(1);
    assertEquals(
        "nsbox-runtime: mounts: /p: a container that runs takes a bind mount or a tmpfs, with plain options\n",
        result.err());
    assertEquals(1, runtime("mounts", "change", id("refused"), file.toString()).code());
    file =
        file(
            "none.json",
            "{\"destination\": \"/p\", \"type\": \"bind\", \"source\": \"/no/such\", \"options\": [\"bind\"]}");
    result = runtime("mounts", "add", id("refused"), file.toString()).expect(1);
    assertTrue(result.err().contains("/no/such"), result.err());
  }
}
