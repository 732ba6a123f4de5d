package nsbox.e2e.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Options that limit what a container uses up: what its cgroup says.
final class LimitsTest extends FlagTests {
  /// Each option, a file of version 1 and one of version 2 with the value that is there then.
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -m 64m                          | memory/memory.limit_in_bytes         | 67108864   | memory.max      | 67108864
          --memory=1.5g                   | memory/memory.limit_in_bytes         | 1610612736 | memory.max      | 1610612736
          -m 64m                          | memory/memory.memsw.limit_in_bytes   | 134217728  | memory.swap.max | 67108864
          -m 64m --memory-swap 80m        | memory/memory.memsw.limit_in_bytes   | 83886080   | memory.swap.max | 16777216
          --memory-reservation 32m        | memory/memory.soft_limit_in_bytes    | 33554432   | memory.low      | 33554432
          --cpus 1.5                      | cpu/cpu.cfs_quota_us                 | 150000     | cpu.max         | 150000 100000
          --cpu-quota 50000               | cpu/cpu.cfs_quota_us                 | 50000      | cpu.max         | 50000 100000
          --cpu-period 50000 --cpu-quota 9000 | cpu/cpu.cfs_period_us            | 50000      | cpu.max         | 9000 50000
          -c 512                          | cpu/cpu.shares                       | 512        | cpu.weight      | 59
          --cpuset-cpus 0                 | cpuset/cpuset.cpus                   | 0          | cpuset.cpus     | 0
          --cpuset-mems 0                 | cpuset/cpuset.mems                   | 0          | cpuset.mems     | 0
          --pids-limit 7                  | pids/pids.max                        | 7          | pids.max        | 7
          --pids-limit -1                 | pids/pids.max                        | max        | pids.max        | max
          --pids-limit 0                  | pids/pids.max                        | max        | pids.max        | max
          --pids-limit=2048               | pids/pids.max                        | 2048       | pids.max        | 2048
          """)
  void limits(String flags, String file1, String value1, String file2, String value2)
      throws Exception {
    String expected = isUnified() ? value2 : value1;
    assertEquals(
        expected + "\n", seen(flags, "cat /sys/fs/cgroup/" + (isUnified() ? file2 : file1)));
  }

  @Test
  void letsWhatVersion1AloneKnows() throws Exception {
    assumeFalse(isUnified(), "this host has cgroup version 2, which knows none of it");
    assertEquals(
        "10\noom_kill_disable 1\n",
        seen(
            "--memory-swappiness 10 --oom-kill-disable -m 64m",
            "cd /sys/fs/cgroup/memory; cat memory.swappiness; head -1 memory.oom_control"));
  }

  @Test
  void warnsWhereNothingHoldsTheContainerBack() throws Exception {
    assumeFalse(isUnified(), "this host has cgroup version 2, which knows none of it");
    assertEquals(
        new Result(
            0,
            "",
            "nsbox: --oom-kill-disable: without --memory the container can use up the memory of the host\n"),
        result("--oom-kill-disable", "true"));
  }

  @Test
  void makesTheCgroupWhereItIsWanted() throws Exception {
    String parent = "/nsbox-flags-" + ProcessHandle.current().pid();
    try {
      assertEquals(
          "9\n",
          seen(
              "--cgroup-parent " + parent + " --pids-limit 9", "cat /sys/fs/cgroup/pids/pids.max"));
      assertEquals(
          true, Files.isDirectory(Path.of("/sys/fs/cgroup/pids" + parent)), "stays, as docker's");
    } finally {
      nsbox.sh("rmdir /sys/fs/cgroup/*" + parent).expect(0);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -m 5m               | --memory 5m: the least is 6m
          -m x                | --memory is x; it takes a size such as 512m or 8g
          --memory-swap 1g    | --memory-swap 1g: needs --memory, which it includes
          -m 64m --memory-swap 32m | --memory-swap 32m: is memory and swap together, so it is at least --memory
          -m 64m --memory-reservation 65m | --memory-reservation 65m: is above --memory
          --memory-swappiness 101 | --memory-swappiness 101: expected a whole number from -1 to 100
          --cpus 1 --cpu-period 10000 | conflicting options: --cpus and --cpu-period cannot both be set
          --cpus 1 --cpu-quota 10000 | conflicting options: --cpus and --cpu-quota cannot both be set
          --cpu-quota 999     | --cpu-quota 999: the least is 1000, a millisecond
          --cpu-period 999    | --cpu-period 999: the least is 1000, a millisecond
          --cpu-rt-runtime 2 --cpu-rt-period 1 | --cpu-rt-runtime 2: is above --cpu-rt-period
          --cpuset-cpus 0-    | --cpuset-cpus 0-: expected a list of numbers, as in 0-2,4
          --cpuset-mems a     | --cpuset-mems a: expected a list of numbers, as in 0-2,4
          --pids-limit many   | --pids-limit many: expected a whole number from -1 on
          --blkio-weight 9    | --blkio-weight 9: expected a number from 10 to 1000
          --blkio-weight 1001 | --blkio-weight 1001: expected a whole number from 0 to 1000
          --device-read-bps /dev/null:1m | --device-read-bps /dev/null:1m: /dev/null is not a block device
          --device-write-iops 5 | --device-write-iops 5: expected the path of a device, a colon and a number
          --cgroup-parent /a/../b | --cgroup-parent /a/../b: expected a path without '..' in the hierarchy of cgroups, and no slice of systemd
          --cgroup-conf x     | --cgroup-conf x: expected FILE=VALUE, as in memory.high=1073741824
          --oom-score-adj 1001 | --oom-score-adj 1001: expected a whole number from -1000 to 1000
          """)
  void refuses(String flags, String message) throws Exception {
    isRefused(message, flags);
  }

  @Test
  void refusesProcessorsThatAreNotThere() throws Exception {
    String online = Files.readString(Path.of("/sys/devices/system/cpu/online")).strip();
    isRefused("--cpuset-cpus 8000: not available; there are " + online, "--cpuset-cpus 8000");
    int count = Runtime.getRuntime().availableProcessors();
    isRefused(
        "--cpus 4000: expected a number from 0.01 to " + count + ", as many as there are",
        "--cpus 4000");
  }
}
