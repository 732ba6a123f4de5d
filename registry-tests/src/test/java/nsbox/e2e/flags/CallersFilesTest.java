package nsbox.e2e.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Options that leave something beside the container: files of the caller's, names, and what was
/// asked in docker's words.
final class CallersFilesTest extends FlagTests {
  @Test
  void writesTheIdAndThePid() throws Exception {
    nsbox
        .run(
            "run",
            "-d",
            "--cidfile",
            "cid",
            "--pidfile",
            "pid",
            "--name",
            "c",
            ALPINE,
            "sleep",
            "100")
        .expect(0);
    String id = nsbox.containers().getFirst();
    assertEquals(id, Files.readString(nsbox.folder.resolve("cid")));
    assertEquals(
        Long.toString(nsbox.initOf(id)), Files.readString(nsbox.folder.resolve("pid")).strip());
    isRefusedBesideIt(id);
    /* With every start. */
    nsbox.run("stop", "-t", "0", "c").expect(0);
    Files.delete(nsbox.folder.resolve("pid"));
    nsbox.run("start", "c").expect(0);
    assertEquals(
        Long.toString(nsbox.initOf(id)), Files.readString(nsbox.folder.resolve("pid")).strip());
  }

  private void isRefusedBesideIt(String id) throws Exception {
    Path file = nsbox.folder.resolve("cid");
    assertEquals(
        "nsbox: --cidfile "
            + file
            + ": container ID file found, make sure the other container isn't running or delete it\n",
        nsbox.run("run", "--cidfile", "cid", ALPINE, "true").expect(125).err());
    assertEquals(List.of(id), nsbox.containers());
    assertEquals(id, Files.readString(file));
  }

  @Test
  void replacesTheContainerOfAName() throws Exception {
    nsbox.run("run", "-d", "--name", "c", ALPINE, "sleep", "100").expect(0);
    String first = nsbox.containers().getFirst();
    nsbox.run("run", "-d", "--replace", "--name", "c", ALPINE, "sleep", "100").expect(0);
    assertEquals(1, nsbox.containers().size());
    assertEquals(false, nsbox.containers().contains(first));
  }

  @Test
  void stopsAsItWasTold() throws Exception {
    nsbox
        .run(
            "run",
            "-d",
            "--name",
            "c",
            "--stop-signal",
            "USR1",
            "--stop-timeout",
            "7",
            ALPINE,
            "sh",
            "-c",
            "trap 'echo usr; exit 3' USR1; echo up; while true; do sleep 0.1; done")
        .expect(0);
    Nsbox.await("the container is up", () -> nsbox.run("logs", "c").out().contains("up"));
    nsbox.run("stop", "c").expect(0);
    assertEquals("up\nusr\n", nsbox.run("logs", "c").out());
    assertTrue(record().contains("\"stopSeconds\":7"), record());
  }

  private String record() throws Exception {
    String id = nsbox.containers().getFirst();
    return Files.readString(nsbox.root.resolve("containers/" + id + "/container.json"));
  }

  @Test
  void labelsTheContainer() throws Exception {
    Files.writeString(nsbox.folder.resolve("labels"), "a=file\nb=file\n");
    nsbox
        .run(
            "create",
            "--label-file",
            "labels",
            "-l",
            "b=flag",
            "-l",
            "c",
            "--annotation",
            "x=y",
            ALPINE)
        .expect(0);
    assertTrue(
        record().contains("\"labels\":{\"a\":\"file\",\"b\":\"flag\",\"c\":\"\"}"), record());
    String id = nsbox.containers().getFirst();
    String config = Files.readString(nsbox.root.resolve("containers/" + id + "/config.json"));
    assertTrue(config.contains("\"x\":\"y\""), config);
  }

