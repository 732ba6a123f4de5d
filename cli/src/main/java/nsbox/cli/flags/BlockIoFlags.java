package nsbox.cli.flags;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.cli.Sizes;
import nsbox.json.JsonObject;

/// Limits of block devices.
final class BlockIoFlags {
  private static final int LEAST_WEIGHT = 10;
  private static final int MOST_WEIGHT = 1000;

  private BlockIoFlags() {}

  static void addTo(Flags flags) {
    flags
        .text("10-1000", "Its share of block devices; 0 for the default", "--blkio-weight")
        .texts("DEVICE:WEIGHT", "Its share of one", "--blkio-weight-device")
        .texts("DEVICE:SIZE", "Most bytes that it reads in a second", "--device-read-bps")
        .texts("DEVICE:SIZE", "Most bytes that it writes in a second", "--device-write-bps")
        .texts("DEVICE:N", "Most reads in a second", "--device-read-iops")
        .texts("DEVICE:N", "Most writes in a second", "--device-write-iops");
  }

  static void read(Asked asked, Limits limits) throws Failure {
    Optional<Long> weight = asked.number("--blkio-weight", 0, MOST_WEIGHT);
    if (weight.isPresent() && weight.get() > 0) {
      checkWeight("--blkio-weight", weight.get());
      if (hasWeight("--blkio-weight", limits)) {
        limits.put("--blkio-weight", "blockIO", "weight", weight.get());
      }
    }
    weights(asked.texts("--blkio-weight-device"), limits);
    throttles(asked, limits, "--device-read-bps", "throttleReadBpsDevice", "read_bps_device");
    throttles(asked, limits, "--device-write-bps", "throttleWriteBpsDevice", "write_bps_device");
    throttles(asked, limits, "--device-read-iops", "throttleReadIOPSDevice", "read_iops_device");
    throttles(asked, limits, "--device-write-iops", "throttleWriteIOPSDevice", "write_iops_device");
  }

  /* Weights are of a scheduler: CFQ's file is in the root, of BFQ only statistics are. */
  private static boolean hasWeight(String option, Limits limits) throws Failure {
    return limits.support().has("blkio", "blkio.weight", "io")
        || limits.orWarn(option, "blkio", "blkio.bfq.io_service_bytes", "io");
  }

  private static void checkWeight(String option, long weight) throws Failure {
    if (weight < LEAST_WEIGHT) {
      throw new Failure(option + " " + weight + ": expected a number from 10 to 1000");
    }
  }

  private static void weights(List<String> flags, Limits limits) throws Failure {
    List<JsonObject> devices = new ArrayList<>();
    for (String flag : flags) {
      String[] parts = split("--blkio-weight-device", flag);
      long weight =
          Asked.number("--blkio-weight-device " + flag + ":", parts[1], LEAST_WEIGHT, MOST_WEIGHT);
      devices.add(device("--blkio-weight-device", flag, parts[0]).put("weight", weight));
    }
    if (!devices.isEmpty() && hasWeight("--blkio-weight-device", limits)) {
      limits.put("--blkio-weight-device", "blockIO", "weightDevice", devices);
    }
  }

  private static void throttles(
      Asked asked, Limits limits, String option, String member, String file) throws Failure {
    List<JsonObject> devices = new ArrayList<>();
    for (String flag : asked.texts(option)) {
      String[] parts = split(option, flag);
      String what = option + " " + flag + ":";
      long rate =
          option.endsWith("bps")
              ? Sizes.parse(parts[1], what + " the rate")
              : Asked.number(what, parts[1], 1, Long.MAX_VALUE);
      devices.add(device(option, flag, parts[0]).put("rate", rate));
    }
    if (!devices.isEmpty() && limits.orWarn(option, "blkio", "blkio.throttle." + file, "io")) {
      limits.put(option, "blockIO", member, devices);
    }
  }

  private static String[] split(String option, String flag) throws Failure {
    int colon = flag.lastIndexOf(':');
    if (colon < 1 || !flag.startsWith("/")) {
      throw new Failure(
          option + " " + flag + ": expected the path of a device, a colon and a number");
    }
    return new String[] {flag.substring(0, colon), flag.substring(colon + 1)};
  }

  private static JsonObject device(String option, String flag, String path) throws Failure {
    try {
      Optional<HostDevice> device = HostDevice.at(Path.of(path));
      if (device.isPresent() && device.get().type() == 'b') {
        return new JsonObject()
            .put("major", device.get().major())
            .put("minor", device.get().minor());
      }
    } catch (IOException e) {
      throw new Failure(option + " " + flag + ": cannot read " + path, e);
    }
    throw new Failure(option + " " + flag + ": " + path + " is not a block device");
  }
}
