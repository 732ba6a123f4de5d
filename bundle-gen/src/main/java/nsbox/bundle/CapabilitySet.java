package nsbox.bundle;

import java.util.ArrayList;
import java.util.List;
import nsbox.bundle.options.SecurityOptions;

/// Which capabilities a container has in the end.
///
/// The rules are docker's: what is dropped by name is dropped in the end, `ALL` dropped leaves what
/// is added by name.
public final class CapabilitySet {
  private static final String ALL = "ALL";

  private CapabilitySet() {}

  /// @return names such as `CAP_CHOWN`, in the kernel's order where `ALL` are asked for
  public static List<String> of(SecurityOptions options) throws BundleException {
    if (!options.changesCapabilities()) {
      return DefaultPolicy.CAPABILITIES;
    }
    List<String> added = options.capabilitiesAdded();
    List<String> dropped = options.capabilitiesDropped();
    for (String name : added) {
      if (!name.equals(ALL) && dropped.contains(name)) {
        throw new BundleException.BadValue(
            "capability " + name + " cannot be dropped and added at once");
      }
      if (!name.equals(ALL) && !options.bounding().contains(name)) {
        throw new BundleException.BadValue(
            "--cap-add " + name + ": nsbox itself does not have this capability here");
      }
    }
    List<String> set = new ArrayList<>();
    if (options.privileged() || added.contains(ALL)) {
      set.addAll(options.bounding());
    } else if (!dropped.contains(ALL)) {
      set.addAll(DefaultPolicy.CAPABILITIES);
    }
    for (String name : added) {
      if (!name.equals(ALL) && !set.contains(name)) {
        set.add(name);
      }
    }
    if (!options.privileged()) {
      set.removeAll(dropped);
    }
    return set;
  }

  /// Those that a user asked for by name: what another user than root has too.
  static List<String> forAnyUser(SecurityOptions options, List<String> set) {
    if (options.capabilitiesAdded().contains(ALL)) {
      return set;
    }
    return options.capabilitiesAdded();
  }
}
