package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// `cp`: between containers and the host, by docker's rules for paths.
final class CpTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
    Files.createDirectories(nsbox.folder.resolve("dir/sub"));
    Files.writeString(nsbox.folder.resolve("dir/sub/b"), "b\n");
    Files.writeString(nsbox.folder.resolve("dir/a"), "a\n");
    Files.writeString(nsbox.folder.resolve("file"), "file\n");
  }

  private String running(String name) throws Exception {
    return nsbox.run("run", "-d", "--name", name, ALPINE, "sleep", "300").expect(0).out().strip();
  }

  private String inside(String name, String script) throws Exception {
    return nsbox.run("exec", name, "sh", "-c", script).expect(0).out();
  }

  private Result cp(String... words) throws Exception {
    String[] all = new String[words.length + 1];
    all[0] = "cp";
    System.arraycopy(words, 0, all, 1, words.length);
    return nsbox.run(all);
  }

  private void copies(String... words) throws Exception {
    assertEquals(new Result(0, "", ""), cp(words));
  }

  private void fails(String message, String... words) throws Exception {
    assertEquals(new Result(125, "", "nsbox: cp: " + message + "\n"), cp(words));
  }

  /* Each rule of docker's documentation of cp, into a container that runs and one that does not. */
  @Test
  void followsDockersRules() throws Exception {
    running("r");
    nsbox.run("create", "--name", "s", ALPINE, "sh", "-c", "sleep 300").expect(0);
    for (String name : List.of("r", "s")) {
      copies("file", name + ":/new");
      copies("file", name + ":/tmp");
      copies("file", name + ":/tmp/");
      fails("/none/: no such directory", "file", name + ":/none/");
      fails("/none/x: no such file or directory", "file", name + ":/none/x");
      copies("dir", name + ":/made");
      copies("dir", name + ":/tmp");
      copies("dir/.", name + ":/opt");
      copies("dir/", name + ":/srv");
      fails(
          "cannot overwrite non-directory new with a directory\n  --overwrite allows it.",
          "dir",
          name + ":/new");
      fails("/new/ is not a directory", "file", name + ":/new/");
      fails("could not find the file none", "none", name + ":/tmp");
      fails("file/ is not a directory", "file/", name + ":/tmp");
    }
    nsbox.run("start", "s").expect(0);
    for (String name : List.of("r", "s")) {
      assertEquals("file\nfile\n", inside(name, "cat /new /tmp/file"));
      assertEquals(
          "/made\n/made/a\n/made/sub\n/made/sub/b\n/opt\n/opt/a\n/opt/sub\n/opt/sub/b\n"
              + "/srv\n/srv/dir\n/srv/dir/a\n/srv/dir/sub\n/srv/dir/sub/b\n/tmp/dir\n"
              + "/tmp/dir/a\n/tmp/dir/sub\n/tmp/dir/sub/b\n",
          inside(name, "find /made /opt /srv /tmp/dir | sort"));
    }
  }

  @Test
  void copiesOut() throws Exception {
    running("r");
    inside(
        "r", "mkdir -p /d/e; echo one >/d/one; ln -s one /d/link; ln /d/one /d/hard; mkfifo /d/f");
    inside("r", "chown -R 5:6 /d; chmod 640 /d/one");
    Path out = Files.createDirectories(nsbox.folder.resolve("out"));
    copies("r:/d", "out");
    copies("r:/d/one", "out/name");
    copies("r:d/link", "out/link");
    copies("-L", "r:/d/link", "out/followed");
    copies("-a", "r:/d/.", "out/kept");
    assertEquals("one\n", Files.readString(out.resolve("d/one")));
    assertEquals(Path.of("one"), Files.readSymbolicLink(out.resolve("link")));
    assertEquals("one\n", Files.readString(out.resolve("followed")));
    assertFalse(Files.isSymbolicLink(out.resolve("followed")));
    assertEquals(0, Files.getAttribute(out.resolve("d/one"), "unix:uid"));
    assertEquals(5, Files.getAttribute(out.resolve("kept/one"), "unix:uid"));
    assertEquals(6, Files.getAttribute(out.resolve("kept/one"), "unix:gid"));
    assertEquals(
        Files.getAttribute(out.resolve("kept/one"), "unix:ino"),
        Files.getAttribute(out.resolve("kept/hard"), "unix:ino"));
    assertEquals("640", nsbox.sh("stat -c %a out/kept/one").out().strip());
    fails("could not find the file /none in container r", "r:/none", "out");
    fails("must specify at least one container: CONTAINER:PATH", "file", "out");
  }

  @Test
  void carriesTars() throws Exception {
    running("r");
    nsbox.sh("tar cf - --owner=7 --group=8 dir | nsbox cp - r:/tmp").expect(0);
    assertEquals(
        "7:8 b\n", inside("r", "stat -c %u:%g /tmp/dir/sub/b | tr '\\n' ' '; cat /tmp/dir/sub/b"));
    assertEquals(
        "dir/\ndir/a\ndir/sub/\ndir/sub/b\n", nsbox.sh("nsbox cp r:/tmp/dir - | tar tf -").out());
    assertEquals("a\n", nsbox.sh("nsbox cp r:/tmp/dir/a - | tar xOf -").out());
    Result noDirectory = nsbox.sh("tar cf - file | nsbox cp - r:/etc/passwd");
    assertEquals(
        new Result(125, "", "nsbox: cp: destination /etc/passwd must be a directory\n"),
        noDirectory);
    assertEquals(125, nsbox.sh("echo no tar | nsbox cp - r:/tmp").code());
  }

  @Test
  void copiesBetweenContainers() throws Exception {
    running("r");
    nsbox.run("create", "--name", "s", ALPINE, "cat", "/copied").expect(0);
    inside("r", "echo from r >/x");
    copies("r:/x", "s:/copied");
    copies("s:/copied", "r:/back");
    copies("r:/x", "r:/again");
    assertEquals("from r\nfrom r\n", inside("r", "cat /back /again"));
    assertEquals(new Result(0, "from r\n", ""), nsbox.run("start", "-a", "s"));
  }

  @Test
  void overwritesOtherTypesOnlyIfToldSo() throws Exception {
    running("r");
    inside("r", "mkdir /file; echo x >/file/x; echo y >/dir");
    fails(
        "cannot overwrite directory file with a non-directory\n  --overwrite allows it.",
        "file",
        "r:/file/../");
    copies("--overwrite", "file", "r:/");
    copies("--overwrite", "dir", "r:/");
    assertEquals("file\nb\n", inside("r", "cat /file /dir/sub/b"));
  }

  @Test
  void noLinkLeadsOut() throws Exception {
    running("r");
    Path secret = Files.writeString(nsbox.folder.resolve("secret"), "of the host");
    Path target = Files.createDirectories(nsbox.folder.resolve("target"));
    inside(
        "r",
        "ln -s "
            + secret
            + " /leak; ln -s / /root-link; ln -s "
            + target
            + " /into; ln -s ../../../../../.."
            + target
            + " /up; mkdir -p "
            + target);
    assertEquals(125, cp("-L", "r:/leak", "stolen").code());
    assertFalse(Files.exists(nsbox.folder.resolve("stolen")));
    copies("file", "r:/into/one");
    copies("file", "r:/up/two");
    copies("file", "r:/root-link/tmp/three");
    assertEquals(List.of(), Nsbox.entries(target));
    assertEquals("one\ntwo\n", inside("r", "ls " + target));
    assertEquals("file\n", inside("r", "cat /tmp/three"));
  }

  @Test
  void noTarLeadsOut() throws Exception {
    running("r");
    nsbox
        .sh(
            "mkdir t; cd t; ln -s / l; echo bad >../bad; tar cf ../evil.tar l; "
                + "tar rf ../evil.tar --transform 's,^,l/tmp/,' -C .. bad")
        .expect(0);
    Result result = nsbox.sh("nsbox cp - r:/opt <evil.tar");
    assertEquals(125, result.code(), result.toString());
    assertTrue(result.err().contains("leads out of the directory"), result.err());
    assertEquals("", inside("r", "ls /tmp"));
    assertFalse(Files.exists(Path.of("/tmp/bad")));
    nsbox.sh("tar cPf up.tar --transform 's,^,../../,' bad; nsbox cp - r:/opt <up.tar");
    assertFalse(Files.exists(Path.of("/tmp/bad")));
  }

  @Test
  void obeysAReadOnlyRoot() throws Exception {
    nsbox.run("create", "--read-only", "--name", "s", ALPINE, "sleep", "300").expect(0);
    fails("container s rootfs is marked read-only", "file", "s:/x");
    nsbox.run("start", "s").expect(0);
    assertEquals(125, cp("file", "s:/x").code());
    copies("file", "s:/dev/shm");
    assertEquals("file\n", inside("s", "cat /dev/shm/file"));
  }

  @Test
  void reachesVolumesOfAContainerThatDoesNotRun() throws Exception {
    Path volume = Files.createDirectories(nsbox.folder.resolve("volume"));
    nsbox.run("run", "--name", "s", "-v", volume + ":/vol", ALPINE, "true").expect(0);
    copies("file", "s:/vol");
    assertEquals("file\n", Files.readString(volume.resolve("file")));
  }

  @Test
  void manyAtOnce() throws Exception {
    nsbox.run("create", "--name", "s", ALPINE, "ls", "/tmp").expect(0);
    List<Running> all =
        List.of(
            nsbox.start("cp", "file", "s:/tmp/one"),
            nsbox.start("cp", "file", "s:/tmp/two"),
            nsbox.start("cp", "s:/etc/passwd", "passwd"));
    for (Running one : all) {
      assertEquals(new Result(0, "", ""), one.finish());
    }
    assertEquals(new Result(0, "one\ntwo\n", ""), nsbox.run("start", "-a", "s"));
  }
}
