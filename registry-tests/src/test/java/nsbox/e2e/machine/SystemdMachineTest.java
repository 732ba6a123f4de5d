package nsbox.e2e.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Where systemd is the first process and the cgroups are its own.
final class SystemdMachineTest extends InSystemdMachine {
  SystemdMachineTest() {
    super("unified");
  }

  /* By the bus, as a runtime asks for a container's cgroup; what all else here rests on. */
  @Test
  void theMachineGivesAScopeToWhoAsksSystemdByItsBus() throws Exception {
    Result result =
        in(
            """
            cat /proc/1/comm
            sleep 1000 & pid=$!
            busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 \\
              org.freedesktop.systemd1.Manager StartTransientUnit 'ssa(sv)a(sa(sv))' probe.scope fail 2 \\
              PIDs au 1 $pid TasksMax t 7 0 >/dev/null || exit 99
            scope=/sys/fs/cgroup/system.slice/probe.scope
            for try in $(seq 100); do grep -q probe.scope /proc/$pid/cgroup && break; sleep 0.1; done
            cat /proc/$pid/cgroup $scope/pids.max
            kill $pid
            for try in $(seq 100); do [ -e $scope ] || break; sleep 0.1; done
            """);
    assertEquals(new Result(0, "systemd\n0::/system.slice/probe.scope\n7\n", ""), result);
  }
}
