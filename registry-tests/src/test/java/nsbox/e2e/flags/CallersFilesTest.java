package nsbox.e2e.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox;
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
}
