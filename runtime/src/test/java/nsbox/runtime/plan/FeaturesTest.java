package nsbox.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;

class FeaturesTest {
  private final JsonObject document = Features.document("1.2.3");

  @Test
  void followsTheSpecificationsOrder() throws JsonException {
    assertEquals(
        List.of(
            "ociVersionMin",
            "ociVersionMax",
            "hooks",
            "mountOptions",
            "linux",
            "annotations",
            "potentiallyUnsafeConfigAnnotations"),
        new ArrayList<>(document.members().keySet()));
    assertEquals(
        List.of(
            "namespaces",
            "capabilities",
            "cgroup",
            "seccomp",
            "apparmor",
            "selinux",
            "intelRdt",
            "memoryPolicy",
            "mountExtensions",
            "netDevices"),
        new ArrayList<>(document.object("linux").members().keySet()));
  }

  @Test
  void namesItself() throws JsonException {
    assertEquals("1.0.0", document.string("ociVersionMin"));
    assertEquals("1.3.0", document.string("ociVersionMax"));
    assertEquals("1.2.3", document.object("annotations").string("nsbox.version"));
    assertEquals(List.of(), document.strings("potentiallyUnsafeConfigAnnotations"));
  }

  /* A probe whose sample is itself refused would find nothing: these are known to work. */
  @Test
  void findsWhatIsThere() throws JsonException {
    JsonObject linux = document.object("linux");
    assertTrue(
        linux
            .strings("namespaces")
            .containsAll(List.of("cgroup", "ipc", "mount", "network", "pid", "uts")));
    assertTrue(
        document
            .strings("mountOptions")
            .containsAll(List.of("bind", "rbind", "ro", "rro", "rslave", "nosymfollow")));
    assertEquals(41, linux.strings("capabilities").size());
    assertEquals("CAP_CHOWN", linux.strings("capabilities").getFirst());
    assertEquals("CAP_CHECKPOINT_RESTORE", linux.strings("capabilities").getLast());
    JsonObject seccomp = linux.object("seccomp");
    assertTrue(seccomp.flag("enabled"));
    assertTrue(
        seccomp
            .strings("actions")
            .containsAll(
                List.of(
                    "SCMP_ACT_ALLOW",
                    "SCMP_ACT_ERRNO",
                    "SCMP_ACT_KILL",
                    "SCMP_ACT_KILL_PROCESS",
                    "SCMP_ACT_LOG")));
    assertEquals(7, seccomp.strings("operators").size());
    assertTrue(seccomp.strings("archs").contains("SCMP_ARCH_RISCV64"));
    assertTrue(seccomp.strings("knownFlags").contains("SECCOMP_FILTER_FLAG_SPEC_ALLOW"));
  }

  /* The file system's own words are nobody's business here. */
  @Test
  void leavesOutWhatOnlyAFileSystemKnows() throws JsonException {
    assertFalse(document.strings("mountOptions").contains("acl"));
    assertFalse(document.strings("mountOptions").contains("noacl"));
  }

  @Test
  void saysThatTheSystemsSystemdIsAskedAndNoUsers() throws JsonException {
    JsonObject cgroup = document.object("linux").object("cgroup");
    assertTrue(cgroup.flag("v1"));
    assertTrue(cgroup.flag("v2"));
    assertTrue(cgroup.flag("systemd"));
    assertFalse(cgroup.flag("systemdUser"));
  }
}
