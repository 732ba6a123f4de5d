package nsbox.runtime.cgroup;

/// Whether a container may use some devices: an entry of `linux.resources.devices`.
///
/// @param type `c`, `b`, or `a` for all devices, whatever the numbers and the access are
/// @param major -1 for any
/// @param minor -1 for any
/// @param access of `r`, `w` and `m` (mknod) those that the rule speaks of
/// @spec
///   https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#allowed-device-list
///   Allowed device list
public record DeviceRule(boolean allow, char type, long major, long minor, String access) {
  /// Any major or minor number.
  public static final long ANY = -1;

  /// @throws IllegalArgumentException if a field has none of the values above
  public DeviceRule {
    if (type != 'a' && type != 'b' && type != 'c') {
      throw new IllegalArgumentException("device type " + type + ", expected a, b or c");
    }
    requireNumber("major", major);
    requireNumber("minor", minor);
    for (int i = 0; i < access.length(); i++) {
      if ("rwm".indexOf(access.charAt(i)) < 0) {
        throw new IllegalArgumentException("device access " + access + ", expected some of rwm");
      }
    }
  }

  /// The line for `devices.allow` or `devices.deny` of a version 1 hierarchy.
  public String v1Line() {
    if (type == 'a') {
      return "a";
    }
    return type + " " + number(major) + ":" + number(minor) + " " + access;
  }

  private static void requireNumber(String field, long number) {
    if (number < ANY || number > 0xffffffffL) {
      throw new IllegalArgumentException("device " + field + " " + number);
    }
  }

  private static String number(long number) {
    return number == ANY ? "*" : Long.toString(number);
  }
}