  @Test
  void keepsWhatWasAskedInDockersWords() throws Exception {
    nsbox
        .run(
            "create",
            "-it",
            "-m",
            "64m",
            "--cpus",
            "1.5",
            "--cap-add",
            "kill",
            "--cap-drop",
            "ALL",
            "--security-opt",
            "no-new-privileges",
            "--tmpfs",
            "/x:size=1m",
            "-v",
            "/etc:/e:ro",
            "--ulimit",
            "nofile=10:20",
            "--device",
            "/dev/null:/dev/n:r",
            "-e",
            "A=b",
            "-w",
            "/tmp",
            "-u",
            "1:2",
            "-h",
            "box",
            "-l",
            "k=v",
            "--stop-signal",
            "INT",
            "--init",
            "--dns",
            "9.9.9.9",
            "--pids-limit",
            "5",
            "--pid",
            "host",
            ALPINE,
            "sleep",
            "1")
        .expect(0);
    String id = nsbox.containers().getFirst();
    String settings = Files.readString(nsbox.root.resolve("containers/" + id + "/settings.json"));
    for (String member :
        List.of(
            "\"Hostname\":\"box\"",
            "\"User\":\"1:2\"",
            "\"Tty\":true",
            "\"OpenStdin\":true",
            "\"Env\":[\"A=b\",\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"]",
            "\"Cmd\":[\"sleep\",\"1\"]",
            "\"Image\":\"alpine:3.20\"",
            "\"WorkingDir\":\"/tmp\"",
            "\"Entrypoint\":null",
            "\"Labels\":{\"k\":\"v\"}",
            "\"StopSignal\":\"INT\"",
            "\"Binds\":[\"/etc:/e:ro\"]",
            "\"Memory\":67108864",
            "\"MemorySwap\":134217728",
            "\"NanoCpus\":1500000000",
            "\"CpuQuota\":0",
            "\"CapAdd\":[\"CAP_KILL\"]",
            "\"CapDrop\":[\"ALL\"]",
            "\"SecurityOpt\":[\"no-new-privileges\"]",
            "\"Tmpfs\":{\"/x\":\"size=1m\"}",
            "\"Ulimits\":[{\"Name\":\"nofile\",\"Hard\":20,\"Soft\":10}]",
            "\"Devices\":[{\"PathOnHost\":\"/dev/null\",\"PathInContainer\":\"/dev/n\",\"CgroupPermissions\":\"r\"}]",
            "\"Dns\":[\"9.9.9.9\"]",
            "\"PidsLimit\":5",
            "\"PidMode\":\"host\"",
            "\"Init\":true",
            "\"Privileged\":false",
            "\"NetworkMode\":\"none\"",
            "\"ShmSize\":67108864")) {
      assertTrue(settings.contains(member), member + " in " + settings);
    }
  }

  @Test
  void writesTheMonitorsPid() throws Exception {
    nsbox
        .run("run", "-d", "--conmon-pidfile", "monitor", "--name", "c", ALPINE, "sleep", "100")
        .expect(0);
    Path run = nsbox.runRoot.resolve(nsbox.containers().getFirst());
    assertEquals(
        Files.readString(run.resolve("monitor")).split(" ")[0],
        Files.readString(nsbox.folder.resolve("monitor")));
  }

  @Test
  void passesDescriptorsOn() throws Exception {
    Files.writeString(nsbox.folder.resolve("three"), "3\n");
    String run = "nsbox run --rm --preserve-fds 1 ";
    for (String how : List.of("", "-d --name c ", "--sig-proxy=false ")) {
      Files.deleteIfExists(nsbox.folder.resolve("four"));
      nsbox
          .sh(
              run.replace(" 1 ", " 2 ")
                  + how
                  + ALPINE
                  + " sh -c 'cat <&3 >&4; ls /proc/self/fd >&4' 3<three 4>four")
          .expect(0);
      Path four = nsbox.folder.resolve("four");
      Nsbox.await("its end", () -> nsbox.containers().isEmpty());
      assertEquals("3\n0\n1\n2\n3\n4\n5\n", Files.readString(four), how);
    }
    assertEquals(
        "nsbox: --preserve-fds 1: descriptor 3 is not open\n",
        nsbox.sh(run + ALPINE + " true").expect(125).err());
    assertEquals(
        "nsbox: --preserve-fds and --restart: a later start has no such descriptors\n",
        nsbox
            .sh("nsbox run -d --restart=always --preserve-fds=1 " + ALPINE + " true 3<three")
            .expect(125)
            .err());
    assertEquals(List.of(), nsbox.containers());
  }

  @Test
  void removesTheImageToo() throws Exception {
    nsbox.run("tag", ALPINE, "other:1").expect(0);
    assertEquals(new Result(0, "hi\n", ""), nsbox.run("run", "--rmi", "other:1", "echo", "hi"));
    assertEquals(List.of(), nsbox.containers());
    nsbox.run("image", "exists", "other:1").expect(1);
    nsbox.run("image", "exists", ALPINE).expect(0);
    /* Nor does it take away what another container needs. */
    nsbox.run("run", "-d", "--name", "c", ALPINE, "sleep", "100").expect(0);
    Result used = nsbox.run("run", "--rmi", ALPINE, "echo", "hi");
    assertEquals(new Result(0, "hi\n", used.err()), used);
    assertTrue(used.err().contains("remove image " + ALPINE), used.err());
    nsbox.run("image", "exists", ALPINE).expect(0);
    nsbox.run("rm", "-f", "-t0", "c").expect(0);
  }

  @Test
  void staysWithTheStreamsThatAreWanted() throws Exception {
    String script = ALPINE + " sh -c 'cat; echo out; echo err >&2; exit 3'";
    String run = "echo in | nsbox run --rm -i ";
    assertEquals(new Result(3, "in\nout\n", "err\n"), nsbox.sh(run + script));
    assertEquals(
        new Result(3, "in\nout\n", "err\n"), nsbox.sh(run + "-a stdin -a STDOUT,stderr " + script));
    assertEquals(new Result(3, "in\nout\n", ""), nsbox.sh(run + "-a stdin -a stdout " + script));
    assertEquals(
        new Result(3, "", "err\n"), nsbox.sh(run.replace("-i ", "") + "--attach stderr " + script));
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: invalid stream \"all\" for --attach - must be one of stdin, stdout, or stderr\n"),
        nsbox.sh(run + "-a all " + script));
    assertEquals(
        "nsbox: --attach and --detach exclude each other\n",
        nsbox.sh("nsbox run -d -a stdout " + script).expect(125).err());
  }

  @Test
  void saysWhatIsExposed() throws Exception {
    nsbox.run("create", "--name", "c", "--expose", "80", "--expose", "90-91/udp", ALPINE).expect(0);
    assertEquals(
        "{\"80/tcp\":{},\"90/udp\":{},\"91/udp\":{}}\n",
        nsbox.run("inspect", "-f", "{{json .Config.ExposedPorts}}", "c").expect(0).out());
    nsbox.run("rm", "c").expect(0);
    for (String wrong : List.of("0", "65536", "9-8", "80/icmp", "http", "-1")) {
      isRefused(
          "--expose " + wrong + ": expected PORT[-PORT][/tcp|udp|sctp], ports from 1 to 65535",
          "--expose=" + wrong);
    }
  }
}
