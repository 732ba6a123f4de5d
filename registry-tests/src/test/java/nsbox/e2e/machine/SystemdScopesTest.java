package nsbox.e2e.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Containers whose cgroups a real systemd makes.
final class SystemdScopesTest extends InSystemdMachine {
  private static final String SLICE = "/sys/fs/cgroup/system.slice";
  private static final String LIMITS =
      """
      "memory": {"limit": 104857600, "swap": 209715200}, "pids": {"limit": 7},
      "cpu": {"shares": 2048, "quota": 25000, "period": 50000, "cpus": "0"},
      "devices": [{"allow": false, "access": "rwm"}],
      "unified": {"memory.high": "94371840"}
      """;

  /* Files of the cgroup on one line each. */
  private static final String SHOW =
      """
      show() {
        for file in memory.max memory.high memory.swap.max pids.max cpu.weight cpu.max cpuset.cpus; do
          echo $file $(cat "$1/$file")
        done
      }
      """;
  private static final String SHOWN =
      """
      memory.max 104857600
      memory.high 94371840
      memory.swap.max 104857600
      pids.max 7
      cpu.weight 174
      cpu.max 25000 50000
      cpuset.cpus 0
      """;

  SystemdScopesTest() {
    super("unified");
  }

  @Test
  void isAScopeWithItsProcessFromTheStart() throws Exception {
    String bundle = bundle("system.slice:nsbox:first", "", "sleep 1000");
    Result result =
        in(
            """
            nsbox-runtime --systemd-cgroup create --pid-file /scratch/pid -b %s first </dev/null >/scratch/out 2>&1
            grep -c . /scratch/out
            cd %s/nsbox-first.scope
            [ "$(cat cgroup.procs)" = "$(cat /scratch/pid)" ] && echo created in it
            nsbox-runtime --systemd-cgroup start first
            nsbox-runtime exec first cat /proc/self/cgroup
            systemctl show nsbox-first.scope \\
              -p ActiveState,Slice,Delegate,Transient,DefaultDependencies,CollectMode,Description | sort
            cd /
            rm /scratch/pid
            """
                    .formatted(bundle, SLICE)
                + ended("first"));
    assertEquals(
        new Result(
            0,
            """
            0
            created in it
            0::/
            ActiveState=active
            CollectMode=inactive-or-failed
            DefaultDependencies=no
            Delegate=yes
            Description=nsbox container first
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
    String open =
        "nsbox-runtime exec limited sh -c ': <>/dev/fuse' 2>&1 | grep -o 'not permitted'\n";
    Result result =
        in(
            SHOW
                + started(bundle, "limited")
                + "scope="
                + SLICE
                + "/nsbox-limited.scope\n"
                + """
                systemctl show nsbox-limited.scope -p MemoryMax,TasksMax,CPUWeight,CPUQuotaPerSecUSec | sort
                show $scope
                %1$s
                # What systemd was not told it would write over.
                echo 100 >$scope/cpu.weight
                systemctl daemon-reload
                systemctl set-property --runtime nsbox-limited.scope IOWeight=200
                show $scope
                %1$s
                """
                    .formatted(open)
                + ended("limited"));
    String refused = "not permitted\n";
    assertEquals(
        new Result(
            0,
            "CPUQuotaPerSecUSec=500ms\nCPUWeight=174\nMemoryMax=104857600\nTasksMax=7\n"
                + SHOWN
                + refused
                + SHOWN
                + refused
                + "not-found\n",
            ""),
        result);
  }

  @Test
  void changesLimitsWithSystemdsKnowledge() throws Exception {
    String bundle = bundle("system.slice:nsbox:changed", LIMITS, "sleep 1000");
    Result result =
        in(
            SHOW
                + started(bundle, "changed")
                + """
                nsbox-runtime update --memory 50m --memory-swap 100m --pids-limit 9 --cpu-shares 1024 changed || exit 97
                systemctl daemon-reload
                show %s/nsbox-changed.scope
                """
                    .formatted(SLICE)
                + ended("changed"));
    assertEquals(
        new Result(
            0,
            SHOWN
                    .replace("memory.max 104857600", "memory.max 52428800")
                    .replace("swap.max 104857600", "swap.max 52428800")
                    .replace("pids.max 7", "pids.max 9")
                    .replace("weight 174", "weight 100")
                + "not-found\n",
            ""),
        result);
  }

  /* A limit of one leaves no room for anybody who would only keep the scope. */
  @Test
  void holdsASingleProcessInASliceOfItsOwn() throws Exception {
    String bundle =
        bundle(
            "nsboxtest-inner.slice:p:one",
            "\"pids\": {\"limit\": 1}",
            "echo in; cat /proc/1/cgroup; echo");
    assertEquals(
        new Result(
            2,
            "in\n/nsboxtest.slice/nsboxtest-inner.slice/p-one.scope\n",
            "sh: can't fork: Resource temporarily unavailable\n"),
        in(
            """
            (while :; do ls -d /sys/fs/cgroup/nsboxtest.slice/nsboxtest-inner.slice/p-one.scope && break; done) \\
              2>/dev/null >/scratch/seen & watcher=$!
            nsbox-runtime --systemd-cgroup run -b %s one; code=$?
            wait $watcher
            sed 's|/sys/fs/cgroup||' /scratch/seen
            systemctl stop nsboxtest.slice
            exit $code
            """
                .formatted(bundle)));
  }

  @Test
  void isAScopeAlsoByTheBus() throws Exception {
    String bundle = bundle(":nsbox:bus", "", "cat /proc/self/cgroup; exit 7");
    assertEquals(
        new Result(7, "0::/\n", ""),
        in(
            """
            mv /run/systemd/private /run/systemd/private.away
            nsbox-runtime --systemd-cgroup run -b %s bus; code=$?
            mv /run/systemd/private.away /run/systemd/private
            exit $code
            """
                .formatted(bundle)));
  }

  @Test
  void worksInAUserNamespace() throws Exception {
    String bundle = bundle(":nsbox:mapped", "\"pids\": {\"limit\": 9}", "cat /proc/self/cgroup");
    Path config = machine.share.resolve(Path.of(bundle).getFileName()).resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replace(
                "\"namespaces\": [",
                """
                "uidMappings": [{"containerID": 0, "hostID": 0, "size": 1000}],
                "gidMappings": [{"containerID": 0, "hostID": 0, "size": 1000}],
                "namespaces": [{"type": "user"}, \
                """)
            .replace(
                "\"devices\": [{\"path\": \"/dev/fuse\", \"type\": \"c\", \"major\": 10, \"minor\": 229}],",
                ""));
    assertEquals(
        new Result(0, "0::/\n", ""),
        in("nsbox-runtime --systemd-cgroup run -b " + bundle + " mapped"));
  }

  @Test
  void leavesNothingWhereSystemdRefuses() throws Exception {
    String bundle = bundle(":nsbox:refused", "\"unified\": {\"cpu.weight\": \"99999\"}", "true");
    Result result =
        in("nsbox-runtime --systemd-cgroup run -b " + bundle + " refused; ls /run/nsbox-runtime");
    assertEquals("", result.out());
    assertEquals(
        """
        nsbox-runtime: cannot run container refused
          systemd made no nsbox-refused.scope: Value specified in CPUWeight is out of range
        """,
        result.err());
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
  void refusesAScopeThatIsThere() throws Exception {
    String bundle = bundle(":nsbox:taken", "", "true");
    Result result =
        in(
            """
            systemd-run --quiet --scope --unit nsbox-taken.scope sleep 1000 & holder=$!
            for try in $(seq 100); do [ -e %1$s/nsbox-taken.scope/cgroup.procs ] && break; sleep 0.1; done
            nsbox-runtime --systemd-cgroup run -b %2$s taken
            wc -l <%1$s/nsbox-taken.scope/cgroup.procs
            systemctl stop nsbox-taken.scope
            wait $holder
            """
                .formatted(SLICE, bundle));
    assertEquals("1\n", result.out());
    assertTrue(
        result.err().contains("linux.cgroupsPath: container's cgroup is not empty: 1 process(es)"),
        result.err());
  }

  @Test
  void isWhatPodmanAsksForByItsCgroupManager() throws Exception {
    EndToEnd.program("podman");
    Result result =
        in(
            """
            pod() {
              podman --root /scratch/podman --runroot /scratch/podman-run --storage-driver vfs \
                --events-backend file --cgroup-manager systemd --runtime "$(command -v nsbox-runtime)" "$@"
            }
            id=$(pod run -d --log-driver k8s-file --network none --memory 64m --rootfs /scratch/box sleep 1000)
            systemctl show -p ActiveState,Slice,MemoryMax libpod-$id.scope | sort
            pod exec $id cat /proc/self/cgroup
            pod rm -f -t 0 $id >/dev/null
            systemctl list-units --all --no-legend --plain 'libpod-*'
            systemctl stop machine.slice
            """);
    assertEquals(
        new Result(
            0, "ActiveState=active\nMemoryMax=67108864\nSlice=machine.slice\n0::/\n", result.err()),
        result);
  }

  @Test
  void refusesAPathThatIsNone() throws Exception {
    Result result =
        in("nsbox-runtime --systemd-cgroup run -b " + bundle("", "true") + " path").expect(1);
    assertTrue(
        result.err().contains(": expected slice:prefix:name, for systemd is to make the cgroup\n"),
        result.err());
  }
}
