package nsbox.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.UnsupportedSpecException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourceWritesTest {
  private static final String ALL =
      """
      {'memory': {'limit': 2000, 'reservation': 1000, 'swap': 3000, 'useHierarchy': true},
       'cpu': {'shares': 512, 'quota': 50000, 'period': 100000, 'burst': 1000, 'cpus': '0-1',
               'mems': '0', 'idle': 0},
       'pids': {'limit': 100},
       'blockIO': {'weight': 500,
                   'weightDevice': [{'major': 8, 'minor': 0, 'weight': 1000}],
                   'throttleReadBpsDevice': [{'major': 8, 'minor': 0, 'rate': 1}],
                   'throttleWriteBpsDevice': [{'major': 8, 'minor': 0, 'rate': 0}],
                   'throttleReadIOPSDevice': [{'major': 8, 'minor': 0, 'rate': 3}],
                   'throttleWriteIOPSDevice': [{'major': 8, 'minor': 0, 'rate': 18446744073709551615}]},
       'hugepageLimits': [{'pageSize': '2MB', 'limit': 4194304}],
       'rdma': {'mlx5_1': {'hcaHandles': 3, 'hcaObjects': 9}, 'rxe3': {'hcaObjects': 0}}}
      """;

  /// Stands for the root of all hierarchies; nothing is in it unless a test puts it there.
  @TempDir Path root;

  @Test
  void writesThemAllToVersion1() throws Exception {
    assertEquals(
        """
        cpuset/c/cpuset.cpus = 0-1
        cpuset/c/cpuset.mems = 0
        memory/c/memory.limit_in_bytes = 2000
        memory/c/memory.memsw.limit_in_bytes = 3000
        memory/c/memory.soft_limit_in_bytes = 1000
        memory/c/memory.use_hierarchy = 1, if there
        cpu,cpuacct/c/cpu.idle = 0, if there
        cpu,cpuacct/c/cpu.shares = 512
        cpu,cpuacct/c/cpu.cfs_period_us = 100000
        cpu,cpuacct/c/cpu.cfs_quota_us = 50000
        cpu,cpuacct/c/cpu.cfs_burst_us = 1000
        pids/c/pids.max = 100
        blkio/c/blkio.weight = 500, or blkio/c/blkio.bfq.weight = 500
        blkio/c/blkio.weight_device = 8:0 1000, or blkio/c/blkio.bfq.weight_device = 8:0 1000
        blkio/c/blkio.throttle.read_bps_device = 8:0 1
        blkio/c/blkio.throttle.write_bps_device = 8:0 0
        blkio/c/blkio.throttle.read_iops_device = 8:0 3
        blkio/c/blkio.throttle.write_iops_device = 8:0 18446744073709551615
        hugetlb/c/hugetlb.2MB.limit_in_bytes = 4194304
        hugetlb/c/hugetlb.2MB.rsvd.limit_in_bytes = 4194304, if there
        rdma/c/rdma.max = mlx5_1 hca_handle=3 hca_object=9
        rdma/c/rdma.max = rxe3 hca_object=0
        """,
        writes(ALL, version1()));
  }

  @Test
  void writesToVersion1WhatTheOtherHasNot() throws Exception {
    assertEquals(
        """
        memory/c/memory.oom_control = 1
        memory/c/memory.swappiness = 0
        cpu,cpuacct/c/cpu.rt_period_us = 1000000
        cpu,cpuacct/c/cpu.rt_runtime_us = 950000
        cpu,cpuacct/c/cpu.idle = 1
        blkio/c/blkio.leaf_weight = 10
        blkio/c/blkio.leaf_weight_device = 8:0 20
        net_cls/c/net_cls.classid = 1048577
        net_prio/c/net_prio.ifpriomap = lo 500
        net_prio/c/net_prio.ifpriomap = eth0 0
        """,
        writes(
            """
            {'memory': {'swappiness': 0, 'disableOOMKiller': true},
             'cpu': {'realtimePeriod': 1000000, 'realtimeRuntime': 950000, 'idle': 1},
             'blockIO': {'leafWeight': 10,
                         'weightDevice': [{'major': 8, 'minor': 0, 'leafWeight': 20}]},
             'network': {'classID': 1048577, 'priorities': [{'name': 'lo', 'priority': 500},
                         {'name': 'eth0', 'priority': 0}]}}
            """,
            version1()));
  }

  @Test
  void writesThemAllToVersion2() throws Exception {
    assertEquals(
        """
        c/pids.max = 100
        c/memory.swap.max = 1000
        c/memory.max = 2000
        c/memory.low = 1000
        c/io.bfq.weight = 500, or c/io.weight = 4950
        c/io.bfq.weight = 8:0 1000, or c/io.weight = 8:0 10000
        c/io.max = 8:0 rbps=1
        c/io.max = 8:0 wbps=max
        c/io.max = 8:0 riops=3
        c/io.max = 8:0 wiops=18446744073709551615
        c/cpu.idle = 0, if there
        c/cpu.weight = 59
        c/cpu.max = 50000 100000
        c/cpu.max.burst = 1000
        c/cpuset.cpus = 0-1
        c/cpuset.mems = 0
        c/hugetlb.2MB.max = 4194304
        c/hugetlb.2MB.rsvd.max = 4194304, if there
        c/rdma.max = mlx5_1 hca_handle=3 hca_object=9
        c/rdma.max = rxe3 hca_object=0
        """,
        writes(ALL, version2()));
  }

  @Test
  void writesTheUnifiedMapAsItStandsAndLast() throws Exception {
    assertEquals(
        """
        c/memory.max = 5
        c/memory.max = 6
        c/io.max = 8:0 rbps=1
        c/io.max = 8:16 wbps=2
        c/cgroup.max.depth = 1
        """,
        writes(
            "{'unified': {'memory.max': '6', 'io.max': '8:0 rbps=1\\n8:16 wbps=2',"
                + " 'cgroup.max.depth': '1'}, 'memory': {'limit': 5}}",
            version2()));
  }

  /* The controllers are those of version 1, and so are the limits. */
  @Test
  void writesToVersion1WhereBothAre() throws Exception {
    assertEquals(
        "pids/c/pids.max = max\n", writes("{'pids': {'limit': -1}}", hybrid("memory", "pids")));
    assertEquals(
        "linux.resources.cpu.shares: this host has no cpu controller",
        refused("{'cpu': {'shares': 2}}", hybrid("memory", "pids")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'limit': -1}               | memory.memsw.limit_in_bytes = -1, if there; memory.limit_in_bytes = -1
          {'limit': -1, 'swap': -1}   | memory.memsw.limit_in_bytes = -1; memory.limit_in_bytes = -1
          {'limit': 10, 'swap': -1}   | memory.memsw.limit_in_bytes = -1; memory.limit_in_bytes = 10
          {'limit': 10, 'swap': 10}   | memory.limit_in_bytes = 10; memory.memsw.limit_in_bytes = 10
          {'limit': 10}               | memory.limit_in_bytes = 10
          {'swap': 10}                | memory.memsw.limit_in_bytes = 10
          {'reservation': -1}         | memory.soft_limit_in_bytes = -1
          """)
  void writesMemoryToVersion1(String memory, String expected) throws Exception {
    String found = writes("{'memory': " + memory + "}", version1());
    assertEquals(expected, found.replace("memory/c/", "").strip().replace("\n", "; "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'limit': -1}               | memory.swap.max = max, if there; memory.max = max
          {'limit': -1, 'swap': 7}    | memory.swap.max = 7; memory.max = max
          {'limit': 10, 'swap': -1}   | memory.swap.max = max, if there; memory.max = 10
          {'limit': 10, 'swap': 10}   | memory.swap.max = 0, if there; memory.max = 10
          {'limit': 10}               | memory.max = 10
          {'reservation': -1}         | memory.low = max
          {'kernel': 5, 'kernelTCP': 6, 'useHierarchy': true} | ``
          """)
  void writesMemoryToVersion2(String memory, String expected) throws Exception {
    String found = writes("{'memory': " + memory + "}", version2());
    assertEquals(expected, found.replace("c/memory", "memory").strip().replace("\n", "; "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'quota': 5000}                  | cpu.max = 5000 100000
          {'quota': -1}                    | cpu.max = max 100000
          {'period': 20000}                | cpu.max = max 20000
          {'burst': 0}                     | cpu.max.burst = 0, if there
          {'shares': 1024}                 | cpu.weight = 100
          {'shares': 2, 'idle': 1}         | cpu.weight = 1; cpu.idle = 1
          """)
  void writesTheProcessorToVersion2(String cpu, String expected) throws Exception {
    String found = writes("{'cpu': " + cpu + "}", version2());
    assertEquals(expected, found.replace("c/cpu.", "cpu.").strip().replace("\n", "; "));
  }

  /* Calculated elsewhere, but for the three that the curve has to meet: 2, 1024 and 262144. */
  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "2, 1",
    "3, 2",
    "10, 4",
    "100, 17",
    "512, 59",
    "1024, 100",
    "1536, 138",
    "2048, 174",
    "4096, 303",
    "102400, 4429",
    "262143, 10000",
    "262144, 10000",
    "262145, 10000",
    "-1, 10000"
  })
  void turnsSharesIntoAWeight(long shares, long weight) {
    assertEquals(weight, Version2Writes.weight(shares));
  }

  /* A process with more memory than before, and with less: each order is the only one taken. */
  @Test
  void lowersMemoryFirstAndRaisesSwapFirst() throws Exception {
    put("memory/c/memory.limit_in_bytes", "2000\n");
    String up = writes("{'memory': {'limit': 2500, 'swap': 3000}}", version1());
    assertEquals(
        "memory/c/memory.memsw.limit_in_bytes = 3000\nmemory/c/memory.limit_in_bytes = 2500\n", up);
    String down = writes("{'memory': {'limit': 500, 'swap': 1000}}", version1());
    assertEquals(
        "memory/c/memory.limit_in_bytes = 500\nmemory/c/memory.memsw.limit_in_bytes = 1000\n",
        down);
  }

  @Test
  void neverRaisesTheShareOfTimeBetweenTwoWrites() throws Exception {
    put("cpu,cpuacct/c/cpu.cfs_period_us", "100000\n");
    put("cpu,cpuacct/c/cpu.cfs_burst_us", "3000\n");
    put("cpu,cpuacct/c/cpu.rt_period_us", "100000\n");
    assertEquals(
        """
        cpu,cpuacct/c/cpu.cfs_burst_us = 2000
        cpu,cpuacct/c/cpu.cfs_quota_us = 10000
        cpu,cpuacct/c/cpu.cfs_period_us = 50000
        cpu,cpuacct/c/cpu.rt_runtime_us = 1
        cpu,cpuacct/c/cpu.rt_period_us = 99999
        """,
        writes(
            "{'cpu': {'quota': 10000, 'period': 50000, 'burst': 2000, 'realtimeRuntime': 1,"
                + " 'realtimePeriod': 99999}}",
            version1()));
    put("c/cpu.max.burst", "3000\n");
    assertEquals(
        "c/cpu.max.burst = 2000\nc/cpu.max = 10000 100000\n",
        writes("{'cpu': {'quota': 10000, 'burst': 2000}}", version2()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'unified': {'memory.high': '1'}} | unified: memory.high: cannot use unified on cgroup v1, which this host has
          {'cpu': {'shares': 1}}            | cpu.shares: 1, the minimum allowed cpu-shares is 2
          {'cpu': {'shares': 262145}}       | cpu.shares: 262145, the maximum allowed cpu-shares is 262144
          """)
  void refusesWhatVersion1CannotDo(String resources, String message) {
    assertEquals("linux.resources." + message, refused(resources, version1()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'memory': {'swappiness': 0}}          | memory.swappiness: 0, but version 2 of cgroups has none
          {'memory': {'disableOOMKiller': true}} | memory.disableOOMKiller: true, but version 2 of cgroups has none
          {'memory': {'swap': 10}}               | memory.swap: 10, unable to set swap limit without memory limit
          {'cpu': {'realtimeRuntime': 5}}        | cpu.realtimeRuntime: 5, but version 2 of cgroups has none
          {'cpu': {'realtimePeriod': 6}}         | cpu.realtimePeriod: 6, but version 2 of cgroups has none
          {'blockIO': {'leafWeight': 10}}        | blockIO.leafWeight: 10, but version 2 of cgroups has none
          {'blockIO': {'weightDevice': [{'major': 8, 'minor': 0, 'leafWeight': 11}]}} | blockIO.weightDevice: 11, but version 2 of cgroups has none
          {'network': {'classID': 5}}            | network.classID: 5, but version 2 of cgroups has none
          {'network': {'priorities': [{'name': 'lo', 'priority': 1}]}} | network.priorities: lo, but version 2 of cgroups has none
          """)
  void refusesWhatVersion2CannotDo(String resources, String message) {
    assertEquals("linux.resources." + message, refused(resources, version2()));
  }

  @Test
  void refusesALimitWhoseControllerIsNotThere() throws Exception {
    ContainerCgroup none = ContainerCgroup.of(new CgroupLayout(List.of()), "/c");
    assertEquals(
        "linux.resources.pids.limit: this host has no pids controller",
        refused("{'pids': {'limit': 1}}", none));
    put("cgroup.controllers", "cpu pids\n");
    assertEquals(
        "linux.resources.memory.limit: this host has no memory controller in " + root,
        refused("{'memory': {'limit': 1}}", version2()));
    assertEquals(
        "linux.resources.unified.misc.max: this host has no misc controller in " + root,
        refused("{'unified': {'misc.max': '1'}}", version2()));
    assertEquals("c/pids.max = 1\n", writes("{'pids': {'limit': 1}}", version2()));
  }

  @Test
  void refusesALeafWeightWhereItsSchedulerIsGone() throws Exception {
    put("blkio/cgroup.procs", "");
    assertEquals(
        "linux.resources.blockIO.leafWeight: 10, but this kernel has no blkio.leaf_weight, which"
            + " went with the CFQ scheduler",
        refused("{'blockIO': {'leafWeight': 10}}", version1()));
  }

  @Test
  void becomesStepsOfALaunchProgram() throws Exception {
    Instructions steps = new Instructions();
    Resources resources =
        ResourcesTest.resources(
            "{'pids': {'limit': 5}, 'memory': {'limit': -1}, 'blockIO': {'weight': 500}}");
    for (CgroupWrite write : ResourceWrites.of(resources, version2())) {
      write.addTo(steps);
    }
    List<Instruction> list = steps.list();
    assertEquals(4, list.size());
    assertEquals("apply linux.resources.pids.limit: 5 to pids.max", list.get(0).label());
    assertEquals(Opcode.WRITE_FILE, list.get(0).opcode());
    assertEquals(0, list.get(0).ignore());
    assertEquals(root + "/c/pids.max", list.get(0).arguments().getFirst());
    assertEquals(Instruction.MISSING, list.get(1).ignore());
    assertEquals(Opcode.WRITE_FIRST, list.get(3).opcode());
    assertEquals(
        "apply linux.resources.blockIO.weight: 500 to io.bfq.weight, or 4950 to io.weight",
        list.get(3).label());
    assertEquals(
        List.of(List.of(root + "/c/io.bfq.weight", root + "/c/io.weight"), List.of("500", "4950")),
        list.get(3).arguments());
  }

  @Test
  void performsAnUpdateAndNamesWhatFails() throws Exception {
    put("c/io.weight", "");
    put("c/pids.max", "");
    perform("{'pids': {'limit': 5}, 'blockIO': {'weight': 500}}");
    assertEquals("5", Files.readString(root.resolve("c/pids.max")));
    assertEquals("4950", Files.readString(root.resolve("c/io.weight")));
    IOException e = assertThrows(IOException.class, () -> perform("{'memory': {'limit': 4096}}"));
    assertEquals(
        "apply linux.resources.memory.limit: 4096 to memory.max: this kernel has no such file",
        e.getMessage());
    perform("{'cpu': {'burst': 0}}");
  }

  @Test
  void checksWhatIsInUseBeforeAnUpdateThatAsksForIt() throws Exception {
    put("c/memory.current", "5000\n");
    String limit = "{'memory': {'limit': 4096, 'checkBeforeUpdate': true}}";
    assertEquals("rejecting memory limit 4096 <= usage 5000", rejected(limit));
    String swap = "{'memory': {'limit': 5000, 'swap': 5000, 'checkBeforeUpdate': true}}";
    assertEquals("rejecting memory+swap limit 5000 <= usage 5000", rejected(swap));
    check("{'memory': {'limit': 4096}}");
    check("{'memory': {'limit': 5001, 'swap': -1, 'checkBeforeUpdate': true}}");
  }

  private void check(String resources) throws Exception {
    ResourceWrites.checkBeforeUpdate(ResourcesTest.resources(resources), version2());
  }

  private String rejected(String resources) {
    return assertThrows(IOException.class, () -> check(resources)).getMessage();
  }

  private void perform(String resources) throws Exception {
    for (CgroupWrite write : ResourceWrites.of(ResourcesTest.resources(resources), version2())) {
      write.perform();
    }
  }

  private String writes(String resources, ContainerCgroup cgroup) throws Exception {
    StringBuilder text = new StringBuilder();
    for (CgroupWrite write : ResourceWrites.of(ResourcesTest.resources(resources), cgroup)) {
      List<String> choices = new ArrayList<>();
      for (CgroupWrite.Choice choice : write.choices()) {
        assertTrue(choice.path().startsWith(root + "/"), choice.path());
        choices.add(choice.path().substring(root.toString().length() + 1) + " = " + choice.text());
      }
      text.append(String.join(", or ", choices));
      text.append(write.optional() ? ", if there\n" : "\n");
    }
    return text.toString();
  }

  private static String refused(String resources, ContainerCgroup cgroup) {
    return assertThrows(
            UnsupportedSpecException.class,
            () -> ResourceWrites.of(ResourcesTest.resources(resources), cgroup))
        .getMessage();
  }

  private void put(String file, String text) throws IOException {
    Files.createDirectories(root.resolve(file).getParent());
    Files.writeString(root.resolve(file), text);
  }

  private ContainerCgroup version1() {
    return cgroup(
        "cpuset",
        "memory",
        "cpu,cpuacct",
        "pids",
        "blkio",
        "hugetlb",
        "net_cls",
        "net_prio",
        "rdma");
  }

  private ContainerCgroup hybrid(String... controllers) {
    List<String> all = new ArrayList<>(List.of(controllers));
    all.add("");
    return cgroup(all.toArray(new String[0]));
  }

  private ContainerCgroup version2() {
    return ContainerCgroup.of(
        new CgroupLayout(List.of(new Hierarchy("", root.toString(), "/"))), "/c");
  }

  private ContainerCgroup cgroup(String... names) {
    List<Hierarchy> hierarchies = new ArrayList<>();
    for (String name : names) {
      String directory = name.isEmpty() ? "unified" : name;
      hierarchies.add(new Hierarchy(name, root + "/" + directory, "/"));
    }
    return ContainerCgroup.of(new CgroupLayout(hierarchies), "/c");
  }
}
