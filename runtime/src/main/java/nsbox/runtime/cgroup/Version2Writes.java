package nsbox.runtime.cgroup;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Limits as files of version 2. The specification speaks the language of version 1, so most values
/// are converted, as runc converts them.
///
/// @spec https://docs.kernel.org/admin-guide/cgroup-v2.html Control Group v2
final class Version2Writes {
  private static final long DEFAULT_PERIOD = 100000;
  private static final String NONE = "version 2 of cgroups has none";

  private final ResourceWrites writes;

  Version2Writes(ResourceWrites writes) {
    this.writes = writes;
  }

  void add(Resources resources) throws UnsupportedSpecException, IOException {
    refuseWhatIsGone(resources);
    if (resources.pidsLimit().isPresent()) {
      long limit = resources.pidsLimit().get();
      write("pids.limit", "pids", "pids.max", limit < 0 ? "max" : Long.toString(limit));
    }
    memory(resources.memory());
    blockIo(resources.blockIo());
    cpu(resources.cpu());
    if (!resources.cpu().cpus().isEmpty()) {
      write("cpu.cpus", "cpuset", "cpuset.cpus", resources.cpu().cpus());
    }
    if (!resources.cpu().mems().isEmpty()) {
      write("cpu.mems", "cpuset", "cpuset.mems", resources.cpu().mems());
    }
    for (Resources.HugepageLimit limit : resources.hugepageLimits()) {
      hugepages(limit);
    }
    writes.rdma(resources.rdma());
    /* Last, so that what somebody wrote for this version by name is what counts. */
    for (Map.Entry<String, String> file : resources.unified().entrySet()) {
      unified(file.getKey(), file.getValue());
    }
  }

  private static void refuseWhatIsGone(Resources resources) throws UnsupportedSpecException {
    MemoryLimits memory = resources.memory();
    refuse("memory.swappiness", memory.swappiness());
    refuse(
        "memory.disableOOMKiller",
        memory.disableOomKiller() ? Optional.of(true) : Optional.empty());
    refuse("cpu.realtimeRuntime", resources.cpu().realtimeRuntime());
    refuse("cpu.realtimePeriod", resources.cpu().realtimePeriod());
    refuse("blockIO.leafWeight", resources.blockIo().leafWeight());
    for (BlockIoLimits.WeightDevice device : resources.blockIo().weightDevices()) {
      refuse("blockIO.weightDevice", device.leafWeight());
    }
    refuse("network.classID", resources.networkClass());
    for (Resources.InterfacePriority priority : resources.networkPriorities()) {
      refuse("network.priorities", Optional.of(priority.name()));
    }
  }

  private static void refuse(String field, Optional<?> value) throws UnsupportedSpecException {
    if (value.isPresent()) {
      throw ResourceWrites.unsupported(field, value.get() + ", but " + NONE);
    }
  }

  private void memory(MemoryLimits memory) throws UnsupportedSpecException, IOException {
    Optional<String> swap = swap(memory);
    if (swap.isPresent()) {
      String directory = writes.directory("memory", "memory.swap");
      /* Without swap in the kernel there is nothing to forbid, nor to allow. */
      if (swap.get().equals("max") || swap.get().equals("0")) {
        writes.writeIfThere("memory.swap", directory, "memory.swap.max", swap.get());
      } else {
        writes.write("memory.swap", directory, "memory.swap.max", swap.get());
      }
    }
    if (memory.limit().isPresent()) {
      write("memory.limit", "memory", "memory.max", maximum(memory.limit().get()));
    }
    if (memory.reservation().isPresent()) {
      write("memory.reservation", "memory", "memory.low", maximum(memory.reservation().get()));
    }
  }

  /* The specification counts memory and swap together, this version counts swap alone. */
  private static Optional<String> swap(MemoryLimits memory) throws UnsupportedSpecException {
    long limit = memory.limit().orElse(0L);
    if (memory.swap().isEmpty()) {
      return limit == -1 ? Optional.of("max") : Optional.empty();
    }
    long swap = memory.swap().get();
    if (swap == -1) {
      return Optional.of("max");
    }
    if (limit == 0) {
      throw ResourceWrites.unsupported(
          "memory.swap", swap + ", unable to set swap limit without memory limit");
    }
    return Optional.of(Long.toString(limit == -1 ? swap : swap - limit));
  }

  private static String maximum(long limit) {
    return limit == -1 ? "max" : Long.toString(limit);
  }

  private void blockIo(BlockIoLimits block) throws UnsupportedSpecException, IOException {
    if (block.weight().isPresent()) {
      weight("blockIO.weight", "", block.weight().get());
    }
    for (BlockIoLimits.WeightDevice device : block.weightDevices()) {
      if (device.weight().isPresent()) {
        weight("blockIO.weightDevice", device.device() + " ", device.weight().get());
      }
    }
    throttle("throttleReadBpsDevice", "rbps", block.readBytes());
    throttle("throttleWriteBpsDevice", "wbps", block.writeBytes());
    throttle("throttleReadIOPSDevice", "riops", block.readOperations());
    throttle("throttleWriteIOPSDevice", "wiops", block.writeOperations());
  }

