package nsbox.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Limits in the kernel: written, and read back as the kernel took them.
class RealLimitsTest {
  private static final String MEBIBYTE_64 = Long.toString(64 << 20);

  private RealCgroup cgroup;

  @BeforeEach
  void makeACgroup() throws IOException {
    cgroup = RealCgroup.ofHost();
  }

  @AfterEach
  void removeTheCgroup() throws IOException {
    if (cgroup != null) {
      cgroup.close();
    }
  }

  @Test
  void limitsMemoryInBothDirections() throws Exception {
    if (isVersion2()) {
      memoryOfVersion2();
    } else {
      memoryOfVersion1();
    }
  }

  @Test
  void limitsTheProcessorInBothDirections() throws Exception {
    if (isVersion2()) {
      processorOfVersion2();
    } else {
      processorOfVersion1();
      quotaBelowAParentOfVersion1();
    }
  }

  @Test
  void throttlesBlockDevices() throws Exception {
    if (isVersion2()) {
      blockDevicesOfVersion2();
    } else {
      blockDevicesOfVersion1();
    }
  }

  private void memoryOfVersion1() throws Exception {
    assumeSwapIsCounted();
    cgroup.apply(
        "{'memory': {'limit': 67108864, 'swap': 134217728, 'reservation': 33554432,"
            + " 'swappiness': 0, 'disableOOMKiller': true, 'useHierarchy': true}}");
    assertEquals(MEBIBYTE_64, cgroup.read("memory", "memory.limit_in_bytes"));
    assertEquals("134217728", cgroup.read("memory", "memory.memsw.limit_in_bytes"));
    assertEquals("33554432", cgroup.read("memory", "memory.soft_limit_in_bytes"));
    assertEquals("0", cgroup.read("memory", "memory.swappiness"));
    assertTrue(cgroup.read("memory", "memory.oom_control").startsWith("oom_kill_disable 1\n"));
    cgroup.apply("{'memory': {'limit': 268435456, 'swap': 268435456}}");
    assertEquals("268435456", cgroup.read("memory", "memory.limit_in_bytes"));
    assertEquals("268435456", cgroup.read("memory", "memory.memsw.limit_in_bytes"));
    cgroup.apply("{'memory': {'limit': 4194304, 'swap': 8388608}}");
    assertEquals("4194304", cgroup.read("memory", "memory.limit_in_bytes"));
    assertEquals("8388608", cgroup.read("memory", "memory.memsw.limit_in_bytes"));
    cgroup.apply("{'memory': {'limit': -1}}");
    assertTrue(Long.parseLong(cgroup.read("memory", "memory.limit_in_bytes")) > 1L << 60);
    assertTrue(Long.parseLong(cgroup.read("memory", "memory.memsw.limit_in_bytes")) > 1L << 60);
  }

  private void processorOfVersion1() throws Exception {
    cgroup.apply(
        "{'cpu': {'shares': 512, 'quota': 50000, 'period': 50000, 'burst': 40000, 'cpus': '0',"
            + " 'mems': '0', 'idle': 0}}");
    assertEquals("512", cgroup.read("cpu", "cpu.shares"));
    assertEquals("50000", cgroup.read("cpu", "cpu.cfs_quota_us"));
    assertEquals("50000", cgroup.read("cpu", "cpu.cfs_period_us"));
    assertEquals("40000", cgroup.read("cpu", "cpu.cfs_burst_us"));
    assertEquals("0", cgroup.read("cpuset", "cpuset.cpus"));
    assertEquals("0", cgroup.read("cpuset", "cpuset.mems"));
    cgroup.apply("{'cpu': {'quota': 10000, 'period': 20000, 'burst': 5000, 'idle': 1}}");
    assertEquals("10000", cgroup.read("cpu", "cpu.cfs_quota_us"));
    assertEquals("20000", cgroup.read("cpu", "cpu.cfs_period_us"));
    assertEquals("5000", cgroup.read("cpu", "cpu.cfs_burst_us"));
    assertEquals("1", cgroup.read("cpu", "cpu.idle"));
    cgroup.apply("{'cpu': {'shares': 2048, 'idle': 0, 'quota': -1}}");
    assertEquals("0", cgroup.read("cpu", "cpu.idle"));
    assertEquals("2048", cgroup.read("cpu", "cpu.shares"));
    assertEquals("-1", cgroup.read("cpu", "cpu.cfs_quota_us"));
  }

