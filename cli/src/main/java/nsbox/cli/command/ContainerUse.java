package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import nsbox.cli.output.Human;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupStats;
import nsbox.runtime.state.ProcessIdentity;

/// What a container has used up to a moment, and uses then.
///
/// @param nanos of the moment, of a clock that only goes on
/// @param runs else all is zero
record ContainerUse(
    ContainerRecord record,
    boolean runs,
    long nanos,
    long cpuNanos,
    long memoryBytes,
    long memoryLimitBytes,
    long receivedBytes,
    long sentBytes,
    long readBytes,
    long writtenBytes,
    long processes) {
  private static final int BYTES_A_KILOBYTE = 1024;
  private static final int RECEIVED = 1;
  private static final int SENT = 9;

  static ContainerUse of(ContainerFolder folder, ContainerState state) throws IOException {
    ContainerRecord record = folder.record();
    if (!(state instanceof ContainerState.Running running)) {
      return new ContainerUse(record, false, System.nanoTime(), 0, 0, 0, 0, 0, 0, 0, 0);
    }
    JsonObject stats = CgroupStats.read(Pausing.cgroup(folder));
    JsonObject memory = member(stats, "memory");
    JsonObject usage = member(memory, "usage");
    long hostBytes = hostBytes();
    long limit = usage.optionalNumber("limit").orElse(hostBytes);
    long[] network = network(running.process().pid());
    long[] block = block(member(stats, "blkio"));
    return new ContainerUse(
        record,
        true,
        System.nanoTime(),
        member(member(stats, "cpu"), "usage").optionalNumber("total").orElse(0L),
        Math.max(0, usage.optionalNumber("usage").orElse(0L) - inactive(memory)),
        limit <= 0 ? hostBytes : Math.min(limit, hostBytes),
        network[0],
        network[1],
        block[0],
        block[1],
        member(stats, "pids").optionalNumber("current").orElse(0L));
  }

  private static JsonObject member(JsonObject object, String name) throws IOException {
    return object.optionalObject(name).orElseGet(JsonObject::new);
  }

  /* As docker: a cache that nobody has touched for long is not what the container needs. */
  private static long inactive(JsonObject memory) throws IOException {
    JsonObject raw = member(memory, "raw");
    Optional<Long> version1 = raw.optionalNumber("total_inactive_file");
    return version1.isPresent() ? version1.get() : raw.optionalNumber("inactive_file").orElse(0L);
  }

  private static long hostBytes() throws IOException {
    String text = ProcessIdentity.readIfThere(Path.of("/proc/meminfo"));
    String first = text.substring(0, text.indexOf('\n')).replaceAll("[^0-9]", "");
    return Long.parseLong(first) * BYTES_A_KILOBYTE;
  }

  /* All interfaces of its network namespace but the loopback. */
  private static long[] network(int pid) throws IOException {
    long[] bytes = new long[2];
    for (String line :
        ProcessIdentity.readIfThere(Path.of("/proc/" + pid + "/net/dev")).split("\n")) {
      String[] words = line.replace(':', ' ').strip().split("\\s+");
      if (line.indexOf(':') > 0 && !words[0].equals("lo")) {
        bytes[0] += Long.parseLong(words[RECEIVED]);
        bytes[1] += Long.parseLong(words[SENT]);
      }
    }
    return bytes;
  }

  private static long[] block(JsonObject stats) throws IOException {
    long[] bytes = new long[2];
    if (!stats.has("ioServiceBytesRecursive")) {
      return bytes;
    }
    for (JsonObject entry : stats.objects("ioServiceBytesRecursive")) {
      long value = entry.optionalNumber("value").orElse(0L);
      String operation = entry.optionalString("op").orElse("");
      if (operation.equalsIgnoreCase("read")) {
        bytes[0] += value;
      } else if (operation.equalsIgnoreCase("write")) {
        bytes[1] += value;
      }
    }
    return bytes;
  }

  /// As docker's `stats` words it.
  ///
  /// @param before an earlier look at the same container
  JsonObject row(ContainerUse before, boolean full) {
    String id = full ? record.id() : record.shortId();
    JsonObject row = new JsonObject().put("ID", id).put("Container", id).put("Name", record.name());
    if (!runs) {
      return row.put("CPUPerc", "--")
          .put("MemUsage", "-- / --")
          .put("MemPerc", "--")
          .put("NetIO", "-- / --")
          .put("BlockIO", "-- / --")
          .put("PIDs", "--");
    }
    double cpu =
        nanos == before.nanos ? 0 : 100.0 * (cpuNanos - before.cpuNanos) / (nanos - before.nanos);
    double memory = memoryLimitBytes == 0 ? 0 : 100.0 * memoryBytes / memoryLimitBytes;
    return row.put("CPUPerc", percent(Math.max(0, cpu)))
        .put("MemUsage", binary(memoryBytes) + " / " + binary(memoryLimitBytes))
        .put("MemPerc", percent(memory))
        .put("NetIO", Human.size(receivedBytes) + " / " + Human.size(sentBytes))
        .put("BlockIO", Human.size(readBytes) + " / " + Human.size(writtenBytes))
        .put("PIDs", Long.toString(processes));
  }

  private static String percent(double value) {
    long hundredths = Math.round(value * 100);
    return hundredths / 100 + "." + (hundredths % 100 < 10 ? "0" : "") + hundredths % 100 + "%";
  }

  /* Powers of 1024 and four digits: `3.906MiB`. */
  private static String binary(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    while (value >= BYTES_A_KILOBYTE && unit < units.length - 1) {
      value /= BYTES_A_KILOBYTE;
      unit++;
    }
    int decimals = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
    String text =
        new java.math.BigDecimal(value)
            .setScale(unit == 0 ? 0 : decimals, java.math.RoundingMode.HALF_UP)
            .stripTrailingZeros()
            .toPlainString();
    return text + units[unit];
  }
}
