package nsbox.runtime.systemd;

import nsbox.runtime.spec.UnsupportedSpecException;

/// A scope of systemd: the unit that holds a container's processes, and the slice that it is in.
///
/// Where systemd makes the cgroups, `linux.cgroupsPath` is no path but `SLICE:PREFIX:NAME`. The
/// form is runc's, and all engines write it.
///
/// @param slice such as `system.slice`
/// @param unit such as `nsbox-web.scope`
public record ScopeName(String slice, String unit) {
  private static final String FIELD = "linux.cgroupsPath";
  private static final String SLICE = ".slice";
  private static final String DEFAULT_SLICE = "system.slice";
  private static final String ROOT_SLICE = "-.slice";

  /// The scope of a container whose configuration names none.
  public static ScopeName ofContainer(String id) {
    return new ScopeName(DEFAULT_SLICE, "nsbox-" + id + ".scope");
  }

  /// @param path `linux.cgroupsPath`; an empty slice is `system.slice`
  /// @throws UnsupportedSpecException if it is of another form
  public static ScopeName parse(String path) throws UnsupportedSpecException {
    int first = path.indexOf(':');
    int second = path.indexOf(':', first + 1);
    if (first < 0 || second < 0 || path.indexOf(':', second + 1) >= 0) {
      throw wrong(path, "expected slice:prefix:name, for systemd is to make the cgroup");
    }
    String slice = first == 0 ? DEFAULT_SLICE : path.substring(0, first);
    String prefix = path.substring(first + 1, second);
    String name = path.substring(second + 1);
    requireSlice(path, slice);
    if (name.isEmpty() || (prefix + name).indexOf('/') >= 0) {
      throw wrong(path, "the name of its scope is empty, or has a / in it");
    }
    if (name.endsWith(SLICE)) {
      throw wrong(path, "nsbox makes scopes, and no slice for a single container");
    }
    return new ScopeName(slice, (prefix.isEmpty() ? "" : prefix + "-") + name + ".scope");
  }

  private static void requireSlice(String path, String slice) throws UnsupportedSpecException {
    if (slice.equals(ROOT_SLICE)) {
      return;
    }
    String name = slice.endsWith(SLICE) ? slice.substring(0, slice.length() - SLICE.length()) : "";
    if (name.isEmpty() || name.indexOf('/') >= 0 || ("-" + name + "-").contains("--")) {
      throw wrong(path, slice + " is not the name of a slice");
    }
  }

  private static UnsupportedSpecException wrong(String path, String reason) {
    return new UnsupportedSpecException(FIELD, path + ": " + reason);
  }

  /// Its cgroup, from a hierarchy's root: `a-b.slice` is below `a.slice`.
  public String cgroup() {
    if (slice.equals(ROOT_SLICE)) {
      return "/" + unit;
    }
    StringBuilder path = new StringBuilder();
    for (int dash = slice.indexOf('-'); dash > 0; dash = slice.indexOf('-', dash + 1)) {
      path.append('/').append(slice, 0, dash).append(SLICE);
    }
    return path.append('/').append(slice).append('/').append(unit).toString();
  }
}
