package nsbox.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nsbox.bundle.BundleException;
import nsbox.bundle.CapabilitySet;
import nsbox.bundle.DefaultPolicy;
import nsbox.bundle.options.SecurityOptions;
import nsbox.bundle.seccomp.SeccompProfile;
import nsbox.image.Platform;
import nsbox.json.Json;
import nsbox.json.JsonText;

/// Which system call filter a container gets: that of its profile for its capabilities.
///
/// @param seccomp `linux.seccomp` of config.json; empty for none
/// @param isDefault it is the one that the build has compiled
record SeccompChoice(Optional<JsonText> seccomp, boolean isDefault) {

  static SeccompChoice of(SecurityOptions options, DefaultFilter filter)
      throws IOException, BundleException {
    String profile = options.seccomp().orElse("");
    if (profile.equals(SecurityOptions.UNCONFINED)) {
      return new SeccompChoice(Optional.empty(), false);
    }
    List<String> capabilities = CapabilitySet.of(options);
    if (profile.isEmpty() && capabilities.equals(DefaultPolicy.CAPABILITIES)) {
      return new SeccompChoice(Optional.of(filter.json()), true);
    }
    SeccompProfile parsed =
        profile.isEmpty()
            ? SeccompProfile.builtIn()
            : SeccompProfile.parse(
                Json.parse(profile.getBytes(StandardCharsets.UTF_8), "--security-opt seccomp"));
    String kernel = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    String resolved =
        Json.text(parsed.resolve(Set.copyOf(capabilities), Platform.host().architecture(), kernel));
    return new SeccompChoice(Optional.of(new JsonText(resolved)), false);
  }
}
