package nsbox.e2e.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Containers where cgroup version 2 rules alone.
final class CgroupVersion2Test extends InMachine {
  @Override
  protected void prepare() throws Exception {
    importBox();
  }

  /* What all else here rests on. */
  @Test
  void theMachineHasVersion2AndNoOther() throws Exception {
    assertEquals(
        new Result(0, "cgroup2fs\ncgroup2\n0::/init.scope\n", ""),
        in(
            """
            stat -f -c %T /sys/fs/cgroup
            awk '$3 ~ /^cgroup/ { print $3 }' /proc/mounts
            cat /proc/self/cgroup
            """));
    Result controllers = in("cat /sys/fs/cgroup/cgroup.subtree_control").expect(0);
    assertTrue(
        List.of(controllers.out().strip().split(" "))
            .containsAll(List.of("cpuset", "cpu", "io", "memory", "pids")),
        controllers.toString());
  }

  @Test
  void runsTheImageThatComesWithNsbox() throws Exception {
    Result result = in("nsbox run --rm hello").expect(0);
    assertTrue(result.out().startsWith("Hello from a container that nsbox made.\n"), result.out());
    assertTrue(result.out().contains("  cgroup2      /sys/fs/cgroup\n"), result.out());
    assertEquals("", result.err());
  }

  @Test
  void runsARealImage() throws Exception {
    String alpine = layout("alpine").toString();
    assertEquals(
        new Result(0, EndToEnd.ALPINE + "\n0::/\nID=alpine\n", ""),
        in(
            """
            nsbox import '%s'
            nsbox run --rm %2$s sh -c 'cat /proc/self/cgroup; grep ^ID= /etc/os-release'
            """
                .formatted(alpine, EndToEnd.ALPINE)));
  }

  /* The cgroup is read from outside, where nothing is hidden, while the container runs. */
  @Test
  void givesAContainerACgroupOfItsOwnAndTakesItAway() throws Exception {
    assertEquals(
        new Result(0, "2048\n1\npopulated 1\nd\n", ""),
        in(
            """
            id=$(nsbox run -d --rm --name d box:1 sleep 1000)
            cd /sys/fs/cgroup/nsbox/$id || exit 99
            cat pids.max pids.current; grep populated cgroup.events
            cd /
            nsbox stop -t 0 d
            [ ! -e /sys/fs/cgroup/nsbox/$id ] || echo the cgroup is left
            """));
  }

  @Test
  void tellsOfWantOfMemoryAndOfHealth() throws Exception {
    assertEquals(
        new Result(0, "137\ntrue\ncreate\nattach\nstart\noom\ndie\n0::/\n", ""),
        in(
            """
            nsbox run --name greedy --memory 16m box:1 sh -c 'x=x; while :; do x=$x$x; done'
            echo $?
            nsbox inspect -f '{{.State.OOMKilled}}' greedy
            nsbox events --no-stream -f container=greedy --format '{{.Action}}'
            nsbox rm greedy >/dev/null
            nsbox run -d --name asked --health-cmd 'cat /proc/self/cgroup' --health-interval 200ms \\
              box:1 sleep 1000 >/dev/null
            until nsbox ps | grep -q '(healthy)'; do sleep 0.2; done
            nsbox inspect -f '{{(index .State.Health.Log 0).Output}}' asked | head -1
            nsbox rm -f asked >/dev/null
            """));
  }

  @Test
  void removesWhatRuns() throws Exception {
    assertEquals(
        new Result(0, "killed\n", ""),
        in(
            """
            nsbox run -d --name killed box:1 sh -c 'sleep 1000 & sleep 1000' >/dev/null
            nsbox rm -f killed
            """));
  }

  @Test
  void limitsTheNumberOfProcesses() throws Exception {
    String bundle =
        bundle(
            "\"pids\": {\"limit\": 5}",
            "for i in 1 2 3 4 5 6 7 8; do sleep 1000 & done; cat /sys/fs/cgroup/pids.max");
    Result result = in("nsbox-runtime run -b " + bundle + " few");
    assertEquals(2, result.code(), result.toString());
    assertEquals("", result.out());
    assertTrue(result.err().contains("sh: can't fork: Resource temporarily unavailable"));
  }

  private static final String OPEN_BOTH =
      "echo >/dev/null && echo null; (: <>/dev/fuse) 2>&1 && echo fuse";

  @Test
  void opensNoDeviceButTheAllowed() throws Exception {
    String bundle = bundle("\"devices\": [{\"allow\": false, \"access\": \"rwm\"}]", OPEN_BOTH);
    assertEquals(
        new Result(1, "null\nsh: can't create /dev/fuse: Operation not permitted\n", ""),
        in("nsbox-runtime run -b " + bundle + " closed"));
  }

  @Test
  void opensADeviceThatARuleAllows() throws Exception {
    String bundle =
        bundle(
            """
            "devices": [{"allow": false, "access": "rwm"},
              {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"}]
            """,
            OPEN_BOTH);
    assertEquals(new Result(0, "null\nfuse\n", ""), in("nsbox-runtime run -b " + bundle + " open"));
  }
}
