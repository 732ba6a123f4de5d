package nsbox.runtime.plan;

import static nsbox.runtime.plan.LaunchFixture.all;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.LinuxSpec.IdRange;
import nsbox.runtime.spec.UnsupportedSpecException;
import nsbox.runtime.testing.LaunchedProgram.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Mounts that ask for more than one step, by the real kernel.
class MountRefinementsTest {
  private static final int EPERM = 1;
  private static final String MAPPINGS =
      "'uidMappings': [{'containerID': 0, 'hostID': 100000, 'size': 65536}],"
          + " 'gidMappings': [{'containerID': 0, 'hostID': 200000, 'size': 65536}]";

  /* What /proc/self/mountinfo says of a mount: its options and its propagation. */
  private static final String SHOW =
      """
      show() {
        while read -r id parent device root at options rest; do
          [ "$at" = "$1" ] || continue
          line="$at $options"
          for word in $rest; do
            [ "$word" = - ] && break
            line="$line ${word%%:*}"
          done
          echo "$line"
        done </proc/self/mountinfo
      }
      """;

  /* Every id stands for itself. Who has a mapping becomes root by the next execve. */
  private static final String IN_USER_NAMESPACE =
      """
      unshare --user --mount sh -c '
        until [ "$(id -u)" = 0 ]; do :; done
        exec "$@"
      ' sh "$@" & pid=$!
      while [ "$(readlink /proc/$pid/ns/user)" = "$(readlink /proc/self/ns/user)" ]; do :; done
      echo 0 0 65536 >/proc/$pid/gid_map
      echo 0 0 65536 >/proc/$pid/uid_map
      wait $pid
      """;

  private RealOverlay overlay;
  private Path source;

