package nsbox.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;
import nsbox.runtime.spec.UnsupportedSpecException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CgroupStatsTest {
  private static final int MEBIBYTES_32 = 32 << 20;
  /* Holds 40 MB and says so. */
  private static final String HOLD_MEMORY =
      "exec python3 -c \"b = bytearray(40 << 20); print('held', flush=True);"
          + " __import__('time').sleep(60)\"";

  @TempDir Path root;

  @Test
  void countsWhatARealProcessUses() throws Exception {
    try (RealCgroup cgroup = RealCgroup.ofHost()) {
      cgroup.apply("{'pids': {'limit': 50}, 'memory': {'limit': 268435456}}");
      Process process = cgroup.start("", HOLD_MEMORY);
      assertEquals("held", process.inputReader().readLine());
      JsonObject stats = CgroupStats.read(cgroup.cgroup());
      assertEquals(
          List.of(
              "cpu",
              "cpuset",
              "memory",
              "pids",
              "blkio",
              "hugetlb",
              "intel_rdt",
              "network_interfaces"),
          List.copyOf(stats.members().keySet()));
      assertEquals("{\"current\":1,\"limit\":50}", stats.object("pids").toString());
      JsonObject memory = stats.object("memory");
      assertTrue(memory.object("usage").number("usage") > MEBIBYTES_32, memory.toString());
      assertEquals(268435456, memory.object("usage").number("limit"));
      assertTrue(memory.object("raw").members().size() > 10, memory.toString());
      long total = stats.object("cpu").object("usage").number("total");
      assertTrue(total > 1_000_000 && total < 60_000_000_000L, "nanoseconds: " + total);
    }
  }

  /* Version 1 beside the numbers of every file. */
  @Test
  void readsVersion1() throws Exception {
    put("cpu,cpuacct/c/cpu.stat", "nr_periods 3\nnr_throttled 2\nthrottled_time 1000\n");
    put("cpu,cpuacct/c/cpuacct.usage", "70000000\n");
    put("cpu,cpuacct/c/cpuacct.usage_percpu", "40000000 30000000 \n");
    put("cpu,cpuacct/c/cpuacct.usage_all", "cpu user system\n0 10 20\n1 30 40\n");
    put("cpu,cpuacct/c/cpuacct.stat", "user 4\nsystem 3\n");
    put("cpuset/c/cpuset.cpus", "0-2,7\n");
    put("cpuset/c/cpuset.mems", "0\n");
    put("cpuset/c/cpuset.sched_load_balance", "1\n");
    put("cpuset/c/cpuset.sched_relax_domain_level", "-1\n");
    put("memory/c/memory.stat", "cache 4096\nrss 8192\nhierarchical_memory_limit 5\n");
    put("memory/c/memory.limit_in_bytes", "9223372036854771712\n");
    put("memory/c/memory.usage_in_bytes", "12288\n");
    put("memory/c/memory.max_usage_in_bytes", "16384\n");
    put("memory/c/memory.failcnt", "1\n");
    put("memory/c/memory.kmem.usage_in_bytes", "4096\n");
    put("pids/c/pids.current", "2\n");
    put("pids/c/pids.max", "max\n");
    put("blkio/c/blkio.bfq.io_serviced_recursive", "Total 0\n");
    put("blkio/c/blkio.throttle.io_serviced_recursive", "8:0 Read 1\n8:0 Write 2\nTotal 3\n");
    put("blkio/c/blkio.throttle.io_service_bytes_recursive", "8:0 Read 4096\nTotal 4096\n");
    assertEquals(
        """
        {'cpu':{'usage':{'total':70000000,'percpu':[40000000,30000000],'percpu_kernel':[20,40],\
        'percpu_user':[10,30],'kernel':30000000,'user':40000000},\
        'throttling':{'periods':3,'throttledPeriods':2,'throttledTime':1000}},\
        'cpuset':{'cpus':[0,1,2,7],'cpu_exclusive':0,'mems':[0],'mem_hardwall':0,'mem_exclusive':0,\
        'memory_migrate':0,'memory_spread_page':0,'memory_spread_slab':0,'memory_pressure':0,\
        'sched_load_balance':1,'sched_relax_domain_level':-1},\
        'memory':{'cache':4096,\
        'usage':{'limit':9223372036854771712,'usage':12288,'max':16384,'failcnt':1},\
        'swap':{'limit':0,'failcnt':0},'kernel':{'limit':0,'usage':4096,'failcnt':0},\
        'kernelTCP':{'limit':0,'failcnt':0},\
        'raw':{'cache':4096,'rss':8192,'hierarchical_memory_limit':5}},\
        'pids':{'current':2},\
        'blkio':{'ioServicedRecursive':[{'major':8,'op':'Read','value':1},\
        {'major':8,'op':'Write','value':2}],\
        'ioServiceBytesRecursive':[{'major':8,'op':'Read','value':4096}]},\
        'hugetlb':{},'intel_rdt':{},'network_interfaces':null}\
        """,
        read(version1()));
  }

  @Test
  void readsVersion2UnderTheNamesOfVersion1() throws Exception {
    put(
        "c/cpu.stat",
        "usage_usec 70\nuser_usec 40\nsystem_usec 30\nnr_periods 3\nnr_throttled 2\n"
            + "throttled_usec 1\n");
    put("c/memory.stat", "anon 8192\nfile 4096\n");
    put("c/memory.current", "12288\n");
    put("c/memory.max", "max\n");
    put("c/memory.peak", "16384\n");
    put("c/memory.swap.current", "4096\n");
    put("c/memory.swap.max", "8192\n");
    put("c/memory.pressure", "some avg10=1.50 avg60=0.00 avg300=0.00 total=7\n");
    put("c/pids.current", "2\n");
    put("c/pids.max", "10\n");
    put("c/io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n253:1 \n");
    assertEquals(
        """
        {'cpu':{'usage':{'total':70000,'kernel':30000,'user':40000},\
        'throttling':{'periods':3,'throttledPeriods':2,'throttledTime':1000}},\
        'cpuset':{'cpu_exclusive':0,'mem_hardwall':0,'mem_exclusive':0,'memory_migrate':0,\
        'memory_spread_page':0,'memory_spread_slab':0,'memory_pressure':0,'sched_load_balance':0,\
        'sched_relax_domain_level':0},\
        'memory':{'cache':4096,\
        'usage':{'limit':18446744073709551615,'usage':12288,'max':16384,'failcnt':0},\
        'swap':{'limit':18446744073709551615,'usage':16384,'failcnt':0},\
        'kernel':{'limit':0,'failcnt':0},'kernelTCP':{'limit':0,'failcnt':0},\
        'raw':{'anon':8192,'file':4096},\
        'psi':{'some':{'avg10':1.5,'avg60':0.0,'avg300':0.0,'total':7}}},\
        'pids':{'current':2,'limit':10},\
        'blkio':{'ioServiceBytesRecursive':[{'major':8,'op':'Read','value':1},\
        {'major':8,'op':'Write','value':2}],\
        'ioServicedRecursive':[{'major':8,'op':'Read','value':3},\
        {'major':8,'op':'Write','value':4}]},\
        'hugetlb':{},'intel_rdt':{},'network_interfaces':null}\
        """,
        read(version2()));
  }

  @Test
  void countsNothingInACgroupThatIsGone() throws Exception {
    assertFalse(CgroupStats.read(version1()).isEmpty());
    assertEquals("{}", CgroupStats.read(version2()).object("pids").toString());
    assertEquals(
        "{\"kernel\":0,\"user\":0}",
        CgroupStats.read(ContainerCgroup.of(new CgroupLayout(List.of()), "/c"))
            .object("cpu")
            .object("usage")
            .toString());
  }

  @Test
  void countsProcessesByHandWhereNoControllerDoes() throws Exception {
    put("c/cgroup.procs", "4\n5\n");
    assertEquals("{\"current\":2}", CgroupStats.read(version2()).object("pids").toString());
  }

  @Test
  void saysWhatOfAFileIsNoNumber() throws Exception {
    put("c/pids.current", "many\n");
    IOException e = assertThrows(IOException.class, () -> CgroupStats.read(version2()));
    assertEquals(root + "/c/pids.current: expected a number, found many", e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"4, 4KB", "64, 64KB", "1024, 1MB", "2048, 2MB", "1048576, 1GB", "16777216, 16GB"})
  void namesSizesOfHugePages(long kibibytes, String name) {
    assertEquals(name, HugepageSizes.name(kibibytes));
  }

  @Test
  void noticesThatMemoryRanOut() throws Exception {
    try (RealCgroup cgroup = RealCgroup.ofHost()) {
      cgroup.apply("{'memory': {'limit': 16777216, 'swap': 16777216}}");
      OomWatch watch = OomWatch.of(cgroup.cgroup()).orElseThrow();
      assertFalse(watch.look());
      Process process = cgroup.start("", HOLD_MEMORY);
      assertTrue(watch.await(Duration.ofMillis(20)));
      assertEquals(128 + 9, process.waitFor());
      assertFalse(watch.look());
      assertTrue(watch.count() > 0);
    }
  }

  @Test
  void noticesThatAContainerWaitsForMemory() throws Exception {
    String limits = "{'memory': {'limit': 16777216, 'swap': 16777216, 'disableOOMKiller': true}}";
    try (RealCgroup cgroup = RealCgroup.ofHost()) {
      if (cgroup.cgroup().isUnified()) {
        assertThrows(UnsupportedSpecException.class, () -> cgroup.apply(limits));
        return;
      }
      cgroup.apply(limits);
      OomWatch watch = OomWatch.of(cgroup.cgroup()).orElseThrow();
      Process process = cgroup.start("", HOLD_MEMORY);
      assertTrue(watch.await(Duration.ofMillis(20)));
      assertTrue(process.isAlive());
    }
  }

  @Test
  void stopsWatchingACgroupThatIsGone() throws Exception {
    OomWatch watch = OomWatch.of(version2()).orElseThrow();
    assertFalse(watch.await(Duration.ofMillis(1)));
    assertTrue(OomWatch.of(ContainerCgroup.of(new CgroupLayout(List.of()), "/c")).isEmpty());
  }

  private static String read(ContainerCgroup cgroup) throws IOException {
    return CgroupStats.read(cgroup).toString().replace('"', '\'');
  }

  private void put(String file, String text) throws IOException {
    Files.createDirectories(root.resolve(file).getParent());
    Files.writeString(root.resolve(file), text);
  }

  private ContainerCgroup version1() {
    List<Hierarchy> hierarchies = new ArrayList<>();
    for (String name : List.of("cpu,cpuacct", "cpuset", "memory", "pids", "blkio")) {
      hierarchies.add(new Hierarchy(name, root + "/" + name, "/"));
    }
    return ContainerCgroup.of(new CgroupLayout(hierarchies), "/c");
  }

  private ContainerCgroup version2() {
    return ContainerCgroup.of(
        new CgroupLayout(List.of(new Hierarchy("", root.toString(), "/"))), "/c");
  }
}