  /* Below a parent that has half of the time, each write by itself has to stay within that. */
  private void quotaBelowAParentOfVersion1() throws Exception {
    cgroup.apply("{'cpu': {'quota': 50000, 'period': 100000}}");
    cgroup.addBelow("child");
    ContainerCgroup child =
        ContainerCgroup.of(
            CgroupLayout.ofHost(), Path.of(cgroup.directory("cpu")).getFileName() + "/child");
    update(child, "{'cpu': {'quota': 50000, 'period': 100000}}");
    update(child, "{'cpu': {'quota': 10000, 'period': 20000}}");
    update(child, "{'cpu': {'quota': 100000, 'period': 200000}}");
    String directory = child.directory("cpu").orElseThrow();
    assertEquals("100000", CgroupFile.read(directory, "cpu.cfs_quota_us"));
    assertEquals("200000", CgroupFile.read(directory, "cpu.cfs_period_us"));
    IOException e =
        assertThrows(IOException.class, () -> update(child, "{'cpu': {'quota': 100001}}"));
    assertEquals(
        "apply linux.resources.cpu.quota: 100001 to cpu.cfs_quota_us: Invalid argument",
        e.getMessage());
    assertEquals("100000", CgroupFile.read(directory, "cpu.cfs_quota_us"));
  }

  private void blockDevicesOfVersion1() throws Exception {
    String device = blockDevice();
    cgroup.apply(
        throttles(
            rate("ReadBps", device, 1048576),
            rate("WriteBps", device, 2097152),
            rate("ReadIOPS", device, 100),
            rate("WriteIOPS", device, 200)));
    assertEquals(device + " 1048576", cgroup.read("blkio", "blkio.throttle.read_bps_device"));
    assertEquals(device + " 2097152", cgroup.read("blkio", "blkio.throttle.write_bps_device"));
    assertEquals(device + " 100", cgroup.read("blkio", "blkio.throttle.read_iops_device"));
    assertEquals(device + " 200", cgroup.read("blkio", "blkio.throttle.write_iops_device"));
    cgroup.apply(throttles(rate("ReadBps", device, 0)));
    assertEquals("", cgroup.read("blkio", "blkio.throttle.read_bps_device"));
    assumeTrue(
        CgroupFile.exists(cgroup.directory("blkio"), "blkio.bfq.weight"),
        "this kernel has no BFQ scheduler");
    cgroup.apply("{'blockIO': {'weight': 500}}");
    assertEquals("500", cgroup.read("blkio", "blkio.bfq.weight"));
  }

  @Test
  void limitsProcesses() throws Exception {
    cgroup.apply("{'pids': {'limit': 2}}");
    assertEquals("2", cgroup.read("pids", "pids.max"));
    Process shell = cgroup.start("", "(sleep 0; (sleep 0; echo three) ; echo two) 2>&1");
    String said = new String(shell.getInputStream().readAllBytes());
    assertTrue(shell.waitFor(20, TimeUnit.SECONDS));
    assertTrue(!said.contains("three"), said);
    cgroup.apply("{'pids': {'limit': -1}}");
    assertEquals("max", cgroup.read("pids", "pids.max"));
  }

  private void memoryOfVersion2() throws Exception {
    cgroup.apply(
        "{'memory': {'limit': 67108864, 'swap': 67108864, 'reservation': 33554432},"
            + " 'unified': {'memory.high': '50331648'}}");
    assertEquals(MEBIBYTE_64, cgroup.read("memory", "memory.max"));
    assertEquals("33554432", cgroup.read("memory", "memory.low"));
    assertEquals("50331648", cgroup.read("memory", "memory.high"));
    cgroup.apply("{'memory': {'limit': -1}}");
    assertEquals("max", cgroup.read("memory", "memory.max"));
  }