  @BeforeEach
  void makeSource() throws Exception {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "mounts need root");
    overlay = new RealOverlay("refined", 1);
    source = Files.createDirectory(overlay.folder.resolve("source"));
    Files.createDirectory(source.resolve("sub"));
    Files.writeString(source.resolve("file"), "here\n");
  }

  @AfterEach
  void close() throws Exception {
    if (overlay != null) {
      overlay.close();
    }
  }

  private Result run(String mount, String script) throws Exception {
    return overlay.mount(mount).sh(SHOW + script).launched().run();
  }

  /* With a tmpfs on `sub`, in a mount namespace that ends with the run. */
  private Result runWithSub(String propagation, String mount, String script) throws Exception {
    String setup =
        "mount -t tmpfs -o mode=755 below "
            + source.resolve("sub")
            + "; echo below >"
            + source.resolve("sub/file")
            + "; exec \"$@\"";
    return overlay
        .mount(mount)
        .sh(SHOW + script)
        .launched()
        .run(List.of("unshare", "-m", "--propagation", propagation, "sh", "-c", setup, "sh"));
  }

  private String bind(String options, String... more) {
    StringBuilder mount = new StringBuilder("{'destination': '/d', 'type': 'bind', 'source': '");
    mount.append(source).append("', 'options': [").append(options).append("]");
    for (String member : more) {
      mount.append(", ").append(member);
    }
    return mount.append("}").toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'rbind', 'ro', 'rnosuid'        | ro,nosuid,relatime        | rw,nosuid,relatime
          'rbind', 'rro', 'nodev'         | ro,nodev,relatime         | ro,relatime
          'rbind', 'noatime', 'rnoexec'   | rw,noexec,noatime         | rw,noexec,relatime
          'rbind', 'ro', 'rrw'            | rw,relatime               | rw,relatime
          'rbind', 'rnodiratime', 'nosymfollow' | rw,nodiratime,relatime,nosymfollow | rw,nodiratime,relatime
          'rbind', 'ro'                   | ro,relatime               | rw,relatime
          'rbind', 'rro'                  | ro,relatime               | ro,relatime
          """)
  void setsAttributesOfTheMountAndOfAllBelow(String options, String top, String below)
      throws Exception {
    assertEquals(
        new Result(0, "/d " + top + "\n/d/sub " + below + "\n"),
        runWithSub("private", bind(options), "show /d; show /d/sub"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'rbind', 'private'             | /d rw,relatime         | /d/sub rw,relatime master
          'rbind', 'rprivate'            | /d rw,relatime         | /d/sub rw,relatime
          'rbind', 'unbindable', 'private' | /d rw,relatime       | /d/sub rw,relatime master
          'rbind', 'slave', 'rshared'    | /d rw,relatime shared master | /d/sub rw,relatime shared master
          'rbind', 'runbindable'         | /d rw,relatime unbindable | /d/sub rw,relatime unbindable
          """)
  void setsPropagationInTheOrderThatWasAsked(String options, String top, String below)
      throws Exception {
    assertEquals(
        new Result(0, top + "\n" + below + "\n"),
        runWithSub("shared", bind(options), "show /d; show /d/sub"));
  }

  @ParameterizedTest
  @CsvSource({"shared, ' shared'", "unbindable, ' unbindable'", "rslave, ''", "rprivate, ''"})
  void setsThePropagationOfNewFileSystems(String option, String shown) throws Exception {
    assertEquals(
        new Result(0, "/t rw,nosuid,relatime" + shown + "\n"),
        run(
            "{'destination': '/t', 'type': 'tmpfs', 'options': ['nosuid', '" + option + "']}",
            "show /t"));
  }

  @Test
  void showsTheIdsOfOneMountShifted() throws Exception {
    assertEquals(
        new Result(0, "100000:200000\n0:0\nhere\n"),
        runWithSub(
            "private",
            bind("'rbind', 'idmap'", MAPPINGS),
            "stat -c %u:%g /d/file /d/sub/file; cat /d/file"));
    assertEquals(0, Files.getAttribute(source.resolve("file"), "unix:uid"));
  }

  @Test
  void showsTheIdsOfAllMountsShifted() throws Exception {
    assertEquals(
        new Result(0, "100000:200000\n100000:200000\n/d ro,relatime,idmapped\n"),
        runWithSub(
            "private",
            bind("'rbind', 'ridmap', 'ro', 'rnosuid'", MAPPINGS).replace(", 'rnosuid'", ""),
            "stat -c %u:%g /d/file /d/sub/file; show /d"));
  }

  /* Each mapping takes a process to make, so one is made for all mounts that have it. */
  @Test
  void makesEachMappingOnce() throws Exception {
    String other = MAPPINGS.replace("100000", "300000");
    Program program =
        overlay
            .mapping(new IdMapping(List.of(new IdRange(0, 1, 2)), List.of(new IdRange(0, 1, 2))))
            .mount(bind("'bind', 'idmap'", MAPPINGS))
            .mount(bind("'bind'", other))
            .mount(bind("'rbind', 'ridmap'", MAPPINGS))
            .command("x")
            .compile();
    assertEquals(3, all(program, Opcode.ID_MAPPING).size());
    List<Object> used = new ArrayList<>();
    all(program, Opcode.MOUNT_MAPPING).forEach(step -> used.add(step.arguments()));
    assertEquals(List.of(List.of(1L, 0L), List.of(2L, 0L), List.of(1L, 1L)), used);
    List<Object> placed = new ArrayList<>();
    all(program, Opcode.PLACE_AT).forEach(step -> placed.add(step.arguments().getFirst()));
    assertEquals(List.of(0L, 1L, 2L), placed);
  }

  @Test
  void copiesWhatTheContainerHasInPlaceOfATmpfs() throws Exception {
    Path there = Files.createDirectories(overlay.lowest().resolve("var/there/deep"));
    Path file = Files.writeString(there.resolve("file"), "x".repeat(100_000));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));
    Files.setAttribute(file, "unix:uid", 33);
    Files.setAttribute(file, "unix:gid", 34);
    Files.setAttribute(file, "unix:mode", 04750);
    Files.createSymbolicLink(there.resolve("link"), Path.of("/etc/passwd"));
    Files.setPosixFilePermissions(
        overlay.lowest().resolve("var/there"), PosixFilePermissions.fromString("rwxrwx--x"));
    Map<String, String> before = overlay.onTheDisk();
    Result result =
        run(
            "{'destination': '/var/there', 'type': 'tmpfs', 'options': ['tmpcopyup', 'nodev']}",
            "cd /var/there; stat -c '%a %u:%g %n' . deep/file; wc -c <deep/file; readlink deep/link;"
                + " stat -f -c %T .; show /var/there; mkfifo deep/new; rm deep/file");
    assertEquals(
        new Result(
            0,
            "771 0:0 .\n4750 33:34 deep/file\n100000\n/etc/passwd\ntmpfs\n"
                + "/var/there rw,nodev,relatime\n"),
        result);
    assertEquals(before, overlay.onTheDisk());
  }

  @Test
  void copiesUpIntoAReadOnlyTmpfsOfAnotherMode() throws Exception {
    Files.writeString(
        Files.createDirectories(overlay.lowest().resolve("there")).resolve("file"), "x");
    assertEquals(
        new Result(0, "700\n/there ro,relatime\nfile\n"),
        run(
            "{'destination': '/there', 'type': 'tmpfs', 'options': ['tmpcopyup', 'ro', 'mode=700']}",
            "stat -c %a /there; show /there; ls /there; ! touch /there/x 2>/dev/null"));
  }

  @Test
  void fillsTheSourceOfABindMountOnce(@TempDir Path volume) throws Exception {
    Path image = Files.createDirectories(overlay.lowest().resolve("data"));
    Files.writeString(image.resolve("first"), "x");
    Files.setPosixFilePermissions(image, PosixFilePermissions.fromString("rwxrwx---"));
    String mount =
        "{'destination': '/data', 'type': 'bind', 'source': '"
            + volume
            + "', 'options': ['rbind', 'ro', 'tmpcopyup']}";
    assertEquals(
        new Result(0, "first\n770\nread-only\n"),
        run(mount, "ls /data; stat -c %a /data; touch /data/x 2>/dev/null || echo read-only"));
    assertEquals("x", Files.readString(volume.resolve("first")));
    Files.writeString(image.resolve("second"), "x");
    assertEquals(new Result(0, "first\n"), run(mount, "ls /data"), "it is not empty any more");
  }

  @Test
  void copiesNothingFromWhereThereIsNothing() throws Exception {
    assertEquals(
        new Result(0, "0\n"),
        run(
            "{'destination': '/none/there', 'type': 'tmpfs', 'options': ['tmpcopyup']}",
            "ls -A /none/there | wc -l"));
  }

  /* A link of the image, which leads out of it on the host only. */
  @Test
  void copiesFromBelowTheRootOnly() throws Exception {
    Files.createDirectories(overlay.lowest().resolve("etc/secret-less"));
    Files.createSymbolicLink(overlay.lowest().resolve("there"), Path.of("../../../../etc"));
    assertEquals(
        new Result(0, "secret-less\n"),
        run(
            "{'destination': '/there', 'type': 'tmpfs', 'options': ['tmpcopyup']}",
            "ls -A /there/"));
  }

  @Test
  void changesWhatIsMountedAlready() throws Exception {
    overlay.mount("{'destination': '/t', 'type': 'tmpfs', 'options': ['nodev', 'size=1m']}");
    assertEquals(
        new Result(0, "/t ro,nosuid,nodev,relatime\n2.0M\n"),
        run(
            "{'destination': '/t', 'type': 'tmpfs', 'options': ['remount', 'ro', 'nosuid', 'size=2m']}",
            "show /t; df -h --output=size /t | tail -n 1 | tr -d ' '"));
  }

  @Test
  void changesABindMountAlready() throws Exception {
    overlay.mount(bind("'bind', 'ro', 'noexec'"));
    assertEquals(
        new Result(0, "/d rw,noexec,relatime\n"), run(bind("'bind', 'remount', 'rw'"), "show /d"));
  }

  @Test
  void failsToChangeWhatIsNoMount() throws Exception {
    assertEquals(
        new Result(125, "change the attributes of /usr/bin: 22"),
        run("{'destination': '/usr/bin', 'options': ['remount', 'nosuid']}", "echo started"));
  }

  @Test
  void bindsALinkItself() throws Exception {
    Path link = Files.createSymbolicLink(source.resolve("link"), Path.of("to/nowhere"));
    source = link;
    assertEquals(new Result(0, "to/nowhere\n"), run(bind("'bind', 'src-nofollow'"), "readlink /d"));
  }

  @Test
  void copiesALinkInPlaceOfABind() throws Exception {
    Path link = Files.createSymbolicLink(source.resolve("link"), Path.of("to/nowhere"));
    source = link;
    assertEquals(
        new Result(0, "to/nowhere\n"), run(bind("'bind', 'copy-symlink'"), "readlink /d; show /d"));
    assertEquals(
        new Result(0, "to/nowhere\n"), run(bind("'bind', 'copy-symlink'"), "readlink /d; show /d"));
  }

  @Test
  void copiesNoLinkOverAnother() throws Exception {
    source = Files.createSymbolicLink(source.resolve("link"), Path.of("to/nowhere"));
    Files.createSymbolicLink(overlay.lowest().resolve("d"), Path.of("elsewhere"));
    assertEquals(
        new Result(125, "link /d to to/nowhere: 17"),
        run(bind("'bind', 'copy-symlink'"), "echo started"));
  }

  @Test
  void bindsWhatIsNoLinkAsEver() throws Exception {
    assertEquals(
        new Result(0, "here\n"),
        run(bind("'bind', 'copy-symlink', 'src-nofollow'"), "cat /d/file"));
  }

  @Test
  void followsNoLinksWhereAsked() throws Exception {
    Files.createSymbolicLink(source.resolve("link"), Path.of("file"));
    Result result = run(bind("'bind', 'nosymfollow'"), "cat /d/link");
    assertEquals(1, result.code());
    assertTrue(result.text().contains("Too many levels of symbolic links"), result.text());
  }

  /* The kernel locks the attributes of mounts that come from a user namespace with more rights. What
   * nobody names stays, so it takes an option to run into the lock. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          'bind'                  | 0
          'rbind', 'noexec', 'rprivate' | 0
          'bind', 'rw'            | 1
          'bind', 'dev'           | 1
          """)
  void keepsLockedAttributesInAUserNamespace(String options, int error) throws Exception {
    String setup = "mount -t tmpfs -o ro,nosuid,nodev locked " + source + "\n" + IN_USER_NAMESPACE;
    Result result =
        overlay
            .mount(bind(options))
            .sh(SHOW + "show /d")
            .launched()
            .run(List.of("unshare", "-m", "sh", "-c", setup, "sh"));
    if (error == EPERM) {
      assertEquals(125, result.code());
      assertTrue(result.text().startsWith("bind " + source + " on /d"), result.text());
      assertTrue(result.text().endsWith(": " + error), result.text());
    } else {
      String noexec = options.contains("noexec") ? "noexec," : "";
      assertEquals(0, result.code(), result.text());
      assertTrue(
          result.text().startsWith("/d ro,nosuid,nodev," + noexec + "relatime"), result.text());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'destination': '/d', 'source': '/s', 'options': ['bind', 'idmap']}            | idmap without uidMappings and gidMappings
          {'destination': '/d', 'source': '/s', 'options': ['rbind', 'ridmap']}          | ridmap without uidMappings and gidMappings
          {'destination': '/d', 'type': 'tmpfs', 'options': ['idmap']}                   | only a bind mount takes [idmap]
          {'destination': '/d', 'type': 'tmpfs', 'options': ['src-nofollow']}            | only a bind mount takes [src-nofollow]
          {'destination': '/d', 'type': 'tmpfs', 'options': ['copy-symlink']}            | only a bind mount takes [copy-symlink]
          {'destination': '/d', 'source': '/s', 'options': ['bind', 'remount', 'idmap']} | only a bind mount takes [bind, remount, idmap]
          {'destination': '/d', 'type': 'proc', 'options': ['tmpcopyup']}                | only a new tmpfs or bind mount takes tmpcopyup
          {'destination': '/d', 'type': 'tmpfs', 'options': ['remount', 'tmpcopyup']}    | only a new tmpfs or bind mount takes tmpcopyup
          {'destination': '/d', 'source': '/s', 'options': ['bind', 'remount', 'x=y']}   | a bind mount takes no option [x=y]
          """)
  void refusesWhatAMountHasNoUseFor(String mount, String reason) {
    UnsupportedSpecException e =
        assertThrows(
            UnsupportedSpecException.class, () -> overlay.mount(mount).command("x").compile());
    assertEquals("mounts: /d: " + reason, e.getMessage());
  }
}
