package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Volumes as containers have them.
final class MountedVolumesTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  @AfterEach
  void removeVolumes() throws Exception {
    nsbox.removeContainers();
    nsbox.run("volume", "rm", "-a");
    Path folder = nsbox.root.resolve("volumes");
    if (Files.exists(folder)) {
      assertEquals(List.of(), Nsbox.entries(folder), "files of volumes");
    }
  }

  private Result sh(String option, String value, String script) throws Exception {
    return nsbox.run("run", "--rm", option, value, ALPINE, "sh", "-c", script);
  }

  private String names() throws Exception {
    return nsbox.run("volume", "ls", "-q").out();
  }

  @Test
  void keepWhatOneContainerWroteForTheNext() throws Exception {
    sh("-v", "data:/data", "echo kept >/data/file").expect(0);
    assertEquals("data\n", names());
    assertEquals(new Result(0, "kept\n", ""), sh("-v", "data:/other:ro", "cat /other/file"));
    Result refused = sh("-v", "data:/other:ro", "touch /other/new");
    assertEquals(1, refused.code());
    assertTrue(refused.err().contains("Read-only file system"), refused.err());
    assertEquals(
        new Result(0, "kept\n", ""),
        sh("--mount", "type=volume,source=data,target=/data,readonly", "cat /data/file"));
  }

  @Test
  void beginWithWhatTheImageHasThereAlsoWithOtherIds() throws Exception {
    String map = "--uidmap=0:100000:65536";
    String script = "grep -c ^root: /x/passwd; stat -c '%u:%g %a' /x /x/shadow; touch /x/new";
    assertEquals(
        "1\n0:0 755\n0:42 640\n",
        nsbox
            .run(
                "run",
                "--rm",
                map,
                "-v",
                "etc:/etc",
                ALPINE,
                "sh",
                "-c",
                script.replace("/x", "/etc"))
            .expect(0)
            .out());
    Path data = nsbox.root.resolve("volumes/etc/_data");
    assertEquals(100000, Files.getAttribute(data, "unix:uid"));
    assertEquals(100042, Files.getAttribute(data.resolve("shadow"), "unix:gid"));
    assertEquals(
        new Result(0, "0:0\n", ""),
        nsbox.run(
            "run",
            "--rm",
            map,
            "-v",
            "new:/none/yet",
            ALPINE,
            "sh",
            "-c",
            "touch /none/yet/x; stat -c %u:%g /none/yet"));
    assertEquals(
        new Result(0, "there\n", ""),
        nsbox.run(
            "run",
            "--rm",
            map,
            "-v",
            "outer:/lib/apk:ro",
            "-v",
            "inner:/lib/apk/db",
            ALPINE,
            "sh",
            "-c",
            "test -s /lib/apk/db/installed && echo there;"
                + " touch /lib/apk/no 2>/dev/null || touch /lib/apk/db/yes"));
  }

  @Test
  void beginWithWhatTheImageHasThereOnce() throws Exception {
    assertEquals(new Result(0, "1\n", ""), sh("-v", "etc:/etc", "grep -c ^root: /etc/passwd"));
    sh("-v", "etc:/etc", "rm /etc/passwd").expect(0);
    assertEquals(
        new Result(0, "", ""), sh("-v", "etc:/etc", "test ! -e /etc/passwd"), "it is not empty");
    assertEquals(new Result(0, "0\n", ""), sh("-v", "none:/media:nocopy", "ls -A /media | wc -l"));
  }

  @Test
  void keepTheOwnerThatTheImageGivesTheFolder() throws Exception {
    String owner = sh("-v", "spool:/var/spool/mail", "stat -c %u:%g:%a /var/spool/mail").out();
    assertEquals(
        nsbox.run("run", "--rm", ALPINE, "stat", "-c", "%u:%g:%a", "/var/spool/mail").out(), owner);
  }

  @Test
  void whatWasEmptiedStaysEmptyAtTheNextStart() throws Exception {
    nsbox
        .run("create", "--name", "c", "-v", "etc:/opt", ALPINE, "sh", "-c", "ls -A /opt")
        .expect(0);
    assertEquals(new Result(0, "", ""), nsbox.run("start", "-a", "c"));
    nsbox
        .run(
            "create",
            "--name",
            "d",
            "-v",
            "apk:/etc/apk",
            ALPINE,
            "sh",
            "-c",
            "ls -A /etc/apk; rm -r /etc/apk/*")
        .expect(0);
    assertFalse(nsbox.run("start", "-a", "d").out().isEmpty());
    assertEquals(new Result(0, "", ""), quiet(nsbox.run("start", "-a", "d")));
  }

  private static Result quiet(Result result) {
    return new Result(0, result.out(), "");
  }

  @Test
  void theNamelessGoWithAContainerThatGoesWithItsProcess() throws Exception {
    sh("-v", "/anonymous", "touch /anonymous/file").expect(0);
    assertEquals("", names());
    assertEquals(List.of(), Nsbox.entries(nsbox.root.resolve("volumes")));
  }

  @Test
  void theNamelessStayWithTheirContainer() throws Exception {
    nsbox
        .run("run", "--name", "c", "-v", "/anonymous", ALPINE, "touch", "/anonymous/file")
        .expect(0);
    String name = names().strip();
    assertEquals(64, name.length());
    Result used = nsbox.run("volume", "rm", name);
    assertEquals(2, used.code());
    assertTrue(used.err().endsWith(": volume is being used\n"), used.err());
    nsbox.run("rm", "-v", "c").expect(0);
    assertEquals("", names());
  }

  @Test
  void rmLeavesTheNamelessUnlessAskedAndTheNamedAlways() throws Exception {
    nsbox
        .run("run", "--name", "c", "-v", "/anonymous", "-v", "named:/named", ALPINE, "true")
        .expect(0);
    nsbox.run("rm", "c").expect(0);
    assertEquals(2, names().lines().count());
    nsbox.run("volume", "prune", "-f").expect(0);
    assertEquals("named\n", names());
    nsbox.run("run", "--name", "c", "-v", "named:/named", ALPINE, "true").expect(0);
    nsbox.run("rm", "-v", "c").expect(0);
    assertEquals("named\n", names());
  }

  @Test
  void areSharedByVolumesFrom() throws Exception {
    nsbox
        .run(
            "run",
            "--name",
            "c",
            "-v",
            "/anonymous",
            "-v",
            "data:/data",
            ALPINE,
            "touch",
            "/anonymous/a",
            "/data/b")
        .expect(0);
    assertEquals(
        new Result(0, "/anonymous/a\n/data/b\n", ""),
        sh("--volumes-from", "c", "ls /anonymous/a /data/b; touch /data/new"));
    assertEquals(
        new Result(0, "read-only\n", ""),
        sh("--volumes-from", "c:ro", "touch /data/x 2>/dev/null || echo read-only"));
    assertEquals(2, names().lines().count(), "the container that borrowed them took none along");
    Result none = sh("--volumes-from", "none", "true");
    assertEquals(
        new Result(
            125, "", "nsbox: no container with name or ID \"none\" found: no such container\n"),
        none);
  }

  @Test
  void mountWhatTheirOptionsSay() throws Exception {
    nsbox.run("volume", "create", "-o", "type=tmpfs", "-o", "o=size=1m", "memory").expect(0);
    assertEquals(
        new Result(0, "tmpfs 1024\n", ""),
        sh("-v", "memory:/m", "df -kT /m | tail -1 | awk '{print $2, $3}'"));
    Path source = Files.createDirectory(nsbox.folder.resolve("source"));
    Files.writeString(source.resolve("file"), "there\n");
    nsbox.run("volume", "create", "-o", "o=bind", "-o", "device=" + source, "bound").expect(0);
    assertEquals(new Result(0, "there\n", ""), sh("-v", "bound:/b", "cat /b/file"));
  }

  @Test
  void refuseWhatIsNoVolume() throws Exception {
    Result name = sh("-v", "a:b", "true");
    assertEquals(125, name.code());
    Result badName = sh("-v", "ü:/b", "true");
    assertTrue(badName.err().contains("ü is no name of a volume"), badName.err());
    Result copy = sh("-v", "/tmp:/b:nocopy", "true");
    assertTrue(copy.err().contains("nocopy is for volumes"), copy.err());
    Result bundle =
        nsbox.run("bundle", "-v", "data:/data", ALPINE, nsbox.folder.resolve("b").toString());
    assertTrue(bundle.err().contains("a bundle refers to no volume"), bundle.err());
    assertEquals("", names());
  }
}