  /* BFQ counts weights as the specification does; the kernel's own model knows 1 to 10000. */
  private void weight(String field, String device, long weight)
      throws UnsupportedSpecException, IOException {
    String directory = writes.directory("io", field);
    writes.writeFirst(
        field,
        CgroupWrite.choice(directory, "io.bfq.weight", device + weight),
        CgroupWrite.choice(directory, "io.weight", device + ioWeight(weight)));
  }

  /// 10 to 1000 onto 1 to 10000, in a straight line.
  static long ioWeight(long weight) {
    return 1 + (weight - 10) * 9999 / 990;
  }

  private void throttle(String field, String key, List<BlockIoLimits.Throttle> throttles)
      throws UnsupportedSpecException, IOException {
    for (BlockIoLimits.Throttle throttle : throttles) {
      String rate = throttle.rate() == 0 ? "max" : Long.toUnsignedString(throttle.rate());
      write("blockIO." + field, "io", "io.max", throttle.device() + " " + key + "=" + rate);
    }
  }

  private void cpu(CpuLimits cpu) throws UnsupportedSpecException, IOException {
    /* A group that is idle takes no weight: it stops being so first, and becomes so last. */
    boolean idle = cpu.idle().isPresent() && cpu.idle().get() == 1;
    if (cpu.idle().isPresent() && !idle) {
      writes.writeIfThere("cpu.idle", writes.directory("cpu", "cpu.idle"), "cpu.idle", "0");
    }
    if (cpu.shares().isPresent()) {
      write("cpu.shares", "cpu", "cpu.weight", Long.toString(weight(cpu.shares().get())));
    }
    bandwidth(cpu);
    if (idle) {
      write("cpu.idle", "cpu", "cpu.idle", "1");
    }
  }

  private void bandwidth(CpuLimits cpu) throws UnsupportedSpecException, IOException {
    if (cpu.quota().isEmpty() && cpu.period().isEmpty() && cpu.burst().isEmpty()) {
      return;
    }
    String directory = writes.directory("cpu", "cpu.quota");
    long present = CgroupFile.numberIfThere(directory, "cpu.max.burst").orElse(0L);
    /* A burst may not be above the quota: less of it goes first, more of it last. */
    boolean burstFirst =
        cpu.burst().isPresent() && Long.compareUnsigned(cpu.burst().get(), present) < 0;
    if (burstFirst) {
      burst(directory, cpu.burst().get());
    }
    if (cpu.quota().isPresent() || cpu.period().isPresent()) {
      long quota = cpu.quota().orElse(-1L);
      String text =
          maximum(quota) + " " + Long.toUnsignedString(cpu.period().orElse(DEFAULT_PERIOD));
      String field = cpu.quota().isPresent() ? "cpu.quota" : "cpu.period";
      writes.write(field, directory, "cpu.max", text);
    }
    if (cpu.burst().isPresent() && !burstFirst) {
      burst(directory, cpu.burst().get());
    }
  }

  private void burst(String directory, long burst) {
    if (burst == 0) {
      writes.writeIfThere("cpu.burst", directory, "cpu.max.burst", "0");
    } else {
      writes.write("cpu.burst", directory, "cpu.max.burst", Long.toUnsignedString(burst));
    }
  }

  /// Shares, 2 to 262144 and 1024 where nobody asks, as a weight, 1 to 10000 and 100 where nobody
  /// asks.
  ///
  /// The curve that runc and crun have by now: quadratic in the logarithms, so that it meets all
  /// three points. The straight line before it gave 39 for 1024, and so the default of one version
  /// less than half the default of the other.
  static long weight(long shares) {
    if (Long.compareUnsigned(shares, 2) <= 0) {
      return 1;
    }
    if (Long.compareUnsigned(shares, 262144) >= 0) {
      return 10000;
    }
    int power = 63 - Long.numberOfLeadingZeros(shares);
    /* Powers of two have to come out whole: what is left of rounding would be rounded up. */
    double log = power + Math.log((double) shares / (1L << power)) / Math.log(2);
    double exponent = (log * log + 125 * log) / 612.0 - 7.0 / 34.0;
    return (long) Math.ceil(Math.pow(10, exponent));
  }

  private void hugepages(Resources.HugepageLimit limit)
      throws UnsupportedSpecException, IOException {
    String directory = writes.directory("hugetlb", "hugepageLimits");
    String prefix = "hugetlb." + limit.pageSize();
    String bytes = Long.toUnsignedString(limit.bytes());
    writes.write("hugepageLimits", directory, prefix + ".max", bytes);
    writes.writeIfThere("hugepageLimits", directory, prefix + ".rsvd.max", bytes);
  }

  /* As it stands; line by line, for a file such as io.max takes one a write. */
  private void unified(String file, String value) throws UnsupportedSpecException, IOException {
    String controller = file.substring(0, file.indexOf('.'));
    String field = "unified." + file;
    String directory = writes.directory(controller.equals("cgroup") ? "" : controller, field);
    for (String line : value.split("\n")) {
      writes.write(field, directory, file, line);
    }
  }

  private void write(String field, String controller, String file, String text)
      throws UnsupportedSpecException, IOException {
    writes.write(field, writes.directory(controller, field), file, text);
  }
}
