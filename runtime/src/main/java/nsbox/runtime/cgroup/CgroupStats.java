package nsbox.runtime.cgroup;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Optional;
import nsbox.json.JsonObject;

/// What a container uses, in the form of `runc events --stats`, which engines read.
///
/// Version 2 counts other things in other ways: they appear under the names of version 1, as in
/// runc. Times are in nanoseconds, sizes in bytes. Zeros are left out where runc leaves them out.
/// `intel_rdt` and `network_interfaces` have nothing: the one is not applied here, the other lists
/// interfaces that only runc's own library makes.
public final class CgroupStats {
  private CgroupStats() {}

  /// The member `data` of an event of the type `stats`.
  ///
  /// @throws IOException if a file of the kernel holds what it should not; a cgroup that is gone
  ///   has used nothing
  public static JsonObject read(ContainerCgroup cgroup) throws IOException {
    JsonObject stats =
        cgroup.isUnified()
            ? new Version2Stats(cgroup.unifiedDirectory().orElseThrow()).read()
            : new Version1Stats(cgroup).read();
    return stats.put("intel_rdt", new JsonObject()).put("network_interfaces", null);
  }

  /// A number of 64 bits without sign.
  static JsonObject put(JsonObject object, String name, long value) {
    boolean big = value < 0;
    return object.put(name, big ? new BigInteger(Long.toUnsignedString(value)) : (Object) value);
  }

  static void putUnlessZero(JsonObject object, String name, long value) {
    if (value != 0) {
      put(object, name, value);
    }
  }

  static JsonObject memoryEntry(long limit, long usage, long most, long failures) {
    JsonObject entry = put(new JsonObject(), "limit", limit);
    putUnlessZero(entry, "usage", usage);
    putUnlessZero(entry, "max", most);
    return put(entry, "failcnt", failures);
  }

  static JsonObject blockEntry(String device, String operation, long value) {
    int colon = device.indexOf(':');
    JsonObject entry = new JsonObject();
    putUnlessZero(entry, "major", Long.parseLong(device.substring(0, colon)));
    putUnlessZero(entry, "minor", Long.parseLong(device.substring(colon + 1)));
    if (!operation.isEmpty()) {
      entry.put("op", operation);
    }
    putUnlessZero(entry, "value", value);
    return entry;
  }

  /// The numbers behind all keys of a file with lines such as `cache 4096`; empty without the file.
  static JsonObject keyed(String directory, String file) throws IOException {
    JsonObject values = new JsonObject();
    for (String line : lines(directory, file)) {
      int blank = line.indexOf(' ');
      if (blank > 0) {
        String text = line.substring(blank + 1).strip();
        put(values, line.substring(0, blank), CgroupFile.parse(directory, file, text));
      }
    }
    return values;
  }

  /// None if the file is missing or empty.
  static String[] lines(String directory, String file) throws IOException {
    Optional<String> text = CgroupFile.readIfThere(directory, file);
    return text.isPresent() && !text.get().isEmpty() ? text.get().split("\n") : new String[0];
  }

  static JsonObject pids(String directory) throws IOException {
    Optional<Long> current = CgroupFile.numberIfThere(directory, "pids.current");
    long limit = CgroupFile.numberIfThere(directory, "pids.max").orElse(0L);
    JsonObject pids = new JsonObject();
    putUnlessZero(
        pids,
        "current",
        current.isPresent() ? current.get() : CgroupProcesses.in(directory).size());
    putUnlessZero(pids, "limit", limit == CgroupFile.MAX ? 0 : limit);
    return pids;
  }
}
