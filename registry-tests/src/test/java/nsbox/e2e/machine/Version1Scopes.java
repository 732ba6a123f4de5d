package nsbox.e2e.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Containers whose cgroups of version 1 a real systemd makes, as far as it does: in its own
/// hierarchy and in those that it limits.
abstract class Version1Scopes extends InSystemdMachine {
  private static final String LIMITS =
      """
      "memory": {"limit": 104857600, "swap": 209715200}, "pids": {"limit": 7},
      "cpu": {"shares": 2048, "quota": 25000, "period": 50000, "cpus": "0"},
      "network": {"classID": 7},
      "devices": [{"allow": false, "access": "rwm"},
        {"allow": true, "type": "c", "major": 10, "minor": 237, "access": "rw"}]
      """;

  /* Files of the scope on one line each, and what systemd knows of it. */
  private static final String SHOW =
      """
      show() {
        for file in memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes pids/pids.max \\
            cpu/cpu.shares cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us cpuset/cpuset.cpus \\
            net_cls/net_cls.classid; do
          echo ${file#*/} $(cat /sys/fs/cgroup/${file%%/*}/system.slice/$1/${file#*/})
        done
        sort /sys/fs/cgroup/devices/system.slice/$1/devices.list | tr '\\n' ,
        echo
        systemctl show $1 -p MemoryLimit,TasksMax,CPUShares,CPUQuotaPerSecUSec | sort
      }
      """;
  private static final String SHOWN =
      """
      memory.limit_in_bytes 104857600
      memory.memsw.limit_in_bytes 209715200
      pids.max 7
      cpu.shares 2048
      cpu.cfs_quota_us 25000
      cpu.cfs_period_us 50000
      cpuset.cpus 0
      net_cls.classid 7
      b *:* m,c *:* m,c 10:237 rw,c 136:* rwm,c 1:3 rwm,c 1:5 rwm,c 1:7 rwm,c 1:8 rwm,c 1:9 rwm,c 5:0 rwm,c 5:2 rwm,
      CPUQuotaPerSecUSec=500ms
      CPUShares=2048
      MemoryLimit=104857600
      TasksMax=7
      """;

  Version1Scopes(String cgroups) {
    super(cgroups);
  }

  /* Of a process and of the container's list; all hierarchies must be among both. */
  @Test
  void isAScopeInEveryHierarchyFromTheStart() throws Exception {
    String bundle = bundle("system.slice:nsbox:first", "", "sleep 1000");
    Result result =
        in(
            """
            nsbox-runtime --systemd-cgroup create --pid-file /scratch/pid -b %s first </dev/null >/scratch/out 2>&1
            cat /scratch/out
            grep -vc ':/system.slice/nsbox-first.scope$' /proc/$(cat /scratch/pid)/cgroup
            for folder in $(grep -o '/sys/fs/cgroup/[^"]*' /run/nsbox-runtime/first/state.json | sort -u); do
              [ "$(cat $folder/cgroup.procs)" = "$(cat /scratch/pid)" ] && echo listed
            done >/scratch/listed
            [ $(wc -l </scratch/listed) = $(wc -l </proc/self/cgroup) ] && echo listed in all
            nsbox-runtime --systemd-cgroup start first
            nsbox-runtime exec first cat /proc/self/cgroup | grep -vc ':/$'
            systemctl show nsbox-first.scope \\
              -p ActiveState,Slice,Delegate,Transient,DefaultDependencies,CollectMode,Description,DevicePolicy | sort
            rm /scratch/pid /scratch/listed
            """
                    .formatted(bundle)
                + ended("first"));
    assertEquals(
        new Result(
            0,
            """
            0
            listed in all
            0
            ActiveState=active
            CollectMode=inactive-or-failed
            DefaultDependencies=no
            Delegate=yes
            Description=nsbox container first
            DevicePolicy=auto
            Slice=system.slice
            Transient=yes
            not-found
            """,
            ""),
        result);
  }

  @Test
  void hasLimitsThatADaemonReloadDoesNotUndo() throws Exception {
    String bundle = bundle("system.slice:nsbox:limited", LIMITS, "sleep 1000");
    String places = "cat /proc/$(cat /scratch/pid)/cgroup | sort >/scratch/places.";
    Result result =
        in(
            SHOW
                + started(bundle, "limited")
                + """
                nsbox-runtime state limited | sed -n 's/.*"pid": \\([0-9]*\\).*/\\1/p' >/scratch/pid
                show nsbox-limited.scope
                nsbox-runtime exec limited sh -c ': <>/dev/fuse' 2>&1 | grep -o 'not permitted'
                %1$sbefore
                # What systemd was not told it would write over.
                echo 100 >/sys/fs/cgroup/cpu/system.slice/nsbox-limited.scope/cpu.shares
                echo c 10:237 rw >/sys/fs/cgroup/devices/system.slice/nsbox-limited.scope/devices.deny
                systemctl daemon-reload
                systemctl set-property --runtime nsbox-limited.scope BlockIOWeight=200
                %1$safter
                show nsbox-limited.scope
                cmp /scratch/places.before /scratch/places.after
                rm /scratch/places.* /scratch/pid
                """
                    .formatted(places)
                + ended("limited"));
    assertEquals(new Result(0, SHOWN + "not permitted\n" + SHOWN + "not-found\n", ""), result);
  }

