package nsbox.e2e.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Options about the namespaces that a container shares.
final class NamespacesTest extends FlagTests {
  private static String own(String type) throws Exception {
    return Files.readSymbolicLink(Path.of("/proc/self/ns", type)).toString();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"--pid, pid", "--ipc, ipc", "--uts, uts", "--cgroupns, cgroup", "--network, net"})
  void sharesThatOfTheHost(String flag, String type) throws Exception {
    String script = "readlink /proc/self/ns/" + type;
    assertEquals(own(type) + "\n", seen(flag + " host", script));
    assertEquals(false, seen("", script).equals(own(type) + "\n"));
    String path = "/proc/" + ProcessHandle.current().pid() + "/ns/" + type;
    assertEquals(own(type) + "\n", seen(flag + " ns:" + path, script));
  }

  @Test
  void sharesMemoryWithTheHost() throws Exception {
    assertEquals(
        nsbox.sh("stat -c %d:%i /dev/shm").out(), seen("--ipc host", "stat -c %d:%i /dev/shm"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"--pid, pid", "--ipc, ipc", "--uts, uts", "--cgroupns, cgroup", "--network, net"})
  void sharesThatOfAnotherContainer(String flag, String type) throws Exception {
    nsbox.run("run", "-d", "--name", "donor", ALPINE, "sleep", "100").expect(0);
    long init = nsbox.initOf(nsbox.containers().getFirst());
    String donors = Files.readSymbolicLink(Path.of("/proc/" + init + "/ns/" + type)).toString();
    assertEquals(donors + "\n", seen(flag + " container:donor", "readlink /proc/self/ns/" + type));
  }

  /* POSIX memory is files, which no namespace of the kernel's shares. */
  @Test
  void sharesMemoryWithAnotherContainer() throws Exception {
    nsbox.run("run", "-d", "--name", "donor", "--shm-size", "2m", ALPINE, "sleep", "100").expect(0);
    nsbox.run("exec", "donor", "sh", "-c", "echo there > /dev/shm/file").expect(0);
    assertEquals(
        "there\n2.0M\n",
        seen(
            "--ipc container:donor",
            "cat /dev/shm/file; df -h /dev/shm | tail -1 | awk \"{print \\$2}\"; echo back > /dev/shm/file"));
    assertEquals("back\n", nsbox.run("exec", "donor", "cat", "/dev/shm/file").expect(0).out());
    assertEquals(
        "own\n",
        seen(
            "--ipc container:donor --tmpfs /dev/shm",
            "ls /dev/shm; echo own > /dev/shm/file; cat /dev/shm/file"));
    assertEquals("0\n", seen("--ipc shareable", "ls /dev/shm | wc -l"));
    isRefusedBeside(
        "--shm-size 1m: with --ipc container:donor, /dev/shm is that container's",
        "--ipc container:donor --shm-size 1m");
    String place = nsbox.run("exec", "donor", "cat", "/dev/shm/file").expect(0).out();
    assertEquals("back\n", place);
  }

  private void isRefusedBeside(String message, String flags) throws Exception {
    assertEquals(new Result(125, "", "nsbox: " + message + "\n"), result(flags, "true"));
  }

  /* Where its memory is, is the donor's to say; but not where that leads on the host. */
  @Test
  void takesNoMemoryOfTheHosts() throws Exception {
    nsbox
        .run(
            "run",
            "-d",
            "--privileged",
            "--name",
            "donor",
            ALPINE,
            "sh",
            "-c",
            "umount /dev/shm; rmdir /dev/shm; ln -s /proc/1/root/etc /dev/shm; touch /ready; sleep 100")
        .expect(0);
    Nsbox.await("its link", () -> nsbox.run("exec", "donor", "test", "-e", "/ready").code() == 0);
    Result refused = result("--ipc container:donor", "true");
    assertEquals(125, refused.code());
    assertTrue(refused.err().contains("/dev/shm"), refused.err());
  }

  @Test
  void looksForTheOtherContainerWithEachStart() throws Exception {
    nsbox.run("run", "-d", "--name", "donor", ALPINE, "sleep", "100").expect(0);
    nsbox
        .run(
            "create",
            "--name",
            "guest",
            "--network",
            "container:donor",
            ALPINE,
            "readlink",
            "/proc/self/ns/net")
        .expect(0);
    assertEquals(networkOf("donor"), nsbox.run("start", "-a", "guest").expect(0).out());
    nsbox.run("stop", "-t", "0", "donor").expect(0);
    Result refused = nsbox.run("start", "-a", "guest").expect(125);
    assertTrue(refused.err().contains("shares the network namespace of container"), refused.err());
    assertTrue(refused.err().contains("which does not run"), refused.err());
    nsbox.run("start", "donor").expect(0);
    assertEquals(networkOf("donor"), nsbox.run("start", "-a", "guest").expect(0).out());
  }

  private String networkOf(String name) throws Exception {
    Path link = Files.readSymbolicLink(nsbox.root.resolve("names").resolve(name));
    long init = nsbox.initOf(link.getFileName().toString());
    return Files.readSymbolicLink(Path.of("/proc/" + init + "/ns/net")) + "\n";
  }

  @Test
  void sharesNamesWithTheNetwork() throws Exception {
    nsbox
        .run(
            "run",
            "-d",
            "--name",
            "donor",
            "--hostname",
            "donor-host",
            "--add-host",
            "db:10.0.0.9",
            ALPINE,
            "sleep",
            "100")
        .expect(0);
    assertEquals(
        "donor-host\ndonor-host\n10.0.0.9\tdb\n",
        seen("--network container:donor", "hostname; cat /etc/hostname; grep db /etc/hosts"));
  }

  @Test
  void refusesAContainerThatDoesNotRun() throws Exception {
    nsbox.run("create", "--name", "donor", ALPINE, "true").expect(0);
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: --pid container:donor: cannot join the pid namespace of a container that does"
                + " not run\n"),
        result("--pid container:donor", "true"));
    assertEquals(1, nsbox.containers().size());
  }

  @Test
  void mapsIds() throws Exception {
    String map = "0 100000 65536";
    String seen =
        seen(
            "--uidmap 0:100000:65536",
            "id -u; echo $(cat /proc/self/uid_map); echo $(cat /proc/self/gid_map);"
                + " stat -c %u:%g /etc/passwd /etc/hosts; touch /x && stat -c %u /x; echo 1.2.3.4 h >> /etc/hosts && echo w");
    assertEquals("0\n" + map + "\n" + map + "\n0:0\n0:0\n0\nw\n", seen);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --uidmap 0:100000:65536 --network host  | test -d /sys/class/net/lo && echo yes
          --uidmap 0:100000:65536 --pid host      | test -d /proc/self && echo yes
          --uidmap 0:100000:65536 --ipc host      | test -d /dev/shm && echo yes
          --uidmap 0:100000:10 --gidmap 0:200000:100 | test $(stat -c %g /etc/hosts) = 0 && echo yes
          --uidmap 0:100000:65536 -v /etc:/mnt    | test $(stat -c %u /mnt/passwd) = 65534 && echo yes
          """)
  void mapsIdsBeside(String flags, String script) throws Exception {
    assertEquals("yes\n", seen(flags, script));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --sysctl net.ipv4.ip_forward=1     | cat /proc/sys/net/ipv4/ip_forward                   | 1
          --sysctl net/ipv4/ip_forward=1     | cat /proc/sys/net/ipv4/ip_forward                   | 1
          --sysctl kernel.msgmax=4096        | cat /proc/sys/kernel/msgmax                         | 4096
          --sysctl fs.mqueue.msg_max=20      | cat /proc/sys/fs/mqueue/msg_max                     | 20
          --sysctl net.ipv4.ip_unprivileged_port_start=1024 | cat /proc/sys/net/ipv4/ip_unprivileged_port_start | 1024
          """)
  void setsKernelParameters(String flags, String script, String expected) throws Exception {
    assertEquals(expected + "\n", seen(flags, script));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --sysctl vm.swappiness=1     | --sysctl vm.swappiness: is not of a namespace, so it would be set for the whole host
          --sysctl kernel.hostname=x   | --sysctl kernel.hostname: use --hostname and --domainname
          --network host --sysctl net.ipv4.ip_forward=1 | --sysctl net.ipv4.ip_forward: is the host's with --network host
          --ipc host --sysctl kernel.msgmax=1 | --sysctl kernel.msgmax: is the host's with --ipc host
          --sysctl x                   | --sysctl x: expected NAME=VALUE
          --ipc host --shm-size 1m     | --shm-size 1m: with --ipc host, /dev/shm is the host's
          --pid other                  | --pid other: private, host, container:NAME, ns:PATH
          --uts ns:rel                 | --uts ns:rel: private, host, container:NAME, ns:PATH
          --uts host --hostname x      | conflicting options: hostname and the UTS mode: --hostname and --uts host
          --network container:x --hostname x | conflicting options: hostname and the network mode: --network container:x
          --network container:x --dns 1.1.1.1 | conflicting options: dns and the network mode: --network container:x
          --network container:x --add-host a:1.1.1.1 | conflicting options: custom host-to-IP mapping and the network mode: --network container:x
          --userns auto --uidmap 0:1:1 | --userns auto: --uidmap and --gidmap say which ids by hand
          --userns auto:keep           | --userns auto:keep: the only option of auto is size=N
          --userns auto:size=0         | --userns auto:size 0: expected a whole number from 1 to 1073741824
          --userns keep-id             | --userns keep-id: is for containers of other users than root
          --userns private             | --userns private: needs a mapping of ids, such as --uidmap 0:100000:65536
          --userns host --uidmap 0:1:1 | --userns host: --uidmap and --gidmap are for a new one, private
          --uidmap 0:1:2 --uidmap 1:9:1 | --uidmap 1:9:1: an id is mapped twice
          --uidmap 0                   | --uidmap 0: expected ID:HOST-ID or ID:HOST-ID:SIZE
          --gidmap 0:x                 | --gidmap 0:x: x: expected a whole number from 0 to 4294967295
          """)
  void refuses(String flags, String message) throws Exception {
    isRefused(message, flags);
  }

  @Test
  void refusesAContainerThatIsNotThere() throws Exception {
    Result missing =
        new Result(125, "", "nsbox: no container with name or ID \"x\" found: no such container\n");
    for (String option : List.of("--ipc", "--pid", "--network")) {
      assertEquals(missing, result(option + " container:x", "true"));
    }
  }

  /* Where /etc/subuid says nothing else. */
  @Test
  void picksIdsThatNoOtherContainerHas() throws Exception {
    String map = "cat /proc/self/uid_map /proc/self/gid_map; touch /x; stat -c %u:%g /x";
    List<String> first = words(seen("--userns auto", map));
    assertEquals("0", first.get(0));
    assertEquals("65536", first.get(2));
    assertEquals(first.subList(0, 3), first.subList(3, 6));
    assertEquals("0:0", first.get(6));
    long host = Long.parseLong(first.get(1));
    nsbox
        .run("run", "-d", "--userns=auto:size=1000", "--name", "c", ALPINE, "sleep", "100")
        .expect(0);
    nsbox.run("create", "--userns=auto", "--name", "d", ALPINE).expect(0);
    List<String> second = words(nsbox.run("exec", "c", "cat", "/proc/self/uid_map").out());
    assertEquals(List.of("0", Long.toString(host), "1000"), second);
    assertEquals(
        List.of("0", Long.toString(host + 66536), "65536"),
        words(seen("--userns auto", "cat /proc/self/uid_map")));
    nsbox.run("rm", "-f", "-t0", "c", "d").expect(0);
  }

  /* Of the groups that it has: the kernel refuses others. Without this nobody pings there. */
  @Test
  void pingsAndListensOnLowPortsInAUserNamespaceToo() throws Exception {
    String show = "cd /proc/sys/net/ipv4; cat ping_group_range ip_unprivileged_port_start";
    assertEquals(List.of("0", "65535", "0"), words(seen("--userns auto", show)));
    assertEquals(List.of("0", "999", "0"), words(seen("--userns auto:size=1000", show)));
    for (String user : List.of("0", "1000")) {
      String ping = "ping -c 1 -W 2 127.0.0.1 >/dev/null && echo answered";
      assertEquals("answered", seen("--userns auto --user " + user, ping).strip());
      String listen =
          "nc -l -p 80 -s 127.0.0.1 >/dev/null & sleep 0.2; echo x | nc 127.0.0.1 80 && echo taken";
      assertEquals("taken", seen("--userns auto --user " + user, listen).strip());
    }
  }

  private static List<String> words(String text) {
    return List.of(text.strip().split("\\s+"));
  }
}
