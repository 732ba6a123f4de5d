package nsbox.e2e.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// What a container is told to be, and what its programs find.
interface SettingsContract extends DockerLike {
  @Test
  default void makesTheRootReadOnlyButNotItsVolumes() throws Exception {
    Path data = Files.createDirectories(host().folder.resolve("data"));
    Files.writeString(data.resolve("in"), "given\n");
    Result result =
        runScript(
            "cat /v/in; echo written > /v/out; echo no > /r/out; echo no > /file; echo t > /t/x && cat /t/x",
            "--read-only",
            "--tmpfs",
            "/t",
            "-v",
            data + ":/v",
            "-v",
            data + ":/r:ro");
    assertEquals(0, result.code(), result.toString());
    assertEquals("given\nt\n", result.out());
    assertEquals(
        "sh: can't create /r/out: Read-only file system\n"
            + "sh: can't create /file: Read-only file system\n",
        result.err());
    assertEquals("written\n", Files.readString(data.resolve("out")));
  }

  @Test
  default void runsAsAnotherUserWithoutPrivileges() throws Exception {
    Result result =
        runScript(
            "echo $(id -u) $(id -g) $(id -G | tr ' ' ,); pwd; hostname; echo $GIVEN; ulimit -n;"
                + " grep -E '^(NoNewPrivs|CapEff|CapBnd):' /proc/self/status",
            "--user",
            "ann",
            "--workdir",
            "/etc",
            "--hostname",
            "called-so",
            "--env",
            "GIVEN=this",
            "--ulimit",
            "nofile=512:512",
            "--cap-drop",
            "all",
            "--security-opt",
            "no-new-privileges");
    assertEquals(
        new Result(
            0,
            """
            1000 1001 1001,1002
            /etc
            called-so
            this
            512
            CapEff:\t0000000000000000
            CapBnd:\t0000000000000000
            NoNewPrivs:\t1
            """,
            ""),
        result);
  }

  /// By a program of the host, for busybox makes no system call that all default profiles refuse:
  /// move_pages(2), which does nothing here and needs no privilege, and one that is not yet
  /// invented.
  @Test
  default void filtersSystemCallsUnlessToldNotTo() throws Exception {
    String script =
        "grep ^Seccomp: /proc/self/status;"
            + " perl -e 'for (279, 4000) { $! = 0; syscall($_, 0, 0, 0, 0, 0, 0); print $! + 0, \"\\n\" }'";
    String[] host = {"-v", "/usr:/usr:ro", "-v", "/lib:/lib:ro", "-v", "/lib64:/lib64:ro"};
    List<String> flags = new ArrayList<>(List.of(host));
    flags.addAll(List.of("--env", "PATH=/bin:/usr/bin"));
    assertEquals(new Result(0, "Seccomp:\t2\n1\n38\n", ""), runScript(script, flags.toArray(host)));
    flags.addAll(List.of("--security-opt", "seccomp=unconfined"));
    assertEquals(new Result(0, "Seccomp:\t0\n0\n38\n", ""), runScript(script, flags.toArray(host)));
  }

  @Test
  default void filtersSystemCallsByAProfileOfTheUsers() throws Exception {
    Path profile =
        Files.writeString(
            host().folder.resolve("profile.json"),
            """
            {"defaultAction": "SCMP_ACT_ALLOW",
             "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}
            """);
    assertEquals(
        new Result(
            1, "Seccomp:\t2\n", "mkdir: can't create directory '/x': No space left on device\n"),
        runScript(
            "grep ^Seccomp: /proc/self/status; mkdir /x", "--security-opt", "seccomp=" + profile));
  }

  @Test
  default void sharesNamespacesOfTheHostAndOfAContainer() throws Exception {
    detach("owner", "exec sleep 303", "--ipc", "shareable");
    assertEquals(
        new Result(0, "sleep 303\n", ""),
        runScript(
            "tr '\\0' ' ' < /proc/1/cmdline | sed 's/ $//'; echo", "--pid", "container:owner"));
    String host = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    assertEquals(
        new Result(0, host + "\n", ""), runScript("readlink /proc/self/ns/pid", "--pid", "host"));
    String ipc = Files.readSymbolicLink(Path.of("/proc/" + pidOf("owner") + "/ns/ipc")).toString();
    assertEquals(
        new Result(0, ipc + "\n", ""),
        runScript("readlink /proc/self/ns/ipc", "--ipc", "container:owner"));
  }

  @Test
  default void runsWithAllPrivileges() throws Exception {
    Result result =
        runScript(
            "grep -E '^Seccomp:' /proc/self/status; mkdir /m; mount -t tmpfs none /m && echo mounted;"
                + " test -w /proc/sys/kernel/hostname && echo writable",
            privilegedFlags());
    assertEquals(new Result(0, "Seccomp:\t0\nmounted\nwritable\n", ""), result);
  }

  /// The nearest to `--privileged` that a host without all capabilities allows.
  String[] privilegedFlags();

  @Test
  default void appliesLimitsAndGivesDevices() throws Exception {
    Result result =
        runScript(
            "cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/self/oom_score_adj;"
                + " df -k /dev/shm | tail -1 | awk '{print $2}'; stat -c %t:%T /dev/other;"
                + " id -G; grep Cpus_allowed_list /proc/self/status;"
                + " if test -d /sys/fs/cgroup/cpu; then cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us;"
                + " else sed 's/ .*//' /sys/fs/cgroup/cpu.max; fi;"
                + " grep -cv ':/$' /proc/self/cgroup",
            "--cpus",
            "0.5",
            "--cpuset-cpus",
            "0",
            "--device",
            "/dev/null:/dev/other",
            "--sysctl",
            "net.ipv4.ip_unprivileged_port_start=1000",
            "--oom-score-adj",
            "500",
            "--shm-size",
            "1m",
            "--group-add",
            "77",
            "--cgroupns",
            "private");
    assertEquals("", result.err());
    assertEquals("1000\n500\n1024\n1:3\n0 77\nCpus_allowed_list:\t0\n50000\n0\n", result.out());
  }

  @Test
  default void masksWhatIsTheHosts() throws Exception {
    Result result =
        runScript(
            "wc -c < /proc/timer_list; ls /sys/firmware | wc -l; echo no > /proc/sys/kernel/hostname;"
                + " echo no > /sys/kernel/mm/ksm/run; stat -c %t:%T /dev/null; echo $$");
    assertEquals(
        new Result(
            0,
            "0\n0\n1:3\n1\n",
            "sh: can't create /proc/sys/kernel/hostname: Read-only file system\n"
                + "sh: can't create /sys/kernel/mm/ksm/run: Read-only file system\n"),
        result);
  }
}
