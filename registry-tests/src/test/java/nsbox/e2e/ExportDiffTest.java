package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// `export` and `diff`: a container's files as a whole, and what of them it has made itself.
final class ExportDiffTest extends EndToEnd {
  private static final String CHANGES =
      "rm /etc/motd /bin/ls; echo x >>/etc/passwd; mkdir /new; echo y >/new/y; chmod 700 /opt;"
          + " rm -r /etc/apk; mkdir /etc/apk; touch /etc/apk/own; touch /usr/bin/zz";

  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private void changed(String end) throws Exception {
    nsbox.run("run", "-d", "--name", "c", ALPINE, "sh", "-c", CHANGES + "; " + end).expect(0);
    Nsbox.await("its changes", () -> nsbox.run("diff", "c").out().contains("A /usr/bin/zz"));
  }

  @Test
  void tellsWhatIsChanged() throws Exception {
    nsbox.run("create", "--name", "n", ALPINE, "true").expect(0);
    assertEquals(new Result(0, "", ""), nsbox.run("diff", "n"));
    nsbox.run("start", "-a", "n").expect(0);
    assertEquals(new Result(0, "", ""), nsbox.run("diff", "n"), "what is nsbox's own");
    changed("sleep 300");
    String diff = nsbox.run("diff", "c").expect(0).out();
    assertEquals(
        List.of(
            "C /bin",
            "D /bin/ls",
            "C /etc",
            "C /etc/apk",
            "D /etc/apk/arch",
            "D /etc/apk/keys",
            "A /etc/apk/own",
            "D /etc/apk/protected_paths.d",
            "D /etc/apk/repositories",
            "D /etc/apk/world",
            "D /etc/motd",
            "C /etc/passwd",
            "A /new",
            "A /new/y",
            "C /opt",
            "C /usr",
            "C /usr/bin",
            "A /usr/bin/zz"),
        diff.lines().toList());
    String json = nsbox.run("diff", "--format", "json", "c").expect(0).out();
    assertTrue(
        json.startsWith("{\"added\":[\"/etc/apk/own\",\"/new\",\"/new/y\",\"/usr/bin/zz\"],"),
        json);
    nsbox.run("kill", "c").expect(0);
    Nsbox.await("its end", () -> nsbox.run("ps", "-q").out().isEmpty());
    assertEquals(diff, nsbox.run("diff", "c").out());
    assertEquals(1, nsbox.run("diff", "none").code());
  }

  @Test
  void exportsWhatRunsAndWhatDoesNot() throws Exception {
    changed("sleep 300");
    nsbox.sh("nsbox export c >running.tar").expect(0);
    assertEquals(new Result(0, "", ""), nsbox.run("export", "-o", "file.tar", "c"));
    nsbox.run("kill", "c").expect(0);
    Nsbox.await("its end", () -> nsbox.run("ps", "-q").out().isEmpty());
    nsbox.run("export", "-o", "ended.tar", "c").expect(0);
    String names = nsbox.sh("tar tf running.tar").expect(0).out();
    assertEquals(names, nsbox.sh("tar tf file.tar").out());
    assertEquals(names, nsbox.sh("tar tf ended.tar").out());
    for (String name : List.of("new/y", "etc/apk/own", "bin/busybox", "proc/", "dev/")) {
      assertTrue(names.contains("\n" + name + "\n"), name);
    }
    for (String name : List.of("etc/motd", "etc/apk/keys/", "proc/1/", "dev/null", ".wh.")) {
      assertFalse(names.contains("\n" + name), name);
    }
    assertEquals("y\n", nsbox.sh("tar xOf ended.tar new/y").out());
    assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
  }

  @Test
  void whatIsExportedCanBeImported() throws Exception {
    changed("true");
    nsbox.run("export", "-o", "c.tar", "c").expect(0);
    nsbox.run("import", "c.tar", "again:1").expect(0);
    assertEquals(new Result(0, "y\n", ""), nsbox.run("run", "--rm", "again:1", "cat", "/new/y"));
  }

  @Test
  void aContainerIsStartedWhileItIsExportedAtMostAfterwards() throws Exception {
    nsbox.run("create", "--name", "c", ALPINE, "sleep", "300").expect(0);
    Running export = nsbox.start("export", "-o", "c.tar", "c");
    Running start = nsbox.start("start", "c");
    Result started = start.finish();
    Result exported = export.finish();
    assertTrue(started.code() == 0 || started.err().contains("Try again"), started.toString());
    assertTrue(exported.code() == 0 || exported.err().contains("Try again"), exported.toString());
    assertEquals(exported.code() == 0, Files.exists(nsbox.folder.resolve("c.tar")));
  }

  @Test
  void leavesNothingWhereItFails() throws Exception {
    nsbox.run("create", "--name", "c", ALPINE, "true").expect(0);
    assertEquals(125, nsbox.run("export", "-o", "none/c.tar", "c").code());
    assertEquals(1, nsbox.run("export", "none").code());
    assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
  }
}
