package nsbox.runtime.cgroup;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Limits as files of version 1: each controller has a hierarchy, and values go as they are.
///
/// @spec https://docs.kernel.org/admin-guide/cgroup-v1/index.html Control Groups version 1
final class Version1Writes {
  private static final long LEAST_SHARES = 2;
  private static final long MOST_SHARES = 262144;

  private final ResourceWrites writes;

  Version1Writes(ResourceWrites writes) {
    this.writes = writes;
  }

  void add(Resources resources) throws UnsupportedSpecException, IOException {
    if (!resources.unified().isEmpty()) {
      String file = resources.unified().keySet().iterator().next();
      throw ResourceWrites.unsupported(
          "unified", file + ": cannot use unified on cgroup v1, which this host has");
    }
    cpuset(resources.cpu());
    memory(resources.memory());
    cpu(resources.cpu());
    if (resources.pidsLimit().isPresent()) {
      long limit = resources.pidsLimit().get();
      write("pids.limit", "pids", "pids.max", limit < 0 ? "max" : Long.toString(limit));
    }
    blockIo(resources.blockIo());
    for (Resources.HugepageLimit limit : resources.hugepageLimits()) {
      hugepages(limit);
    }
    network(resources);
    writes.rdma(resources.rdma());
  }

  private void cpuset(CpuLimits cpu) throws UnsupportedSpecException, IOException {
    if (!cpu.cpus().isEmpty()) {
      write("cpu.cpus", "cpuset", "cpuset.cpus", cpu.cpus());
    }
    if (!cpu.mems().isEmpty()) {
      write("cpu.mems", "cpuset", "cpuset.mems", cpu.mems());
    }
  }

  private void memory(MemoryLimits memory) throws UnsupportedSpecException, IOException {
    memoryAndSwap(memory);
    writeNumber("memory.reservation", "memory", "memory.soft_limit_in_bytes", memory.reservation());
    if (memory.useHierarchy()) {
      /* Kernels of today have no other way, and may have no file for it. */
      String directory = writes.directory("memory", "memory.useHierarchy");
      writes.writeIfThere("memory.useHierarchy", directory, "memory.use_hierarchy", "1");
    }
    if (memory.disableOomKiller()) {
      write("memory.disableOOMKiller", "memory", "memory.oom_control", "1");
    }
    writeNumber("memory.swappiness", "memory", "memory.swappiness", memory.swappiness());
  }

  /* The sum of memory and swap may never be below the limit of memory: it goes first where it is
   * above the present limit of memory, and last otherwise. */
  private void memoryAndSwap(MemoryLimits memory) throws UnsupportedSpecException, IOException {
    Optional<Long> limit = memory.limit();
    Optional<Long> swap = memory.swap();
    if (limit.isEmpty()) {
      writeNumber("memory.swap", "memory", "memory.memsw.limit_in_bytes", swap);
      return;
    }
    String directory = writes.directory("memory", "memory.limit");
    if (swap.isEmpty() && limit.get() == -1) {
      /* No limit of memory and one of the sum would be a limit all the same. */
      writes.writeIfThere("memory.limit", directory, "memory.memsw.limit_in_bytes", "-1");
    }
    boolean swapFirst = swap.isPresent() && isAbove(swap.get(), directory);
    if (swapFirst) {
      writeNumber("memory.swap", "memory", "memory.memsw.limit_in_bytes", swap);
    }
    writeNumber("memory.limit", "memory", "memory.limit_in_bytes", limit);
    if (!swapFirst) {
      writeNumber("memory.swap", "memory", "memory.memsw.limit_in_bytes", swap);
    }
  }

  private static boolean isAbove(long swap, String directory) throws IOException {
    if (swap == -1) {
      return true;
    }
    long current =
        CgroupFile.numberIfThere(directory, "memory.limit_in_bytes").orElse(CgroupFile.MAX);
    return Long.compareUnsigned(current, swap) < 0;
  }