  @Test
  void changesLimitsWithSystemdsKnowledge() throws Exception {
    String bundle = bundle("system.slice:nsbox:changed", LIMITS, "sleep 1000");
    Result result =
        in(
            SHOW
                + started(bundle, "changed")
                + """
                nsbox-runtime update --memory 50m --memory-swap 100m --pids-limit 9 --cpu-shares 1024 \\
                  --cpu-quota 30000 changed || exit 97
                systemctl daemon-reload
                show nsbox-changed.scope
                """
                + ended("changed"));
    assertEquals(
        new Result(
            0,
            SHOWN
                    .replace("memory.limit_in_bytes 104857600", "memory.limit_in_bytes 52428800")
                    .replace("memsw.limit_in_bytes 209715200", "memsw.limit_in_bytes 104857600")
                    .replace("MemoryLimit=104857600", "MemoryLimit=52428800")
                    .replace("pids.max 7", "pids.max 9")
                    .replace("TasksMax=7", "TasksMax=9")
                    .replace("2048", "1024")
                    .replace("quota_us 25000", "quota_us 30000")
                    .replace("500ms", "600ms")
                + "not-found\n",
            ""),
        result);
  }

  @Test
  void pausesAndCountsInHierarchiesThatAreNotSystemds() throws Exception {
    String bundle = bundle("system.slice:nsbox:paused", LIMITS, "sleep 1000");
    Result result =
        in(
            started(bundle, "paused")
                + """
                state() { cat /sys/fs/cgroup/freezer/system.slice/nsbox-paused.scope/freezer.state; }
                nsbox-runtime pause paused && state
                nsbox-runtime list | grep -o ' paused '
                nsbox-runtime resume paused && state
                nsbox-runtime ps --format json paused | grep -c '[0-9]'
                nsbox-runtime events --stats paused | grep -o '"pids":{"current":1,"limit":7}'
                nsbox-runtime pause paused
                """
                + ended("paused"));
    assertEquals(
        new Result(
            0,
            "FROZEN\n paused \nTHAWED\n1\n\"pids\":{\"current\":1,\"limit\":7}\nnot-found\n",
            ""),
        result);
  }

  /* A limit of one leaves no room for anybody who would only keep the scope. */
  @Test
  void holdsASingleProcessInASliceOfItsOwn() throws Exception {
    String bundle =
        bundle(
            "nsboxtest-inner.slice:p:one",
            "\"pids\": {\"limit\": 1}, " + "\"cpu\": {\"cpus\": \"0\"}",
            "echo in; cat /proc/1/cgroup; echo");
    assertEquals(
        new Result(2, "in\n", "sh: can't fork: Resource temporarily unavailable\n"),
        in(
            """
            nsbox-runtime --systemd-cgroup run -b %s one; code=$?
            find /sys/fs/cgroup -name p-one.scope
            units() { systemctl list-units --all --no-legend --plain 'p-one*'; }
            # systemd forgets the scope by itself, once it has heard that it is empty.
            for try in $(seq 100); do [ -n "$(units)" ] || break; sleep 0.1; done
            units
            systemctl stop nsboxtest.slice
            # Where systemd limits nothing, what is above a container stays for the next.
            find /sys/fs/cgroup -depth -type d -name 'nsboxtest*' -exec rmdir {} +
            exit $code
            """
                .formatted(bundle)));
  }

  @Test
  void leavesNothingWhereTheKernelRefuses() throws Exception {
    String bundle = bundle(":nsbox:kernel", "\"cpu\": {\"cpus\": \"77\"}", "true");
    Result result =
        in("nsbox-runtime --systemd-cgroup run -b " + bundle + " kernel; ls /run/nsbox-runtime");
    assertEquals("", result.out());
    assertTrue(
        result
            .err()
            .contains("This step failed: apply linux.resources.cpu.cpus: 77 to cpuset.cpus"),
        result.err());
  }

  @Test
  void refusesDevicesThatSystemdWouldAllowAgain() throws Exception {
    String bundle =
        bundle(
            ":nsbox:devices",
            """
            "devices": [{"allow": false, "type": "c", "major": 10, "minor": 229, "access": "rw"}]
            """,
            "true");
    assertEquals(
        new Result(
            1,
            "",
            """
            nsbox-runtime: linux.resources.devices: deny c 10:229 rw while all others are allowed, which cannot be told to systemd on this host with cgroups of version 1
            """),
        in(
            "nsbox-runtime --systemd-cgroup run -b "
                + bundle
                + " devices; code=$?; ls /run/nsbox-runtime; exit $code"));
  }

  /* An older runc allows the devices of tunnels (10:200) to everybody. */
  @Test
  void writesWhatRuncWrites() throws Exception {
    EndToEnd.program("runc");
    String bundle = bundle("system.slice:peer:same", LIMITS, "sleep 1000");
    Path config = machine.share.resolve(Path.of(bundle).getFileName()).resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("\"1.1.0\"", "\"1.0.2\""));
    Result result =
        in(
            SHOW
                + """
                for runtime in runc nsbox-runtime; do
                  $runtime --systemd-cgroup create -b %s same </dev/null >/scratch/out 2>&1 || cat /scratch/out
                  show peer-same.scope >/scratch/$runtime
                  systemctl show peer-same.scope -p DevicePolicy,CPUQuotaPeriodUSec,Delegate,Slice,BlockIOAccounting,MemoryAccounting | sort >>/scratch/$runtime
                  $runtime --systemd-cgroup delete --force same
                  systemctl show -P LoadState peer-same.scope
                done
                sed -i 's/c 10:200 rwm,//' /scratch/runc
                diff /scratch/runc /scratch/nsbox-runtime
                rm /scratch/runc /scratch/nsbox-runtime
                """
                    .formatted(bundle));
    assertEquals(new Result(0, "not-found\nnot-found\n", ""), result);
  }
}
