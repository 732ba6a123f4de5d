package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Namespaces that are joined, and those that need help from outside.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#namespaces
final class NamespacesTest extends RuntimeTests {
  private static final long FIRST = 200_000;

  private static String link(long pid, String namespace) throws Exception {
    return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + namespace)).toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"network net", "ipc ipc", "uts uts", "pid pid", "cgroup cgroup"})
  void joinsTheOnesOfAnother(String names) throws Exception {
    String type = names.split(" ")[0];
    String file = names.split(" ")[1];
    start(bundle().arguments("sleep", "60"), "first-" + type);
    long pid = state("first-" + type).number("pid");
    Bundle second =
        bundle()
            .script("readlink /proc/self/ns/" + file)
            .join(type, "/proc/" + pid + "/ns/" + file);
    if (type.equals("network")) {
      second.linux().put("sysctl", new JsonObject());
    }
    assertEquals(new Result(0, link(pid, file) + "\n", ""), run(second, "second-" + type));
  }

  @Test
  void isAProcessAmongThoseOfAPidNamespace() throws Exception {
    start(bundle().arguments("sleep", "77"), "pids");
    long pid = state("pids").number("pid");
    Bundle second =
        bundle()
            .script("cat /proc/1/cmdline; echo; echo $$")
            .join("pid", "/proc/" + pid + "/ns/pid");
    Result result = run(second, "guest").expect(0);
    assertTrue(result.out().startsWith("sleep\0" + "77\0"), result.out());
    assertTrue(!result.out().endsWith("\n1\n"), result.out());
    assertEquals("running", state("pids").string("status"), "the host of the guest goes on");
  }

  @Test
  void refusesOneOfAnotherType() throws Exception {
    Bundle bundle = bundle().arguments("true").join("network", "/proc/self/ns/uts");
    Result result = run(bundle, "wrong").expect(1);
    assertTrue(
        result.err().contains("/proc/self/ns/uts: not a namespace of this type"), result.err());
  }

  @Test
  void refusesOneThatIsNotThere() throws Exception {
    Bundle bundle = bundle().arguments("true").join("ipc", "/proc/self/ns/none");
    Result result = run(bundle, "none").expect(1);
    assertTrue(
        result.err().contains("/proc/self/ns/none: No such file or directory"), result.err());
  }

  @Test
  void hasUsersOfItsOwn() throws Exception {
    Path data = Files.createTempDirectory(nsbox.folder, "data");
    Files.setAttribute(data, "unix:uid", (int) FIRST);
    /* Nobody but root may pass here, so the container's user cannot open it by its path. */
    Path closed = Files.createDirectory(nsbox.folder.resolve("closed"));
    nsbox
        .sh(
            "chmod 700 "
                + closed
                + "; mkdir "
                + closed
                + "/inner; chown 200000 "
                + closed
                + "/inner")
        .expect(0);
    Bundle bundle =
        bundle()
            .script(
                "cat /proc/self/uid_map; id -u; touch /data/made /inner/made; stat -c %u /data/made;"
                    + " echo x > /dev/null; ls -l /dev/null | cut -c1")
            .users(FIRST)
            .bind(data, "/data")
            .bind(closed.resolve("inner"), "/inner");
    bundle.script(
        "cat /proc/self/uid_map; id -u; touch /data/made /inner/made; stat -c %u /data/made; echo x > /dev/null && echo null");
    Result result = run(bundle, "users").expect(0);
    assertEquals("         0     200000      65536\n0\n0\nnull\n", result.out());
    assertEquals("", result.err());
    assertEquals((int) FIRST, Files.getAttribute(data.resolve("made"), "unix:uid"));
    assertTrue(Files.exists(closed.resolve("inner/made")));
  }

  @Test
  void execJoinsItsUsers() throws Exception {
    start(bundle().arguments("sleep", "60").users(FIRST), "joined");
    long pid = state("joined").number("pid");
    assertEquals(
        (int) FIRST,
        Files.getAttribute(Path.of("/proc/" + pid), "unix:uid", LinkOption.NOFOLLOW_LINKS));
    Result result =
        runtime(
            "exec",
            id("joined"),
            "sh",
            "-c",
            "id -u; cat /proc/self/uid_map; readlink /proc/self/ns/user");
    assertEquals(
        new Result(0, "0\n         0     200000      65536\n" + link(pid, "user") + "\n", ""),
        result);
    Running other = startRuntime("exec", "-t", id("joined"), "sh", "-c", "tty; exit 6");
    assertEquals(6, other.finish().code());
    assertTrue(other.out().contains("/dev/pts/0"), other.out() + other.err());
  }

  @Test
  void limitsAreSetFromOutsideTheUserNamespace() throws Exception {
    Bundle bundle = bundle().script("ulimit -n; ulimit -Hn").users(FIRST);
    bundle
        .process()
        .put(
            "rlimits",
            List.of(
                new JsonObject().put("type", "RLIMIT_NOFILE").put("soft", 100L).put("hard", 200L)));
    assertEquals(new Result(0, "100\n200\n", ""), run(bundle, "limits"));
  }

  @Test
  void needsIdsForItsUsers() throws Exception {
    Bundle bundle = bundle().arguments("true").users(FIRST);
    bundle.linux().put("gidMappings", List.of());
    Result result = run(bundle, "unmapped").expect(1);
    assertEquals(
        "nsbox-runtime: linux.gidMappings: a new user namespace needs a mapping of ids\n",
        result.err());
    bundle = bundle().arguments("true");
    bundle
        .linux()
        .put(
            "uidMappings",
            List.of(new JsonObject().put("containerID", 0L).put("hostID", 1L).put("size", 1L)));
    assertEquals(
        "nsbox-runtime: linux.uidMappings: mappings without a user namespace\n",
        run(bundle, "mapped").expect(1).err());
  }

  @Test
  void hasClocksOfItsOwn() throws Exception {
    Bundle bundle = bundle().script("cut -d. -f1 /proc/uptime");
    bundle.script("awk '{print int($1)}' /proc/uptime");
    List<JsonObject> namespaces = new java.util.ArrayList<>(bundle.linux().objects("namespaces"));
    namespaces.add(new JsonObject().put("type", "time"));
    bundle.linux().put("namespaces", namespaces);
    bundle
        .linux()
        .put(
            "timeOffsets",
            new JsonObject()
                .put("boottime", new JsonObject().put("secs", 1_000_000L).put("nanosecs", 5L)));
    long before = uptime();
    long inside = Long.parseLong(run(bundle, "clocks").expect(0).out().strip());
    long after = uptime();
    assertTrue(
        before + 1_000_000 <= inside && inside <= after + 1_000_001,
        before + " " + inside + " " + after);
  }

  private static long uptime() throws Exception {
    return (long) Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
  }

  @Test
  void mountsNothingInTheHostsNamespace() throws Exception {
    Bundle bundle = bundle().arguments("true").withoutNamespace("mount");
    Result result = run(bundle, "host").expect(1);
    assertEquals(
        "nsbox-runtime: linux.namespaces: no mount namespace; nsbox never mounts in the host's\n",
        result.err());
    bundle = bundle().script("ls /");
    bundle.withoutNamespace("mount");
    bundle.config().put("mounts", List.of());
    bundle.linux().put("maskedPaths", List.of()).put("readonlyPaths", List.of());
    assertEquals(new Result(0, "bin\ndev\netc\nproc\nsys\ntmp\n", ""), run(bundle, "chroot"));
  }
}
