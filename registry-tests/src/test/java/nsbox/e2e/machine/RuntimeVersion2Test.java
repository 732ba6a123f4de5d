package nsbox.e2e.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// The limits of `linux.resources`, `update`, `pause` and their like where cgroup version 2 rules
/// alone.
final class RuntimeVersion2Test extends InMachine {
  private static final String CGROUP = "/sys/fs/cgroup/nsbox/";

  private static String name(String bundle) {
    return bundle.substring(bundle.lastIndexOf('/') + 1);
  }

  private void delete(String id) throws Exception {
    in("nsbox-runtime delete --force " + id).expect(0);
  }

  @Test
  void appliesEveryLimit() throws Exception {
    String bundle =
        bundle(
            """
            "memory": {"limit": 67108864, "reservation": 33554432, "swap": 100663296},
            "cpu": {"shares": 2048, "quota": 50000, "period": 100000, "cpus": "0", "mems": "0"},
            "pids": {"limit": 20},
            "unified": {"memory.high": "50331648", "memory.oom.group": "1"}\
            """,
            "exec sleep 600");
    in("nsbox-runtime run --detach -b " + bundle + " limits </dev/null >/dev/null 2>&1").expect(0);
    Result values =
        in(
            "cd "
                + CGROUP
                + name(bundle)
                + "; for file in memory.max memory.low memory.swap.max cpu.weight cpu.max"
                + " cpuset.cpus cpuset.mems pids.max memory.high memory.oom.group; do echo $file $(cat $file); done");
    delete("limits");
    assertEquals(
        """
        memory.max 67108864
        memory.low 33554432
        memory.swap.max 33554432
        cpu.weight 174
        cpu.max 50000 100000
        cpuset.cpus 0
        cpuset.mems 0
        pids.max 20
        memory.high 50331648
        memory.oom.group 1
        """,
        values.out());
  }

  @Test
  void endsWhoTakesTooMuchMemory() throws Exception {
    String bundle =
        bundle(
            "\"memory\": {\"limit\": 16777216, \"swap\": 16777216}",
            "head -c 64m /dev/zero | tail >/dev/null; echo $?");
    Result result = in("nsbox-runtime run -b " + bundle + " greedy");
    assertEquals(new Result(0, "137\n", ""), new Result(result.code(), result.out(), ""));
  }

  @Test
  void refusesWhatOnlyVersion1Has() throws Exception {
    String bundle = bundle("\"memory\": {\"swappiness\": 10}", "true");
    Result result = in("nsbox-runtime run -b " + bundle + " old").expect(1);
    assertTrue(result.err().contains("memory.swappiness"), result.err());
    bundle = bundle("\"network\": {\"classID\": 1}", "true");
    result = in("nsbox-runtime run -b " + bundle + " old").expect(1);
    assertTrue(result.err().contains("network.classID"), result.err());
  }

  @Test
  void pausesUpdatesAndCounts() throws Exception {
    String bundle =
        bundle("\"pids\": {\"limit\": 20}", "while true; do echo >> /dev/null; sleep 0.1; done");
    in("nsbox-runtime run --detach -b " + bundle + " many </dev/null >/dev/null 2>&1").expect(0);
    String cgroup = CGROUP + name(bundle);
    Result result =
        in(
            "nsbox-runtime pause many; grep frozen "
                + cgroup
                + "/cgroup.events; nsbox-runtime state many | grep status;"
                + " nsbox-runtime resume many; grep frozen "
                + cgroup
                + "/cgroup.events; nsbox-runtime update --memory 64m --pids-limit 7 many; cat "
                + cgroup
                + "/memory.max "
                + cgroup
                + "/pids.max; nsbox-runtime exec many sh -c : ; echo $?; nsbox-runtime kill --all many KILL; echo $?");
    delete("many");
    assertEquals(
        "frozen 1\n  \"status\": \"paused\",\nfrozen 0\n67108864\n7\n0\n0\n",
        result.out(),
        result.err());
  }

  @Test
  void endsWhatIsPaused() throws Exception {
    String bundle = bundle("\"pids\": {\"limit\": 20}", "exec sleep 600");
    in("nsbox-runtime run --detach -b " + bundle + " ice </dev/null >/dev/null 2>&1").expect(0);
    in("nsbox-runtime pause ice").expect(0);
    in("nsbox-runtime delete --force ice").expect(0);
    assertEquals(1, in("nsbox-runtime state ice").code());
  }
}
