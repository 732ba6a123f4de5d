package nsbox.runtime.cgroup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonObject;

/// What version 2 has counted, under the names of version 1.
final class Version2Stats {
  private static final long NANOSECONDS_A_MICROSECOND = 1000;

  private final String directory;

  Version2Stats(String directory) {
    this.directory = directory;
  }

  JsonObject read() throws IOException {
    return new JsonObject()
        .put("cpu", cpu())
        .put("cpuset", cpuset())
        .put("memory", memory())
        .put("pids", CgroupStats.pids(directory))
        .put("blkio", blockIo())
        .put("hugetlb", hugepages());
  }

  private JsonObject cpu() throws IOException {
    JsonObject usage = new JsonObject();
    CgroupStats.putUnlessZero(usage, "total", time("usage_usec"));
    CgroupStats.put(usage, "kernel", time("system_usec"));
    CgroupStats.put(usage, "user", time("user_usec"));
    JsonObject throttling = new JsonObject();
    CgroupStats.putUnlessZero(throttling, "periods", counted("nr_periods"));
    CgroupStats.putUnlessZero(throttling, "throttledPeriods", counted("nr_throttled"));
    CgroupStats.putUnlessZero(throttling, "throttledTime", time("throttled_usec"));
    JsonObject cpu = new JsonObject().put("usage", usage).put("throttling", throttling);
    return withPressure(cpu, "cpu.pressure");
  }

  private long counted(String key) throws IOException {
    return CgroupFile.keyed(directory, "cpu.stat", key).orElse(0L);
  }

  private long time(String key) throws IOException {
    return counted(key) * NANOSECONDS_A_MICROSECOND;
  }

  /* Flags that this version does not have; readers expect them. */
  private static JsonObject cpuset() {
    JsonObject cpuset = new JsonObject();
    for (String name :
        List.of(
            "cpu_exclusive",
            "mem_hardwall",
            "mem_exclusive",
            "memory_migrate",
            "memory_spread_page",
            "memory_spread_slab",
            "memory_pressure",
            "sched_load_balance",
            "sched_relax_domain_level")) {
      cpuset.put(name, 0L);
    }
    return cpuset;
  }

  private JsonObject memory() throws IOException {
    JsonObject memory = new JsonObject();
    JsonObject raw = CgroupStats.keyed(directory, "memory.stat");
    CgroupStats.putUnlessZero(memory, "cache", raw.has("file") ? raw.unsigned("file") : 0);
    long usage = number("memory.current");
    long limit = number("memory.max");
    memory.put("usage", CgroupStats.memoryEntry(limit, usage, number("memory.peak"), 0));
    /* Memory and swap together, as in version 1; their common peak is not known. */
    long swapLimit = number("memory.swap.max");
    boolean unlimited = swapLimit == CgroupFile.MAX || limit == CgroupFile.MAX;
    memory.put(
        "swap",
        CgroupStats.memoryEntry(
            unlimited ? CgroupFile.MAX : limit + swapLimit,
            usage + number("memory.swap.current"),
            0,
            0));
    memory.put("kernel", CgroupStats.memoryEntry(0, 0, 0, 0));
    memory.put("kernelTCP", CgroupStats.memoryEntry(0, 0, 0, 0));
    if (!raw.isEmpty()) {
      memory.put("raw", raw);
    }
    return withPressure(memory, "memory.pressure");
  }

  private long number(String file) throws IOException {
    return CgroupFile.numberIfThere(directory, file).orElse(0L);
  }

  /* Lines such as "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6". */
  private JsonObject blockIo() throws IOException {
    List<Object> bytes = new ArrayList<>();
    List<Object> operations = new ArrayList<>();
    for (String line : CgroupStats.lines(directory, "io.stat")) {
      String[] words = line.split(" ");
      for (int i = 1; i < words.length; i++) {
        addBlock(words[0], words[i], bytes, operations);
      }
    }
    JsonObject block = new JsonObject();
    if (!bytes.isEmpty()) {
      block.put("ioServiceBytesRecursive", bytes);
    }
    if (!operations.isEmpty()) {
      block.put("ioServicedRecursive", operations);
    }
    return withPressure(block, "io.pressure");
  }

  private void addBlock(String device, String word, List<Object> bytes, List<Object> operations)
      throws IOException {
    int equals = word.indexOf('=');
    String key = equals < 0 ? "" : word.substring(0, equals);
    boolean read = key.equals("rbytes") || key.equals("rios");
    if (!read && !key.equals("wbytes") && !key.equals("wios")) {
      return;
    }
    long value = CgroupFile.parse(directory, "io.stat", word.substring(equals + 1));
    List<Object> entries = key.endsWith("bytes") ? bytes : operations;
    entries.add(CgroupStats.blockEntry(device, read ? "Read" : "Write", value));
  }

  private JsonObject hugepages() throws IOException {
    JsonObject sizes = new JsonObject();
    for (String size : HugepageSizes.all()) {
      boolean counted = CgroupFile.exists(directory, "hugetlb." + size + ".rsvd.current");
      String prefix = "hugetlb." + size + (counted ? ".rsvd." : ".");
      Optional<Long> usage = CgroupFile.numberIfThere(directory, prefix + "current");
      if (usage.isPresent()) {
        JsonObject entry = new JsonObject();
        CgroupStats.putUnlessZero(entry, "usage", usage.get());
        long failures =
            CgroupFile.keyed(directory, "hugetlb." + size + ".events", "max").orElse(0L);
        sizes.put(size, CgroupStats.put(entry, "failcnt", failures));
      }
    }
    return sizes;
  }

  /* How much waiting there is (PSI); a kernel may have it switched off, and then has no file. */
  private JsonObject withPressure(JsonObject object, String file) throws IOException {
    JsonObject pressure = new JsonObject();
    for (String line : CgroupStats.lines(directory, file)) {
      String[] words = line.split(" ");
      JsonObject entry = new JsonObject();
      for (int i = 1; i < words.length; i++) {
        int equals = words[i].indexOf('=');
        String value = words[i].substring(equals + 1);
        String name = words[i].substring(0, equals);
        entry.put(
            name,
            name.equals("total")
                ? (Object) CgroupFile.parse(directory, file, value)
                : (Object) Double.valueOf(value));
      }
      pressure.put(words[0], entry);
    }
    return pressure.isEmpty() ? object : object.put("psi", pressure);
  }
}
