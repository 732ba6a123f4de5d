package nsbox.cli.flags;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.bundle.options.DeviceOptions;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.json.JsonObject;

/// Options about devices.
final class DeviceFlags {
  private static final String ACCESS = "rwm";

  private final List<JsonObject> nodes = new ArrayList<>();
  private final List<String> places = new ArrayList<>();
  private final List<JsonObject> rules = new ArrayList<>();

  private DeviceFlags() {}

  static void addTo(Flags flags) {
    flags
        .texts("DEVICE[:PATH][:rwm]", "Give it a device of the host, or a folder's", "--device")
        .texts(
            "TYPE MAJOR:MINOR rwm", "Allow it devices by number; * for all", "--device-cgroup-rule")
        .text("DEVICES", "Refused: nsbox has no driver for them", "--gpus");
  }

  static DeviceOptions read(Asked asked) throws Failure {
    if (asked.text("--gpus").isPresent()) {
      throw new Failure(
          "--gpus "
              + asked.text("--gpus").get()
              + ": nsbox has no driver for GPUs\n  Give it the devices: --device /dev/dri");
    }
    boolean privileged = asked.isSet("--privileged");
    List<String> devices = asked.texts("--device");
    List<String> numbered = asked.texts("--device-cgroup-rule");
    if (!privileged && devices.isEmpty() && numbered.isEmpty()) {
      return DeviceOptions.DEFAULT;
    }
    DeviceFlags flags = new DeviceFlags();
    try {
      for (String device : devices) {
        flags.device(device);
      }
      if (privileged) {
        List<HostDevice> all = new ArrayList<>();
        HostDevice.below(Path.of("/dev"), all);
        for (HostDevice device : all) {
          flags.node(device, device.path());
        }
      }
    } catch (IOException e) {
      throw new Failure("cannot read the devices of the host: " + e.getMessage(), e);
    }
    for (String rule : numbered) {
      flags.rules.add(rule(rule));
    }
    return new DeviceOptions(flags.nodes, privileged ? List.of() : flags.rules);
  }

  /// The value of `--device`.
  record Place(String source, String target, String access) {
    static Place parse(String flag) throws Failure {
      String[] parts = flag.split(":", -1);
      String target = parts[0];
      String access = ACCESS;
      if (parts.length == 2 && isAccess(parts[1])) {
        access = parts[1];
      } else if (parts.length >= 2) {
        target = parts[1];
      }
      if (parts.length == 3) {
        access = parts[2];
      }
      if (parts.length > 3
          || !parts[0].startsWith("/")
          || !target.startsWith("/")
          || !isAccess(access)) {
        throw new Failure("--device " + flag + ": expected DEVICE, DEVICE:PATH or DEVICE:PATH:rwm");
      }
      return new Place(parts[0], target, access);
    }
  }

  private void device(String flag) throws Failure, IOException {
    Place place = Place.parse(flag);
    Path path = Path.of(place.source());
    if (!Files.exists(path)) {
      throw new Failure("--device " + flag + ": " + path + " does not exist");
    }
    if (Files.isDirectory(path)) {
      folder(flag, path, place.target(), place.access());
      return;
    }
    Optional<HostDevice> device = HostDevice.at(path);
    if (device.isEmpty()) {
      throw new Failure("--device " + flag + ": " + path + " is not a device");
    }
    node(device.get(), place.target());
    rules.add(device.get().rule(place.access()));
  }

  private void folder(String flag, Path path, String target, String access)
      throws Failure, IOException {
    List<HostDevice> below = new ArrayList<>();
    HostDevice.below(path, below);
    if (below.isEmpty()) {
      throw new Failure("--device " + flag + ": there is no device in " + path);
    }
    for (HostDevice device : below) {
      node(device, target + device.path().substring(path.toString().length()));
      rules.add(device.rule(access));
    }
  }

  /* Of a path given twice the first counts, so that a device by its own name outranks all. */
  private void node(HostDevice device, String target) {
    String place = Path.of(target).normalize().toString();
    if (!places.contains(place)) {
      places.add(place);
      nodes.add(device.node(place));
    }
  }

  private static boolean isAccess(String text) {
    if (text.isEmpty() || text.length() > ACCESS.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (ACCESS.indexOf(text.charAt(i)) < 0 || text.indexOf(text.charAt(i)) != i) {
        return false;
      }
    }
    return true;
  }

  /// `c 10:200 rwm`, `a *:* r`.
  static JsonObject rule(String flag) throws Failure {
    String[] words = flag.split(" ");
    int colon = words.length == 3 ? words[1].indexOf(':') : -1;
    if (colon < 1 || !List.of("a", "b", "c").contains(words[0]) || !isAccess(words[2])) {
      throw new Failure(
          "--device-cgroup-rule '"
              + flag
              + "': expected a type, two numbers and rights: 'c 10:200 rwm'");
    }
    JsonObject rule = new JsonObject().put("allow", true).put("type", words[0]);
    number(rule, "major", words[1].substring(0, colon), flag);
    number(rule, "minor", words[1].substring(colon + 1), flag);
    return rule.put("access", words[2]);
  }

  private static void number(JsonObject rule, String member, String text, String flag)
      throws Failure {
    if (!text.equals("*")) {
      rule.put(
          member, Asked.number("--device-cgroup-rule '" + flag + "':", text, 0, (1L << 32) - 1));
    }
  }
}