  private void cpu(CpuLimits cpu) throws UnsupportedSpecException, IOException {
    /* A group that is idle takes no shares: it stops being so first, and becomes so last. */
    boolean idle = cpu.idle().isPresent() && cpu.idle().get() == 1;
    if (cpu.idle().isPresent() && !idle) {
      String directory = writes.directory("cpu", "cpu.idle");
      writes.writeIfThere("cpu.idle", directory, "cpu.idle", "0");
    }
    if (cpu.shares().isPresent()) {
      write("cpu.shares", "cpu", "cpu.shares", shares(cpu.shares().get()));
    }
    bandwidth(cpu);
    realtime(cpu);
    if (idle) {
      write("cpu.idle", "cpu", "cpu.idle", "1");
    }
  }

  /* The kernel takes the nearest value it knows and says nothing. */
  private static String shares(long shares) throws UnsupportedSpecException {
    if (Long.compareUnsigned(shares, LEAST_SHARES) < 0) {
      throw ResourceWrites.unsupported(
          "cpu.shares", shares + ", the minimum allowed cpu-shares is " + LEAST_SHARES);
    }
    if (Long.compareUnsigned(shares, MOST_SHARES) > 0) {
      throw ResourceWrites.unsupported(
          "cpu.shares",
          Long.toUnsignedString(shares) + ", the maximum allowed cpu-shares is " + MOST_SHARES);
    }
    return Long.toString(shares);
  }

  private void bandwidth(CpuLimits cpu) throws UnsupportedSpecException, IOException {
    if (cpu.quota().isEmpty() && cpu.period().isEmpty() && cpu.burst().isEmpty()) {
      return;
    }
    String directory = writes.directory("cpu", "cpu.quota");
    /* A burst may not be above the quota: less of it goes first, more of it last. */
    boolean burstFirst =
        cpu.burst().isPresent()
            && Long.compareUnsigned(
                    cpu.burst().get(),
                    CgroupFile.numberIfThere(directory, "cpu.cfs_burst_us").orElse(0L))
                < 0;
    if (burstFirst) {
      burst(directory, cpu.burst().get());
    }
    boolean periodFirst =
        cpu.period().isPresent()
            && ResourceWrites.periodFirst(directory, "cpu.cfs_period_us", cpu.period().get());
    if (periodFirst) {
      writeUnsigned("cpu.period", "cpu", "cpu.cfs_period_us", cpu.period());
    }
    writeNumber("cpu.quota", "cpu", "cpu.cfs_quota_us", cpu.quota());
    if (!periodFirst) {
      writeUnsigned("cpu.period", "cpu", "cpu.cfs_period_us", cpu.period());
    }
    if (cpu.burst().isPresent() && !burstFirst) {
      burst(directory, cpu.burst().get());
    }
  }

  private void burst(String directory, long burst) {
    if (burst == 0) {
      writes.writeIfThere("cpu.burst", directory, "cpu.cfs_burst_us", "0");
    } else {
      writes.write("cpu.burst", directory, "cpu.cfs_burst_us", Long.toUnsignedString(burst));
    }
  }

  private void realtime(CpuLimits cpu) throws UnsupportedSpecException, IOException {
    if (cpu.realtimePeriod().isEmpty() && cpu.realtimeRuntime().isEmpty()) {
      return;
    }
    String directory = writes.directory("cpu", "cpu.realtimeRuntime");
    boolean periodFirst =
        cpu.realtimePeriod().isPresent()
            && ResourceWrites.periodFirst(
                directory, "cpu.rt_period_us", cpu.realtimePeriod().get());
    if (periodFirst) {
      writeUnsigned("cpu.realtimePeriod", "cpu", "cpu.rt_period_us", cpu.realtimePeriod());
    }
    writeNumber("cpu.realtimeRuntime", "cpu", "cpu.rt_runtime_us", cpu.realtimeRuntime());
    if (!periodFirst) {
      writeUnsigned("cpu.realtimePeriod", "cpu", "cpu.rt_period_us", cpu.realtimePeriod());
    }
  }