  private void processorOfVersion2() throws Exception {
    cgroup.apply(
        "{'cpu': {'shares': 1024, 'quota': 50000, 'period': 100000, 'burst': 10000,"
            + " 'cpus': '0', 'mems': '0', 'idle': 0}}");
    assertEquals("100", cgroup.read("cpu", "cpu.weight"));
    assertEquals("50000 100000", cgroup.read("cpu", "cpu.max"));
    assertEquals("10000", cgroup.read("cpu", "cpu.max.burst"));
    assertEquals("0", cgroup.read("cpuset", "cpuset.cpus"));
    assertEquals("0", cgroup.read("cpuset", "cpuset.mems"));
    cgroup.apply("{'cpu': {'quota': 5000, 'burst': 1000, 'idle': 1}}");
    assertEquals("5000 100000", cgroup.read("cpu", "cpu.max"));
    assertEquals("1000", cgroup.read("cpu", "cpu.max.burst"));
    assertEquals("1", cgroup.read("cpu", "cpu.idle"));
  }

  private void blockDevicesOfVersion2() throws Exception {
    String device = blockDevice();
    cgroup.apply(throttles(rate("ReadBps", device, 1048576), rate("WriteIOPS", device, 200)));
    assertEquals(
        device + " rbps=1048576 wbps=max riops=max wiops=200", cgroup.read("io", "io.max"));
    cgroup.apply(throttles(rate("ReadBps", device, 0)));
    assertEquals(device + " rbps=max wbps=max riops=max wiops=200", cgroup.read("io", "io.max"));
  }

  /* A hierarchy of version 2 has this controller where no mount of version 1 has taken it. */
  @Test
  void limitsHugePagesOfVersion2() throws Exception {
    try (RealCgroup alone = RealCgroup.ofVersion2()) {
      String controllers = alone.read("", "cgroup.controllers");
      assumeTrue(
          (" " + controllers + " ").contains(" hugetlb "),
          "this kernel has no hugetlb controller left for version 2");
      assumeFalse(HugepageSizes.all().isEmpty(), "this kernel has no huge pages");
      String size = HugepageSizes.all().getFirst();
      long limit = 4L << 30;
      alone.apply("{'hugepageLimits': [{'pageSize': '" + size + "', 'limit': " + limit + "}]}");
      assertEquals(Long.toString(limit), alone.read("", "hugetlb." + size + ".max"));
      assertEquals(Long.toString(limit), alone.read("", "hugetlb." + size + ".rsvd.max"));
      assertEquals(
          "{\"failcnt\":0}",
          CgroupStats.read(alone.cgroup()).object("hugetlb").object(size).toString());
    }
  }

  @Test
  void saysWhatTheKernelRefuses() throws Exception {
    IOException e =
        assertThrows(IOException.class, () -> cgroup.apply("{'cpu': {'cpus': '4096'}}"));
    assertTrue(
        e.getMessage().startsWith("apply linux.resources.cpu.cpus: 4096 to cpuset.cpus: "),
        e.getMessage());
  }

  private void assumeSwapIsCounted() {
    assumeTrue(
        CgroupFile.exists(cgroup.directory("memory"), "memory.memsw.limit_in_bytes"),
        "this kernel has no accounting of swap");
  }

  private static boolean isVersion2() throws IOException {
    return CgroupLayout.ofHost().isUnified();
  }

  private static void update(ContainerCgroup cgroup, String resources) throws Exception {
    for (CgroupWrite write : ResourceWrites.of(ResourcesTest.resources(resources), cgroup)) {
      write.perform();
    }
  }

  private static String throttles(String... rates) {
    return "{'blockIO': {" + String.join(", ", rates) + "}}";
  }

  private static String rate(String what, String device, long rate) {
    return "'throttle%sDevice': [{'major': %s, 'rate': %d}]"
        .formatted(what, device.replace(":", ", 'minor': "), rate);
  }

  /// `major:minor` of a disk, or else of a file that is in use as one.
  private static String blockDevice() throws IOException {
    Path found = null;
    try (var devices = Files.newDirectoryStream(Path.of("/sys/block"))) {
      for (Path device : devices) {
        boolean disk = Files.exists(device.resolve("device"));
        if (disk || (found == null && Files.exists(device.resolve("loop/backing_file")))) {
          found = device;
        }
      }
    }
    if (found == null) {
      throw new IOException("no disk in /sys/block");
    }
    return Files.readString(found.resolve("dev")).strip();
  }
}
