package nsbox.e2e.runtime.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.runtime.Bundle;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;

/// What a container may do if nobody asks for anything: no more than with the podman of this host.
final class DefaultPolicyTest extends AttackTests {
  /// What podman writes for a container of which nothing is said.
  private JsonObject podmans(Bundle bundle) throws Exception {
    Path folder = Files.createDirectory(nsbox.folder.resolve("podman"));
    String podman =
        program("podman")
            + " --root "
            + folder.resolve("root")
            + " --runroot "
            + folder.resolve("run")
            + " --storage-driver vfs --cgroup-manager cgroupfs --runtime "
            + program("runc");
    String limits = " --ulimit nofile=1024:1024 --ulimit nproc=1024:1024";
    String name = " nsbox-e2e-" + ProcessHandle.current().pid();
    try {
      Result result =
          nsbox.sh(
              podman
                  + " create --network none"
                  + limits
                  + " --name"
                  + name
                  + " --rootfs "
                  + bundle.rootfs()
                  + " true && "
                  + podman
                  + " init"
                  + name
                  + " && cp $("
                  + podman
                  + " inspect --format '{{.OCIConfigPath}}'"
                  + name
                  + ") podman.json");
      assertEquals(0, result.code(), result.toString());
    } finally {
      nsbox.sh(podman + " rm -f" + name).expect(0);
      /* podman leaves cgroups. */
      nsbox.sh(
          "find /sys/fs/cgroup -path '*/libpod_parent*' -depth -type d -exec rmdir {} + 2>&1; true");
    }
    return Json.parse(Files.readAllBytes(nsbox.folder.resolve("podman.json")), "podman.json");
  }

  /// What `nsbox run` has, as `nsbox bundle` writes it.
  private JsonObject nsboxs() throws Exception {
    importAlpine();
    Path folder = nsbox.folder.resolve("ours");
    nsbox.run("bundle", ALPINE, folder.toString(), "true").expect(0);
    return Json.parse(Files.readAllBytes(folder.resolve("config.json")), "config.json");
  }

  private static void isAtLeastAsTight(JsonObject ours, JsonObject podmans) throws Exception {
    JsonObject capabilities = ours.object("process").object("capabilities");
    JsonObject theirs = podmans.object("process").object("capabilities");
    for (String set : List.of("bounding", "effective", "permitted", "inheritable", "ambient")) {
      assertTrue(
          theirs.strings(set).containsAll(capabilities.strings(set)),
          set + ": " + capabilities.strings(set));
    }
    JsonObject linux = ours.object("linux");
    List<String> masked = linux.strings("maskedPaths");
    assertEquals(List.of(), without(podmans.object("linux").strings("maskedPaths"), masked));
    List<String> safe = new ArrayList<>(linux.strings("readonlyPaths"));
    safe.addAll(masked);
    assertEquals(List.of(), without(podmans.object("linux").strings("readonlyPaths"), safe));
  }

  private static List<String> without(List<String> all, List<String> some) {
    List<String> rest = new ArrayList<>(all);
    rest.removeAll(some);
    return rest;
  }

  /// What each call of attack.c is answered under a filter; the same rights otherwise.
  private TreeMap<String, String> answers(JsonObject podmans, JsonObject filter) throws Exception {
    Bundle bundle = bundle().program("bin/attack", attack()).arguments("attack", "calls", "1");
    bundle.process().put("capabilities", podmans.object("process").object("capabilities"));
    bundle.process().put("noNewPrivileges", false);
    bundle.linux().put("seccomp", filter);
    TreeMap<String, String> answers = new TreeMap<>();
    for (String line : run(bundle).expect(0).out().lines().toList()) {
      if (line.contains(" ")) {
        answers.put(line.split(" ")[0], line.split(" ")[1]);
      }
    }
    assertTrue(answers.size() > 30, answers.toString());
    return answers;
  }

  private static final List<String> DENIED = List.of("EPERM", "ENOSYS", "EAFNOSUPPORT");

  @Test
  void grantsNothingThatPodmanWithholds() throws Exception {
    JsonObject podmans = podmans(bundle());
    JsonObject ours = nsboxs();
    JsonObject spec = bundle().config();
    isAtLeastAsTight(ours, podmans);
    isAtLeastAsTight(spec, podmans);
    var theirAnswers = answers(podmans, podmans.object("linux").object("seccomp"));
    for (JsonObject config : List.of(ours, spec)) {
      var ourAnswers = answers(podmans, config.object("linux").object("seccomp"));
      List<String> looser = new ArrayList<>();
      for (String call : theirAnswers.keySet()) {
        if (DENIED.contains(theirAnswers.get(call)) && !DENIED.contains(ourAnswers.get(call))) {
          looser.add(call);
        }
      }
      assertEquals(List.of(), looser, "calls that podman denies");
      /* Where podman lets new user namespaces be made, and with them all that follows, nsbox does not. */
      assertEquals("EPERM", ourAnswers.get("unshare-user"));
    }
  }
}
