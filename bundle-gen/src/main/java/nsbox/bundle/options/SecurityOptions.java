package nsbox.bundle.options;

import java.util.List;
import java.util.Optional;

/// What the container may do to itself and to the host.
///
/// @param capabilitiesAdded `CAP_CHOWN`, or `ALL`; dropped likewise
/// @param privileged all that the host's root may do, but for the namespaces
/// @param seccomp a profile as JSON, or `unconfined`
/// @param apparmor name of a profile
/// @param masked paths that show nothing, beside those of the policy
/// @param unmasked paths that the policy masks or makes read-only, and that stay as they are; may
///   hold `*` and `?`; `ALL` for all
/// @param procOptions of the mount of procfs
/// @param bounding the capabilities that this host has to give; asked for only where it matters
public record SecurityOptions(
    List<String> capabilitiesAdded,
    List<String> capabilitiesDropped,
    boolean privileged,
    boolean noNewPrivileges,
    Optional<String> seccomp,
    Optional<String> apparmor,
    List<String> masked,
    List<String> unmasked,
    List<String> procOptions,
    List<String> bounding) {

  public static final String UNCONFINED = "unconfined";

  public static final SecurityOptions DEFAULT =
      new SecurityOptions(
          List.of(),
          List.of(),
          false,
          false,
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of(),
          List.of(),
          List.of());

  /// Whether the capabilities are others than those that every container gets.
  public boolean changesCapabilities() {
    return privileged || !capabilitiesAdded.isEmpty() || !capabilitiesDropped.isEmpty();
  }
}
