package nsbox.runtime.cgroup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonObject;

/// What the controllers of version 1 have counted. One that the host does not have counts nothing.
final class Version1Stats {
  /* cpuacct.stat counts in ticks of which a second has 100, on every architecture. */
  private static final long NANOSECONDS_A_TICK = 10_000_000;

  /* The member, and the end of the file's name; the first is what tells whether a set is there. */
  private static final String[][] BLOCK_STATS = {
    {"sectorsRecursive", "sectors_recursive"},
    {"ioServiceTimeRecursive", "io_service_time_recursive"},
    {"ioWaitTimeRecursive", "io_wait_time_recursive"},
    {"ioMergedRecursive", "io_merged_recursive"},
    {"ioQueueRecursive", "io_queued_recursive"},
    {"ioTimeRecursive", "time_recursive"},
    {"ioServicedRecursive", "io_serviced_recursive"},
    {"ioServiceBytesRecursive", "io_service_bytes_recursive"}
  };
  private static final int FIRST_ALWAYS_THERE = 6;

  private final ContainerCgroup cgroup;

  Version1Stats(ContainerCgroup cgroup) {
    this.cgroup = cgroup;
  }

  JsonObject read() throws IOException {
    return new JsonObject()
        .put("cpu", cpu())
        .put("cpuset", cpuset())
        .put("memory", memory())
        .put("pids", pids())
        .put("blkio", blockIo())
        .put("hugetlb", hugepages());
  }

  private JsonObject cpu() throws IOException {
    JsonObject throttling = new JsonObject();
    Optional<String> cpu = cgroup.directory("cpu");
    if (cpu.isPresent()) {
      String directory = cpu.get();
      throttle(throttling, "periods", directory, "nr_periods");
      throttle(throttling, "throttledPeriods", directory, "nr_throttled");
      throttle(throttling, "throttledTime", directory, "throttled_time");
    }
    return new JsonObject().put("usage", cpuUsage()).put("throttling", throttling);
  }

  private static void throttle(JsonObject to, String name, String directory, String key)
      throws IOException {
    CgroupStats.putUnlessZero(to, name, CgroupFile.keyed(directory, "cpu.stat", key).orElse(0L));
  }

  private JsonObject cpuUsage() throws IOException {
    JsonObject usage = new JsonObject();
    Optional<String> accounting = cgroup.directory("cpuacct");
    if (accounting.isEmpty()) {
      return usage.put("kernel", 0L).put("user", 0L);
    }
    String directory = accounting.get();
    long total = CgroupFile.numberIfThere(directory, "cpuacct.usage").orElse(0L);
    CgroupStats.putUnlessZero(usage, "total", total);
    putUnlessEmpty(usage, "percpu", words(directory, "cpuacct.usage_percpu"));
    /* Lines "cpu user system", below a heading. */
    putUnlessEmpty(usage, "percpu_kernel", column(directory, 2));
    putUnlessEmpty(usage, "percpu_user", column(directory, 1));
    long system = CgroupFile.keyed(directory, "cpuacct.stat", "system").orElse(0L);
    long user = CgroupFile.keyed(directory, "cpuacct.stat", "user").orElse(0L);
    CgroupStats.put(usage, "kernel", system * NANOSECONDS_A_TICK);
    return CgroupStats.put(usage, "user", user * NANOSECONDS_A_TICK);
  }

  private static List<Object> words(String directory, String file) throws IOException {
    List<Object> numbers = new ArrayList<>();
    for (String line : CgroupStats.lines(directory, file)) {
      for (String word : line.split(" ")) {
        if (!word.isEmpty()) {
          numbers.add(CgroupFile.parse(directory, file, word));
        }
      }
    }
    return numbers;
  }

  private static List<Object> column(String directory, int index) throws IOException {
    List<Object> numbers = new ArrayList<>();
    String[] lines = CgroupStats.lines(directory, "cpuacct.usage_all");
    for (int i = 1; i < lines.length; i++) {
      String[] words = lines[i].split(" ");
      if (words.length > index) {
        numbers.add(CgroupFile.parse(directory, "cpuacct.usage_all", words[index]));
      }
    }
    return numbers;
  }

  private JsonObject cpuset() throws IOException {
    JsonObject cpuset = new JsonObject();
    String directory = cgroup.directory("cpuset").orElse("");
    putUnlessEmpty(cpuset, "cpus", set(directory, "cpuset.cpus"));
    flag(cpuset, directory, "cpu_exclusive");
    putUnlessEmpty(cpuset, "mems", set(directory, "cpuset.mems"));
    for (String name :
        List.of(
            "mem_hardwall",
            "mem_exclusive",
            "memory_migrate",
            "memory_spread_page",
            "memory_spread_slab",
            "memory_pressure",
            "sched_load_balance",
            "sched_relax_domain_level")) {
      flag(cpuset, directory, name);
    }
    return cpuset;
  }

  private static void flag(JsonObject cpuset, String directory, String name) throws IOException {
    cpuset.put(name, CgroupFile.numberIfThere(directory, "cpuset." + name).orElse(0L));
  }

