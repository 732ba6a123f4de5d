package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.Nsbox.Result;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class UpdateTest extends RealImageTests {
  private static final Result DONE = new Result(0, "", "");

  @BeforeEach
  void sleeper() throws Exception {
    command("sleep", "300");
    JsonObject config = config();
    JsonObject resources =
        new JsonObject()
            .put("memory", new JsonObject().put("limit", 64L << 20))
            .put("pids", new JsonObject().put("limit", 50L));
    config.put("linux", config.object("linux").put("resources", resources));
    write(config);
  }

  private String memory(String id) throws Exception {
    return cgroup(id, "memory", "memory.limit_in_bytes", "memory.max");
  }

  private String pids(String id) throws Exception {
    return cgroup(id, "pids", "pids.max", "pids.max");
  }

  @Test
  void changesWhatIsNamedAndNothingElse() throws Exception {
    String id = running();
    assertEquals(DONE, runtime("update", "--memory", "96m", id));
    assertEquals("100663296", memory(id));
    assertEquals("50", pids(id));
    assertEquals(DONE, runtime("update", "--pids-limit", "20", "--cpu-share=256", id));
    assertEquals("100663296", memory(id));
    assertEquals("20", pids(id));
    JsonObject cpu = stored(id).object("linux").object("resources").object("cpu");
    assertEquals(256, cpu.number("shares"));
  }

  /* In the form of an engine's update: all members are there, and most of them are zero. */
  @Test
  void takesResourcesFromStandardInput() throws Exception {
    String id = running();
    String sent =
        "{\"memory\":{\"limit\":100663296,\"reservation\":0,\"swap\":0},\"cpu\":{\"shares\":0,"
            + "\"quota\":0,\"period\":0,\"cpus\":\"\",\"mems\":\"\"},\"pids\":{\"limit\":0},"
            + "\"devices\":[{\"allow\":true,\"access\":\"rwm\"}]}";
    Files.writeString(nsbox.folder.resolve("sent"), sent);
    assertEquals(
        DONE,
        nsbox.sh("nsbox-runtime --root " + root() + " update --resources - " + id + " <sent"));
    assertEquals("100663296", memory(id));
    assertEquals("50", pids(id));
    JsonObject resources = stored(id).object("linux").object("resources");
    assertEquals(100663296, resources.object("memory").number("limit"));
    assertEquals(50, resources.object("pids").number("limit"));
    assertTrue(resources.objects("devices").isEmpty(), resources.toString());
  }

  @Test
  void startsFromWhatAnEarlierUpdateLeft() throws Exception {
    String id = running();
    Path file = nsbox.folder.resolve("resources.json");
    Files.writeString(file, "{\"memory\": {\"limit\": 83886080}}");
    assertEquals(DONE, runtime("update", "-r", file.toString(), id));
    assertEquals(DONE, runtime("update", "--memory-reservation", "32m", id));
    assertEquals("83886080", memory(id));
    JsonObject memory = stored(id).object("linux").object("resources").object("memory");
    assertEquals(83886080, memory.number("limit"));
    assertEquals(33554432, memory.number("reservation"));
  }

  @Test
  void refusesWhatItCannotDoAndChangesNothing() throws Exception {
    String id = running();
    String before = stored(id).toString();
    refused("invalid value for memory: invalid size: '1x'", "update", "--memory", "1x", id);
    refused("invalid value for cpu-quota: all", "update", "--cpu-quota", "all", id);
    refused(
        "--l3-cache-schema L3:0=f: this version of nsbox sets up no Intel RDT",
        "update",
        "--l3-cache-schema",
        "L3:0=f",
        id);
    refused("container does not exist: nobody", "update", "--memory", "96m", "nobody");
    Result tooMany = runtime("update", "--memory", "96m", "--cpuset-cpus", "4000", id);
    assertEquals(1, tooMany.code());
    assertTrue(tooMany.err().contains("cpu.cpus: 4000"), tooMany.err());
    assertEquals("67108864", memory(id));
    assertEquals(before, stored(id).toString());
  }

  @Test
  void saysThatKernelMemoryIsIgnored() throws Exception {
    String id = running();
    assertEquals(
        new Result(
            0,
            "",
            "nsbox-runtime: warning: limits of kernel memory are ignored: no kernel has them\n"),
        runtime("update", "--kernel-memory", "10m", id));
  }

  @Test
  void needsAContainerThatRuns() throws Exception {
    command("true");
    String id = newId();
    runtime("run", "--keep", "-b", bundle().toString(), id).expect(0);
    refused("container not running", "update", "--memory", "96m", id);
  }
}
