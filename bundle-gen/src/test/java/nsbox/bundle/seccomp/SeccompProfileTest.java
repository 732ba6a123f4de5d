package nsbox.bundle.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;

class SeccompProfileTest {
  private static final String KERNEL = "6.1.0-18-amd64";
  private static final Set<String> NO_CAPABILITIES = Set.of();

  @Test
  void leavesAdministrationToTheCapabilityThatIsMeantForIt() throws Exception {
    assertFalse(builtInNames(NO_CAPABILITIES).contains("mount"));
    assertTrue(builtInNames(Set.of("CAP_SYS_ADMIN")).contains("mount"));
    assertFalse(builtInNames(NO_CAPABILITIES).contains("settimeofday"));
    assertTrue(builtInNames(Set.of("CAP_SYS_TIME")).contains("settimeofday"));
    assertTrue(builtInNames(Set.of("CAP_BPF")).contains("bpf"));
    assertFalse(builtInNames(Set.of("CAP_BPF")).contains("perf_event_open"));
  }

  @Test
  void refusesDangerousCallsWithEveryCapability() throws Exception {
    Set<String> names = builtInNames(Set.of("CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_SYS_RAWIO"));
    for (String call :
        List.of("io_uring_setup", "io_uring_enter", "keyctl", "add_key", "request_key")) {
      assertFalse(names.contains(call), call);
    }
    assertFalse(names.contains("userfaultfd"));
    assertFalse(names.contains("kexec_load"));
  }

  @Test
  void answersClone3AsUnknownUnlessNamespacesAreAllowed() throws Exception {
    JsonObject rule = ruleOf("clone3", resolve(NO_CAPABILITIES, "amd64"));
    assertEquals("SCMP_ACT_ERRNO", rule.string("action"));
    assertEquals(38, rule.number("errnoRet"));
    assertEquals(
        "SCMP_ACT_ALLOW",
        ruleOf("clone3", resolve(Set.of("CAP_SYS_ADMIN"), "amd64")).string("action"));
  }

  @Test
  void namesTheArchitecturesOfTheMachine() throws Exception {
    assertEquals(
        List.of("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"),
        resolve(NO_CAPABILITIES, "amd64").strings("architectures"));
    assertEquals(
        List.of("SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"),
        resolve(NO_CAPABILITIES, "arm64").strings("architectures"));
  }

  @Test
  void keepsRulesToTheirMachine() throws Exception {
    Set<String> amd64 = names(resolve(NO_CAPABILITIES, "amd64"));
    Set<String> arm64 = names(resolve(NO_CAPABILITIES, "arm64"));
    assertTrue(amd64.contains("arch_prctl") && !arm64.contains("arch_prctl"));
    assertTrue(arm64.contains("cacheflush") && !amd64.contains("cacheflush"));
  }

  @Test
  void wantsTheKernelOfARule() throws Exception {
    SeccompProfile profile = SeccompProfile.builtIn();
    assertTrue(names(profile.resolve(Set.of(), "amd64", "4.8.0")).contains("ptrace"));
    assertTrue(names(profile.resolve(Set.of(), "amd64", "4.10-rc1")).contains("ptrace"));
    assertFalse(names(profile.resolve(Set.of(), "amd64", "4.7.99")).contains("ptrace"));
  }

  @Test
  void wantsEveryIncludedCapabilityAndNoExcludedOne() throws Exception {
    String text =
        """
        {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
          {"names": ["both"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_A", "CAP_B"]}},
          {"names": ["none"], "action": "SCMP_ACT_ALLOW", "excludes": {"caps": ["CAP_A", "CAP_B"]}},
          {"name": "old", "action": "SCMP_ACT_ALLOW"}]}
        """;
    SeccompProfile profile = SeccompProfile.parse(json(text));
    assertEquals(Set.of("none", "old"), names(profile.resolve(Set.of(), "amd64", KERNEL)));
    assertEquals(Set.of("old"), names(profile.resolve(Set.of("CAP_A"), "amd64", KERNEL)));
    assertEquals(
        Set.of("both", "old"), names(profile.resolve(Set.of("CAP_A", "CAP_B"), "amd64", KERNEL)));
  }