  /* `0-2,7` as the numbers that it stands for. */
  private static List<Object> set(String directory, String file) throws IOException {
    List<Object> numbers = new ArrayList<>();
    for (String line : CgroupStats.lines(directory, file)) {
      for (String range : line.split(",")) {
        int dash = range.indexOf('-');
        String first = dash < 0 ? range : range.substring(0, dash);
        long last = CgroupFile.parse(directory, file, range.substring(dash + 1));
        for (long i = CgroupFile.parse(directory, file, first); i <= last; i++) {
          numbers.add(i);
        }
      }
    }
    return numbers;
  }

  private JsonObject memory() throws IOException {
    JsonObject memory = new JsonObject();
    String directory = cgroup.directory("memory").orElse("");
    JsonObject raw = CgroupStats.keyed(directory, "memory.stat");
    CgroupStats.putUnlessZero(memory, "cache", raw.has("cache") ? raw.unsigned("cache") : 0);
    memory.put("usage", memoryEntry(directory, "memory."));
    memory.put("swap", memoryEntry(directory, "memory.memsw."));
    memory.put("kernel", memoryEntry(directory, "memory.kmem."));
    memory.put("kernelTCP", memoryEntry(directory, "memory.kmem.tcp."));
    if (!raw.isEmpty()) {
      memory.put("raw", raw);
    }
    return memory;
  }

  private static JsonObject memoryEntry(String directory, String prefix) throws IOException {
    return CgroupStats.memoryEntry(
        CgroupFile.numberIfThere(directory, prefix + "limit_in_bytes").orElse(0L),
        CgroupFile.numberIfThere(directory, prefix + "usage_in_bytes").orElse(0L),
        CgroupFile.numberIfThere(directory, prefix + "max_usage_in_bytes").orElse(0L),
        CgroupFile.numberIfThere(directory, prefix + "failcnt").orElse(0L));
  }

  private JsonObject pids() throws IOException {
    Optional<String> directory = cgroup.directory("pids");
    return directory.isPresent() ? CgroupStats.pids(directory.get()) : new JsonObject();
  }

  /* Schedulers count the most, the throttle the least; which of them did shows in what is there. */
  private JsonObject blockIo() throws IOException {
    JsonObject block = new JsonObject();
    Optional<String> directory = cgroup.directory("blkio");
    if (directory.isEmpty()) {
      return block;
    }
    if (!addBlock(block, directory.get(), "blkio.bfq.", 0)
        && !addBlock(block, directory.get(), "blkio.bfq.", FIRST_ALWAYS_THERE)
        && !addBlock(block, directory.get(), "blkio.", 0)) {
      addBlock(block, directory.get(), "blkio.throttle.", FIRST_ALWAYS_THERE);
    }
    return block;
  }

  /* Whether the first file of the set says anything. */
  private static boolean addBlock(JsonObject block, String directory, String prefix, int from)
      throws IOException {
    for (int i = from; i < BLOCK_STATS.length; i++) {
      List<Object> entries = blockEntries(directory, prefix + BLOCK_STATS[i][1]);
      if (i == from && entries.isEmpty()) {
        return false;
      }
      putUnlessEmpty(block, BLOCK_STATS[i][0], entries);
    }
    return true;
  }

  /* Lines "8:0 Read 4096" or "8:0 4096", and a last one "Total 4096". */
  private static List<Object> blockEntries(String directory, String file) throws IOException {
    List<Object> entries = new ArrayList<>();
    for (String line : CgroupStats.lines(directory, file)) {
      String[] words = line.split(" ");
      if (words[0].indexOf(':') > 0) {
        String operation = words.length > 2 ? words[1] : "";
        long value = CgroupFile.parse(directory, file, words[words.length - 1]);
        entries.add(CgroupStats.blockEntry(words[0], operation, value));
      }
    }
    return entries;
  }

  private JsonObject hugepages() throws IOException {
    JsonObject sizes = new JsonObject();
    Optional<String> hugetlb = cgroup.directory("hugetlb");
    if (hugetlb.isEmpty()) {
      return sizes;
    }
    String directory = hugetlb.get();
    for (String size : HugepageSizes.all()) {
      String reserved = "hugetlb." + size + ".rsvd.";
      boolean counted = CgroupFile.exists(directory, reserved + "usage_in_bytes");
      String prefix = counted ? reserved : "hugetlb." + size + ".";
      JsonObject entry = new JsonObject();
      number(entry, "usage", directory, prefix + "usage_in_bytes");
      number(entry, "max", directory, prefix + "max_usage_in_bytes");
      long failures = CgroupFile.numberIfThere(directory, prefix + "failcnt").orElse(0L);
      sizes.put(size, CgroupStats.put(entry, "failcnt", failures));
    }
    return sizes;
  }

  private static void number(JsonObject to, String name, String directory, String file)
      throws IOException {
    CgroupStats.putUnlessZero(to, name, CgroupFile.numberIfThere(directory, file).orElse(0L));
  }

  private static void putUnlessEmpty(JsonObject object, String name, List<Object> list) {
    if (!list.isEmpty()) {
      object.put(name, list);
    }
  }
}
