package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// The files by which programs know that they run in a container.
final class ContainerMarksTest extends NamedContainers {
  private static final String LOOK =
      "for f in /.dockerenv /run/.containerenv; do test -f $f && stat -c '%n %s' $f; done; true";
  private static final String EMPTY = "/.dockerenv 0\n/run/.containerenv 0\n";

  private String seen(String... flags) throws Exception {
    return seenOf(ALPINE, flags);
  }

  private String seenOf(String image, String... flags) throws Exception {
    List<String> words = new ArrayList<>(List.of("run", "--rm"));
    words.addAll(List.of(flags));
    words.addAll(List.of(image, "sh", "-c", LOOK));
    return nsbox.run(words.toArray(new String[0])).expect(0).out();
  }

  @Test
  void areThereWhateverElseIsMounted() throws Exception {
    assertEquals(EMPTY, seen());
    assertEquals(EMPTY, seen("--read-only"));
    assertEquals(EMPTY, seen("--read-only", "--read-only-tmpfs"));
    assertEquals(EMPTY, seen("--tmpfs", "/run"));
    assertEquals(EMPTY, seen("--uidmap", "0:100000:65536"));
  }

  @Test
  void sayWhoIsPrivileged() throws Exception {
    String text =
        nsbox
            .run(
                "run",
                "--rm",
                "--privileged",
                "--name",
                "mighty",
                ALPINE,
                "cat",
                "/run/.containerenv",
                "/.dockerenv")
            .expect(0)
            .out();
    assertTrue(text.contains("engine=\"nsbox\"\nname=\"mighty\"\nid=\""), text);
    assertTrue(text.contains("\nimage=\"" + ALPINE + "\"\nimageid=\"sha256:"), text);
    assertTrue(text.endsWith("\nrootless=0\n"), text);
  }

  /* What is shown at /run is somebody's: no file appears in it. */
  @Test
  void leaveAloneWhatIsShownAtRun() throws Exception {
    Path folder = Files.createDirectory(nsbox.folder.resolve("shown"));
    assertEquals("/.dockerenv 0\n", seen("-v", folder + ":/run"));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Test
  void areNoChangeOfTheContainer() throws Exception {
    nsbox
        .run("run", "--name", "marked", ALPINE, "sh", "-c", "echo own > /own; rm /.dockerenv")
        .expect(0);
    assertEquals("A /own\n", nsbox.run("diff", "marked").expect(0).out());
    nsbox.run("commit", "marked", "changed").expect(0);
    String folder = nsbox.run("image", "mount", "changed").expect(0).out().strip();
    try {
      assertTrue(Files.exists(Path.of(folder, "own")));
      assertEquals(false, Files.exists(Path.of(folder, ".dockerenv")));
      assertEquals(false, Files.exists(Path.of(folder, "run/.containerenv")));
    } finally {
      nsbox.run("image", "unmount", "changed").expect(0);
    }
    nsbox.run("rm", "marked").expect(0);
    nsbox.run("rmi", "changed").expect(0);
  }

  /* The link's target gets them no more than any other place: it is the image's. */
  @Test
  void leaveARunThatIsALink() throws Exception {
    nsbox
        .run("run", "--name", "linked", ALPINE, "sh", "-c", "rm -r /run; ln -s /etc /run")
        .expect(0);
    nsbox.run("commit", "linked", "linked-run").expect(0);
    nsbox.run("rm", "linked").expect(0);
    Result result =
        nsbox
            .run(
                "run",
                "--rm",
                "linked-run",
                "sh",
                "-c",
                "readlink /run; ls -a /etc | grep env; ls -a / | grep env")
            .expect(0);
    assertEquals("/etc\n.dockerenv\n", result.out());
    nsbox.run("rmi", "linked-run").expect(0);
  }
}
