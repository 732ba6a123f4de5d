package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.directory;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.hardlink;
import static nsbox.snapshot.TarFixture.symlink;
import static nsbox.snapshot.TarFixture.whiteout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What a process changes in an overlay, written as a layer and unpacked, shows the same files.
class DiffOverlayTest extends RootTest {
  private static final String CHANGES =
      """
      echo new > created
      mkdir -p made/in/here; echo x > made/in/here/f
      echo more >> etc/modified
      rm etc/removed
      rm -r gone
      rm -r again; mkdir again; echo other > again/fresh
      mv etc/renamed etc/other-name
      mv moved elsewhere/moved-here
      chmod 4711 etc/mode
      chown 12:34 etc/owner
      ln etc/linked etc/second-name
      ln -s /nowhere symlink
      rm link-to-be-directory; mkdir link-to-be-directory; echo y > link-to-be-directory/z
      rm -r directory-to-be-file; echo file > directory-to-be-file
      python3 -c 'import os
      os.setxattr("etc/attribute", "user.changed", b"\\0\\1")
      os.removexattr("etc/attribute", "user.old")
      os.setxattr("etc", "trusted.on-directory", b"x")
      os.mkfifo(b"pipe-\\xff")'
      mknod etc/device c 1 7
      touch -d '1969-12-31 23:59:59.5 UTC' etc/touched
      echo hole > sparse; truncate -s 300000 sparse
      mkdir late; touch late/a; rm -r late/a; chmod 1777 late
      rm etc/removed-and-back; echo back > etc/removed-and-back
      chmod 0710 .
      touch -d '2001-02-03 04:05:06 UTC' .
      """;

  @Test
  void showsWhatTheOverlayShowed() throws Exception {
    Stack stack =
        stack()
            .add(
                directory("./").mode(0755).modified(5),
                directory("etc/").mode(0750).owner(1, 2),
                file("etc/modified", "old\n"),
                file("etc/removed", ""),
                file("etc/removed-and-back", "old"),
                file("etc/renamed", "r"),
                file("etc/mode", "m"),
                file("etc/owner", "o").mode(04755),
                file("etc/linked", "l"),
                hardlink("etc/linked-below", "etc/linked"),
                file("etc/attribute", "a").pax("SCHILY.xattr.user.old", "1"),
                file("etc/touched", "t"),
                file("gone/a/b", ""),
                file("again/old", ""),
                file("again/deep/old", ""))
            .add(
                file("moved/a", "1"),
                file("moved/deep/b", "2").mode(0600).owner(5, 6),
                symlink("moved/l", "a"),
                directory("elsewhere/"),
                whiteout("gone/a/b"),
                file("gone/c", ""),
                symlink("link-to-be-directory", "etc"),
                file("directory-to-be-file/x", ""));
    Path folder = Files.createDirectory(temporary.resolve("container"));
    OverlayDriver driver = new OverlayDriver(snapshots);
    driver.prepare(stack.chain(), folder);
    Path mount = Files.createDirectory(temporary.resolve("mount"));
    Path shown = empty();
    String lowers =
        snapshots.lowerDirectories(stack.chain()).stream()
            .map(Path::toString)
            .collect(Collectors.joining(":"));
    // In a mount namespace of its own, so that no mount can stay behind.
    String script =
        """
        set -e
        mount --make-rprivate /
        mount -t overlay overlay -o lowerdir=%s,upperdir=%s/upper,workdir=%s/work,%s %s || exit 77
        cd %s
        %s
        cp -a . %s/
        """
            .formatted(
                lowers,
                folder,
                folder,
                "redirect_dir=off,metacopy=off,index=off",
                mount,
                mount,
                CHANGES,
                shown);
    Process process =
        new ProcessBuilder("unshare", "--mount", "sh", "-c", script)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes());
    int status = process.waitFor();
    assumeTrue(status != 77, "no overlay can be mounted here: " + said);
    assertEquals(0, status, said);

    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    assertEquals(List.of(), LayerDiff.ofUpper(folder.resolve("upper")).writeTo(tar));
    stack.add(tar.toByteArray());
    assertEquals(
        String.join("\n", TreeDump.of(shown).entrySet().toString().split(", ")),
        String.join("\n", stack.merged(empty()).entrySet().toString().split(", ")));
  }
}