  private void blockIo(BlockIoLimits block) throws UnsupportedSpecException, IOException {
    if (block.weight().isPresent()) {
      weight("blockIO.weight", "weight", block.weight().get().toString());
    }
    if (block.leafWeight().isPresent()) {
      leafWeight("blockIO.leafWeight", "blkio.leaf_weight", block.leafWeight().get().toString());
    }
    for (BlockIoLimits.WeightDevice device : block.weightDevices()) {
      if (device.weight().isPresent()) {
        String line = device.device() + " " + device.weight().get();
        weight("blockIO.weightDevice", "weight_device", line);
      }
      if (device.leafWeight().isPresent()) {
        String line = device.device() + " " + device.leafWeight().get();
        leafWeight("blockIO.weightDevice", "blkio.leaf_weight_device", line);
      }
    }
    throttle("throttleReadBpsDevice", "read_bps_device", block.readBytes());
    throttle("throttleWriteBpsDevice", "write_bps_device", block.writeBytes());
    throttle("throttleReadIOPSDevice", "read_iops_device", block.readOperations());
    throttle("throttleWriteIOPSDevice", "write_iops_device", block.writeOperations());
  }

  /* The CFQ scheduler had the name without a scheduler in it; it went with Linux 5.0. */
  private void weight(String field, String file, String text)
      throws UnsupportedSpecException, IOException {
    String directory = writes.directory("blkio", field);
    writes.writeFirst(
        field,
        CgroupWrite.choice(directory, "blkio." + file, text),
        CgroupWrite.choice(directory, "blkio.bfq." + file, text));
  }

  private void leafWeight(String field, String file, String text)
      throws UnsupportedSpecException, IOException {
    String directory = writes.directory("blkio", field);
    String root = writes.root("blkio");
    if (CgroupFile.exists(root, "cgroup.procs") && !CgroupFile.exists(root, file)) {
      throw ResourceWrites.unsupported(
          field, text + ", but this kernel has no " + file + ", which went with the CFQ scheduler");
    }
    writes.write(field, directory, file, text);
  }

  private void throttle(String field, String file, List<BlockIoLimits.Throttle> throttles)
      throws UnsupportedSpecException, IOException {
    for (BlockIoLimits.Throttle throttle : throttles) {
      String line = throttle.device() + " " + Long.toUnsignedString(throttle.rate());
      write("blockIO." + field, "blkio", "blkio.throttle." + file, line);
    }
  }

  private void hugepages(Resources.HugepageLimit limit)
      throws UnsupportedSpecException, IOException {
    String directory = writes.directory("hugetlb", "hugepageLimits");
    String prefix = "hugetlb." + limit.pageSize();
    String bytes = Long.toUnsignedString(limit.bytes());
    writes.write("hugepageLimits", directory, prefix + ".limit_in_bytes", bytes);
    /* What is reserved counts by itself, since Linux 5.7. */
    writes.writeIfThere("hugepageLimits", directory, prefix + ".rsvd.limit_in_bytes", bytes);
  }

  private void network(Resources resources) throws UnsupportedSpecException, IOException {
    writeNumber("network.classID", "net_cls", "net_cls.classid", resources.networkClass());
    for (Resources.InterfacePriority priority : resources.networkPriorities()) {
      String line = priority.name() + " " + priority.priority();
      write("network.priorities", "net_prio", "net_prio.ifpriomap", line);
    }
  }

  private void write(String field, String controller, String file, String text)
      throws UnsupportedSpecException, IOException {
    writes.write(field, writes.directory(controller, field), file, text);
  }

  private void writeNumber(String field, String controller, String file, Optional<Long> value)
      throws UnsupportedSpecException, IOException {
    if (value.isPresent()) {
      write(field, controller, file, Long.toString(value.get()));
    }
  }

  private void writeUnsigned(String field, String controller, String file, Optional<Long> value)
      throws UnsupportedSpecException, IOException {
    if (value.isPresent()) {
      write(field, controller, file, Long.toUnsignedString(value.get()));
    }
  }
}