  @Test
  void putsCallsWithTheSameActionAndArgumentsIntoOneRule() throws Exception {
    JsonObject resolved = resolve(Set.of("CAP_SYS_CHROOT", "CAP_SYS_PTRACE"), "amd64");
    JsonObject first = resolved.objects("syscalls").getFirst();
    assertTrue(first.strings("names").containsAll(List.of("read", "chroot", "kcmp", "ptrace")));
    assertEquals(
        first.strings("names").size(), new HashSet<>(first.strings("names")).size(), "twice");
    assertEquals(Set.of("names", "action"), first.members().keySet());
  }

  @Test
  void keepsTheOrderOfTheRulesForOneCall() throws Exception {
    String text =
        """
        {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
          {"names": ["a"], "action": "SCMP_ACT_ALLOW"},
          {"names": ["b"], "action": "SCMP_ACT_LOG"},
          {"names": ["b", "c"], "action": "SCMP_ACT_ALLOW"}]}
        """;
    JsonObject resolved = SeccompProfile.parse(json(text)).resolve(Set.of(), "amd64", KERNEL);
    List<String> order = new ArrayList<>();
    for (JsonObject rule : resolved.objects("syscalls")) {
      order.add(rule.strings("names") + " " + rule.string("action"));
    }
    assertEquals(List.of("[a] SCMP_ACT_ALLOW", "[b] SCMP_ACT_LOG", "[b, c] SCMP_ACT_ALLOW"), order);
  }

  @Test
  void resolvesAResolvedProfileToItself() throws Exception {
    JsonObject once = resolve(NO_CAPABILITIES, "amd64");
    assertEquals(once, SeccompProfile.parse(once).resolve(Set.of(), "amd64", KERNEL));
  }

  @Test
  void namesThePlaceOfAKernelVersionThatIsNone() {
    JsonException failure =
        assertThrows(
            JsonException.class,
            () ->
                SeccompProfile.parse(
                    json(
                        """
                        {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
                          {"names": ["a"], "action": "SCMP_ACT_LOG",
                           "includes": {"minKernel": "new"}}]}
                        """)));
    assertEquals(
        "p: syscalls[0].includes.minKernel: new, expected such as 4.8", failure.getMessage());
  }

  @Test
  void refusesTwoListsOfArchitectures() {
    assertThrows(
        JsonException.class,
        () ->
            SeccompProfile.parse(
                json(
                    """
                    {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86"],
                     "archMap": [{"architecture": "SCMP_ARCH_X86_64"}]}
                    """)));
  }

  /// The runtime's tests run on copies; -Dfixtures.write=true writes them anew.
  @Test
  void theRuntimeIsTestedWithTheseProfiles() throws Exception {
    Path folder = Path.of("../runtime/src/test/resources/nsbox/runtime/seccomp");
    for (String architecture : List.of("amd64", "arm64")) {
      Path fixture = folder.resolve("nsbox-default-" + architecture + ".json");
      byte[] resolved = Json.bytes(resolve(NO_CAPABILITIES, architecture));
      if (Boolean.getBoolean("fixtures.write")) {
        Files.createDirectories(folder);
        Files.write(fixture, resolved);
      }
      assertEquals(
          new String(resolved, StandardCharsets.UTF_8),
          Files.readString(fixture),
          fixture + " is old: run this test with -Dfixtures.write=true");
    }
  }

  private static JsonObject resolve(Set<String> capabilities, String architecture)
      throws JsonException {
    return SeccompProfile.builtIn().resolve(capabilities, architecture, KERNEL);
  }

  private static Set<String> builtInNames(Set<String> capabilities) throws JsonException {
    return names(resolve(capabilities, "amd64"));
  }

  private static Set<String> names(JsonObject resolved) throws JsonException {
    Set<String> names = new HashSet<>();
    for (JsonObject rule : resolved.objects("syscalls")) {
      names.addAll(rule.strings("names"));
    }
    return names;
  }

  private static JsonObject ruleOf(String name, JsonObject resolved) throws JsonException {
    for (JsonObject rule : resolved.objects("syscalls")) {
      if (rule.strings("names").contains(name)) {
        return rule;
      }
    }
    throw new AssertionError("no rule for " + name);
  }

  private static JsonObject json(String text) throws JsonException {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "p");
  }
}
