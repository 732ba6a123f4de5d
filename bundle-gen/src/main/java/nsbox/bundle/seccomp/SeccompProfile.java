package nsbox.bundle.seccomp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Which system calls containers may make, in the profile format of Docker: rules that hold under
/// conditions of capabilities, machine and kernel.
///
/// [#resolve] leaves the rules that hold for one container. The fields of a rule are handed on as
/// they are; what runs the container checks them.
///
/// @spec https://docs.docker.com/engine/security/seccomp/ Seccomp security profiles
public final class SeccompProfile {
  private final JsonObject profile;
  private final List<ConditionalRule> rules;

  private SeccompProfile(JsonObject profile, List<ConditionalRule> rules) {
    this.profile = profile;
    this.rules = rules;
  }

  /// What containers get unless they ask for another: an allow-list.
  ///
  /// Calls that it refuses give EPERM. Not in reach without the capability that is meant for them:
  /// new namespaces, mounts, modules, clocks. In reach with no capability: io_uring, keyrings,
  /// userfaultfd, and the sockets AF_ALG and AF_VSOCK. `socketcall`, through which C libraries for
  /// 32-bit x86 make every socket, hides the family from any filter and is allowed.
  public static SeccompProfile builtIn() {
    try {
      byte[] json = BuiltInProfile.JSON.getBytes(StandardCharsets.UTF_8);
      return parse(Json.parse(json, "built-in seccomp profile"));
    } catch (JsonException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Reads a profile of a user, or one that is resolved already and has no conditions.
  ///
  /// @throws JsonException if the conditions of a rule or the map of architectures are malformed
  public static SeccompProfile parse(JsonObject profile) throws JsonException {
    profile.string("defaultAction");
    if (profile.has("architectures") && !profile.objects("archMap").isEmpty()) {
      throw new JsonException(
          profile.locationOf("architectures") + ": a profile has these or an archMap, not both");
    }
    List<ConditionalRule> rules = new ArrayList<>();
    for (JsonObject rule : profile.objects("syscalls")) {
      rules.add(ConditionalRule.parse(rule));
    }
    return new SeccompProfile(profile, rules);
  }

  /// The rules that hold for a container, as `linux.seccomp` of config.json.
  ///
  /// @param capabilities the bounding set, as `CAP_CHOWN`
  /// @param architecture of the machine as Go and OCI name it: `amd64` or `arm64`
  /// @param kernelRelease as uname(2) gives it: `6.1.0-18-amd64`
  /// @throws JsonException if the map of architectures is malformed
  public JsonObject resolve(Set<String> capabilities, String architecture, String kernelRelease)
      throws JsonException {
    Circumstances circumstances =
        new Circumstances(capabilities, architecture, KernelVersion.ofRelease(kernelRelease));
    MergedRules merged = new MergedRules();
    for (ConditionalRule rule : rules) {
      if (rule.holdsUnder(circumstances)) {
        merged.add(rule);
      }
    }
    JsonObject resolved = new JsonObject();
    copy("defaultAction", resolved);
    copy("defaultErrnoRet", resolved);
    List<String> architectures = architectures(architecture);
    if (!architectures.isEmpty()) {
      resolved.put("architectures", architectures);
    }
    copy("flags", resolved);
    copy("listenerPath", resolved);
    copy("listenerMetadata", resolved);
    return resolved.put("syscalls", merged.rules());
  }

  private void copy(String field, JsonObject resolved) {
    if (profile.has(field)) {
      resolved.put(field, profile.members().get(field));
    }
  }

  private List<String> architectures(String architecture) throws JsonException {
    List<String> architectures = new ArrayList<>(profile.strings("architectures"));
    for (JsonObject entry : profile.objects("archMap")) {
      String name = entry.string("architecture");
      if (name.equals(seccompName(architecture))) {
        architectures.add(name);
        architectures.addAll(entry.strings("subArchitectures"));
      }
    }
    return architectures;
  }

  private static String seccompName(String architecture) {
    return switch (architecture) {
      case "amd64" -> "SCMP_ARCH_X86_64";
      case "arm64" -> "SCMP_ARCH_AARCH64";
      default -> throw new IllegalArgumentException("neither amd64 nor arm64: " + architecture);
    };
  }
}
