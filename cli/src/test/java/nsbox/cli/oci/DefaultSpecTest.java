package nsbox.cli.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.runtime.spec.ProcessSpec;
import nsbox.runtime.spec.Spec;
import org.junit.jupiter.api.Test;

class DefaultSpecTest {
  private static final JsonObject FILTER =
      new JsonObject().put("defaultAction", "SCMP_ACT_ERRNO").put("defaultErrnoRet", 38);

  @Test
  void isOneThatThisRuntimeApplies() throws Exception {
    Spec spec = Spec.parse(made());
    assertEquals(
        List.of("pid", "network", "ipc", "uts", "mount", "cgroup"),
        spec.linux().namespaces().stream().map(it -> it.type() + it.path().orElse("")).toList());
    assertTrue(spec.root().readonly());
    assertTrue(spec.process().noNewPrivileges());
    assertTrue(spec.linux().hasSeccomp());
    assertEquals(
        List.of(new ProcessSpec.Rlimit("RLIMIT_NOFILE", 1024, 1024)), spec.process().rlimits());
  }

  /* What podman grants where nobody asks for anything. */
  @Test
  void grantsNothingThatPodmanWithholds() throws Exception {
    ProcessSpec.Capabilities sets = Spec.parse(made()).process().capabilities().orElseThrow();
    List<String> podman =
        List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FOWNER",
            "CAP_FSETID",
            "CAP_KILL",
            "CAP_NET_BIND_SERVICE",
            "CAP_SETFCAP",
            "CAP_SETGID",
            "CAP_SETPCAP",
            "CAP_SETUID",
            "CAP_SYS_CHROOT");
    assertTrue(podman.containsAll(sets.bounding()), sets.toString());
    assertEquals(sets.bounding(), sets.permitted());
    assertEquals(sets.bounding(), sets.effective());
    assertEquals(List.of(), sets.inheritable());
    assertEquals(List.of(), sets.ambient());
  }

  @Test
  void hidesWhatRuncOrPodmanHides() throws Exception {
    Spec spec = Spec.parse(made());
    List<String> masked = spec.linux().maskedPaths();
    for (String path :
        List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/sys/dev/block",
            "/sys/devices/virtual/powercap",
            "/sys/devices/virtual/tpm",
            "/sys/firmware",
            "/sys/fs/selinux")) {
      assertTrue(masked.contains(path), path);
    }
    assertEquals(
        List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"),
        spec.linux().readonlyPaths());
  }

  @Test
  void becomesRootlessAsWithRunc() throws Exception {
    JsonObject config = made();
    DefaultSpec.makeRootless(config, new Caller(1000, 100));
    JsonObject linux = config.object("linux");
    List<String> namespaces = new ArrayList<>();
    for (JsonObject namespace : linux.objects("namespaces")) {
      namespaces.add(namespace.string("type"));
    }
    assertEquals(List.of("pid", "ipc", "uts", "mount", "cgroup", "user"), namespaces);
    assertEquals(
        "[{\"containerID\":0,\"hostID\":1000,\"size\":1}]",
        linux.members().get("uidMappings").toString());
    assertEquals(
        "[{\"containerID\":0,\"hostID\":100,\"size\":1}]",
        linux.members().get("gidMappings").toString());
    assertFalse(linux.has("resources"));
    assertTrue(linux.has("seccomp"));
    for (JsonObject mount : config.objects("mounts")) {
      if (mount.string("destination").equals("/sys")) {
        assertEquals("/sys", mount.string("source"));
        assertEquals(List.of("rbind", "nosuid", "noexec", "nodev", "ro"), mount.strings("options"));
      }
      assertFalse(mount.strings("options").contains("gid=5"), mount.toString());
    }
  }

  /* Through its text, as readers get it. */
  private static JsonObject made() throws JsonException {
    return Json.parse(Json.bytes(DefaultSpec.make(FILTER)), "config.json");
  }
}
