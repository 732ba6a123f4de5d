package nsbox.e2e.runtime.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.runtime.Bundle;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Rights that a container gets though nobody gave them to it.
final class RightsAttackTest extends AttackTests {
  private static final String NONE = "0000000000000000";
  private static final String CHOWN = "0000000000000001";

  /// Inheritable, permitted, effective, bounding, ambient.
  private static String sets(String... values) {
    List<String> names = List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < values.length; i++) {
      text.append(names.get(i)).append(":\t").append(values[i]).append('\n');
    }
    return text.toString();
  }

  private Bundle showing(String... sets) throws Exception {
    Bundle bundle = bundle().arguments("grep", "Cap", "/proc/self/status");
    return bundle.capabilities(List.of("CAP_CHOWN"), sets);
  }

  private static final String[] USUAL = {"bounding", "effective", "permitted"};

  @Test
  @DisplayName("CVE-2022-24769: capabilities in the inheritable set")
  void leavesTheInheritableSetEmpty() throws Exception {
    String inherited = sets(NONE, CHOWN, CHOWN, CHOWN, NONE);
    Bundle bundle = showing(USUAL);
    prints(inherited, bundle);
    String run = " run -b " + bundle.folder() + " " + id();
    /* Also from a caller who has some. */
    assertEquals(
        new Result(0, inherited, ""),
        script(
            "exec "
                + program("setpriv")
                + " --inh-caps +chown,+sys_admin --ambient-caps +chown,+sys_admin nsbox-runtime --root "
                + nsbox.folder.resolve("runtime")
                + run));
  }

  @Test
  @DisplayName("CVE-2022-24769: a user of the container keeps what root had")
  void leavesAUserWithoutCapabilities() throws Exception {
    Bundle bundle = showing("bounding");
    bundle.process().put("user", new JsonObject().put("uid", 1000).put("gid", 1000));
    prints(sets(NONE, NONE, NONE, CHOWN, NONE), bundle);
  }

  @Test
  @DisplayName("CVE-2022-29162: exec --cap adds to the inheritable set")
  void addsNothingToTheInheritableSetForExec() throws Exception {
    runDetached(bundle().capabilities(List.of("CAP_CHOWN"), USUAL).arguments("sleep", "60"));
    String both = "0000000000200001";
    assertEquals(
        new Result(0, sets(NONE, both, both, both, NONE), ""),
        runtime("exec", "--cap", "CAP_SYS_ADMIN", id(), "grep", "Cap", "/proc/self/status"));
  }

  @Test
  @DisplayName("All capabilities of the host's root, where the configuration names none")
  void givesNoCapabilitiesWhereNoneAreNamed() throws Exception {
    Bundle bundle = showing();
    bundle.process().remove("capabilities");
    prints(sets(NONE, NONE, NONE, NONE, NONE), bundle);
  }

  @Test
  @DisplayName("All capabilities of the host's root, where the process of exec names none")
  void keepsTheContainersCapabilitiesForAProcessThatNamesNone() throws Exception {
    runDetached(bundle().capabilities(List.of("CAP_CHOWN"), USUAL).arguments("sleep", "60"));
    Path file = nsbox.folder.resolve("process-" + id() + ".json");
    JsonObject process =
        new JsonObject()
            .put("cwd", "/")
            .put("user", new JsonObject().put("uid", 0).put("gid", 0))
            .put("env", List.of("PATH=/bin"))
            .put("args", List.of("grep", "-E", "Cap|Seccomp:", "/proc/self/status"));
    Files.write(file, Json.bytes(process));
    assertEquals(
        new Result(0, sets(NONE, CHOWN, CHOWN, CHOWN, NONE) + "Seccomp:\t2\n", ""),
        runtime("exec", "--process", file.toString(), id()));
  }

  @Test
  @DisplayName("S-033: device nodes of an image, and mknod")
  void opensNoDeviceOfTheImage() throws Exception {
    Bundle bundle = bundle();
    for (String node : List.of("mem c 1 1", "kmsg c 1 11", "loop b 7 0")) {
      call("/bin/sh", "-c", "mknod " + bundle.rootfs() + "/" + node).expect(0);
    }
    /* Not even with all that it takes to make them and to open them by their modes. */
    bundle.capabilities(List.of("CAP_DAC_OVERRIDE", "CAP_MKNOD", "CAP_SYS_RAWIO"), USUAL);
    bundle.linux().remove("seccomp");
    bundle.script(
        "mknod /made c 1 1; for d in mem kmsg loop made; do"
            + " { true < /$d; } 2>/dev/null && echo opened $d; done; true");
    prints("", bundle);
  }

  @Test
  @DisplayName("S-023: names of containers that are paths")
  void refusesIdsThatArePaths() throws Exception {
    Bundle bundle = bundle().arguments("true");
    bundle.write();
    List<String> bad =
        List.of("..", ".", "a/b", "../../x", "/tmp/x", "a\nb", "ä", "", "x".repeat(1100));
    for (String id : bad) {
      isRefused(
          "invalid container ID format",
          runtime("run", "-b", bundle.folder().toString(), "--", id));
    }
    for (String command : List.of("delete", "state", "start")) {
      assertEquals(1, runtime(command, "../host").code(), command);
    }
  }
}
