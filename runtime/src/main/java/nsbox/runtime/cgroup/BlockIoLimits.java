package nsbox.runtime.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// `linux.resources.blockIO`. Weights are 10 to 1000; what is not set is empty.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#block-io Block
///   IO
public record BlockIoLimits(
    Optional<Long> weight,
    Optional<Long> leafWeight,
    List<WeightDevice> weightDevices,
    List<Throttle> readBytes,
    List<Throttle> writeBytes,
    List<Throttle> readOperations,
    List<Throttle> writeOperations) {
  private static final long LEAST_WEIGHT = 10;
  private static final long MOST_WEIGHT = 1000;

  /// @param device `major:minor`
  public record WeightDevice(String device, Optional<Long> weight, Optional<Long> leafWeight) {}

  /// @param device `major:minor`
  /// @param rate a second, of 64 bits without sign; 0 takes the limit away
  public record Throttle(String device, long rate) {}

  static BlockIoLimits parse(JsonObject block) throws JsonException {
    return new BlockIoLimits(
        weight(block, "weight"),
        weight(block, "leafWeight"),
        weightDevices(block),
        throttles(block, "throttleReadBpsDevice"),
        throttles(block, "throttleWriteBpsDevice"),
        throttles(block, "throttleReadIOPSDevice"),
        throttles(block, "throttleWriteIOPSDevice"));
  }

  private static Optional<Long> weight(JsonObject object, String name) throws JsonException {
    return Fields.between(object, name, LEAST_WEIGHT, MOST_WEIGHT);
  }

  private static List<WeightDevice> weightDevices(JsonObject block) throws JsonException {
    List<WeightDevice> devices = new ArrayList<>();
    for (JsonObject device : block.objects("weightDevice")) {
      devices.add(
          new WeightDevice(
              numbers(device), weight(device, "weight"), weight(device, "leafWeight")));
    }
    return List.copyOf(devices);
  }

  private static List<Throttle> throttles(JsonObject block, String name) throws JsonException {
    List<Throttle> throttles = new ArrayList<>();
    for (JsonObject device : block.objects(name)) {
      throttles.add(new Throttle(numbers(device), device.unsigned("rate")));
    }
    return List.copyOf(throttles);
  }

  private static String numbers(JsonObject device) throws JsonException {
    long major = Fields.requireBetween(device, "major", device.number("major"), 0, Fields.UINT32);
    long minor = Fields.requireBetween(device, "minor", device.number("minor"), 0, Fields.UINT32);
    return major + ":" + minor;
  }
}
