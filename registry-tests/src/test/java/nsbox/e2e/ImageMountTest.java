package nsbox.e2e;

import static nsbox.e2e.Layout.file;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `image mount` and `image unmount`, and what they keep others from doing.
final class ImageMountTest extends EndToEnd {
  private static final String FULL = "docker.io/library/alpine:3.20";

  @BeforeEach
  void images() throws Exception {
    importAlpine();
    Layout two = new Layout(Files.createTempDirectory(nsbox.folder, "two"));
    two.layer(file("a", "1"), file("gone", "")).layer(file("b", "2"), file(".wh.gone", ""));
    nsbox.run("import", two.write("two:1").toString()).expect(0);
  }

  @AfterEach
  void nothingStaysMounted() throws Exception {
    nsbox.run("image", "unmount", "--all", "--force").expect(0);
    nsbox.run("rmi", "--all").expect(0);
    assertEquals(List.of(), mounts());
    assertEquals(List.of("lock"), Nsbox.entries(nsbox.root.resolve("views")));
    assertEquals(List.of(), snapshots());
  }

  private Path mountPoint(String id) throws IOException {
    String root =
        Files.getAttribute(nsbox.root, "unix:dev")
            + "-"
            + Files.getAttribute(nsbox.root, "unix:ino");
    return nsbox.runRoot.resolve(".mounts").resolve(root).resolve(id).resolve("tree");
  }

  @Test
  void anotherRootHasMountsOfItsOwn() throws Exception {
    String other = nsbox.folder.resolve("other").toString();
    nsbox.run("--root", other, "import", layout("alpine").toString()).expect(0);
    Path here = mount(ALPINE);
    assertEquals("", nsbox.run("--root", other, "image", "mount").out());
    Path there = Path.of(nsbox.run("--root", other, "image", "mount", ALPINE).out().strip());
    assertNotEquals(here, there);
    nsbox.run("--root", other, "rmi", "-f", ALPINE).expect(0);
    assertEquals(List.of(here.toString()), mounts());
    image("unmount", ALPINE).expect(0);
    assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
  }

  @Test
  void removalAndMountAtOnceLeaveNoMountOfNothing() throws Exception {
    for (int round = 0; round < 6; round++) {
      importAlpine();
      Running mount = nsbox.start("image", "mount", ALPINE);
      Thread.sleep(20L * round);
      nsbox.run("rmi", "-f", ALPINE);
      mount.finish();
      boolean there = nsbox.run("image", "exists", ALPINE).code() == 0;
      assertEquals(there ? 1 : 0, mounts().size(), "round " + round);
      image("unmount", "--all", "--force").expect(0);
    }
  }

  private List<String> snapshots() throws IOException {
    return Nsbox.entries(nsbox.root.resolve("snapshots"));
  }

  /* Mount points below this test's folder. */
  private List<String> mounts() throws IOException {
    List<String> points = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      String point = line.split(" ")[4];
      if (point.startsWith(nsbox.folder + "/")) {
        points.add(point);
      }
    }
    return points;
  }

  private Path mount(String... words) throws Exception {
    Result result = image("mount", words);
    assertEquals("", result.err());
    return Path.of(result.expect(0).out().strip());
  }

  private Result image(String command, String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("image", command));
    all.addAll(List.of(words));
    return nsbox.run(all.toArray(new String[0]));
  }

  private String idOf(String name) throws Exception {
    return nsbox.run("inspect", "--format", "{{.Id}}", name).expect(0).out().strip().substring(7);
  }

  /* All about a tree but its contents; size and links of a directory are its file system's. */
  private String tree(Path root) throws Exception {
    String what = "%P %y %m %U:%G %T@";
    return nsbox
        .sh(
            "cd "
                + root
                + " && find . -type d -printf '"
                + what
                + "\\n' -o -printf '"
                + what
                + " %n %s %l\\n' | sort")
        .expect(0)
        .out();
  }

  private void assertIsTheBundle(String image, Path tree) throws Exception {
    Path bundle = Files.createTempDirectory(nsbox.folder, "bundle");
    nsbox.run("bundle", image, bundle.toString(), "true").expect(0);
    assertEquals(tree(bundle.resolve("rootfs")), tree(tree));
    assertEquals(
        new Result(0, "", ""),
        nsbox.sh("diff -r --no-dereference " + bundle.resolve("rootfs") + " " + tree));
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlay", "copy"})
  void showsTheTreeThatABundleHas(String driver) throws Exception {
    for (String name : List.of(ALPINE, "two:1")) {
      Result mounted = nsbox.run("--storage-driver", driver, "image", "mount", name).expect(0);
      Path tree = Path.of(mounted.out().strip());
      assertEquals(mountPoint(idOf(name)), tree);
      assertEquals(List.of(tree.toString()), mounts());
      assertIsTheBundle(name, tree);
      assertEquals(
          new Result(1, "", "touch: cannot touch '" + tree + "/x': Read-only file system\n"),
          nsbox.sh("touch " + tree + "/x"));
      assertEquals(new Result(0, idOf(name) + "\n", ""), image("unmount", name));
      assertEquals(List.of(), mounts());
      assertEquals(List.of("lock"), Nsbox.entries(nsbox.root.resolve("views")));
      assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
    }
  }

  @Test
  void showsMoreThanAHundredLayers() throws Exception {
    Layout many = new Layout(Files.createTempDirectory(nsbox.folder, "many"));
    for (int i = 0; i < 120; i++) {
      many.layer(file("of", "layer " + i), file("layer" + i, ""));
    }
    nsbox.run("import", many.write("many:1").toString()).expect(0);
    Path tree = mount("many:1");
    assertEquals("layer 119", Files.readString(tree.resolve("of")));
    assertEquals(121, Nsbox.entries(tree).size());
    assertIsTheBundle("many:1", tree);
    nsbox.run("image", "prune", "--all", "--force").expect(0);
    assertEquals("layer 119", Files.readString(tree.resolve("of")));
  }

  @Test
  void bringsInWhatComesWithNsbox() throws Exception {
    assertEquals(List.of("hello"), Nsbox.entries(mount("hello")));
  }

  @Test
  void countsHowOftenItWasMounted() throws Exception {
    Path tree = mount(ALPINE);
    assertEquals(tree, mount(FULL));
    assertEquals(tree, mount(idOf(ALPINE).substring(0, 12)));
    assertEquals(List.of(tree.toString()), mounts());
    Result unmounted = new Result(0, idOf(ALPINE) + "\n", "");
    for (int left = 2; left > 0; left--) {
      assertEquals(unmounted, image("unmount", ALPINE));
      assertEquals(List.of(tree.toString()), mounts());
    }
    assertEquals(unmounted, image("umount", ALPINE));
    assertEquals(List.of(), mounts());

    mount(ALPINE);
    mount(ALPINE);
    assertEquals(unmounted, image("unmount", "--force", ALPINE));
    assertEquals(List.of(), mounts());
  }

  @Test
  void listsWhatIsMounted() throws Exception {
    assertEquals(new Result(0, "", ""), image("mount"));
    assertEquals(new Result(0, "[]\n", ""), image("mount", "--format", "json"));
    Path alpine = mount(ALPINE);
    String line = FULL + "  " + alpine + "\n";
    assertEquals(new Result(0, line, ""), image("mount"));
    Path two = mount("two:1");
    Result both = image("mount", "two:1", ALPINE);
    assertEquals(new Result(0, "docker.io/library/two:1        " + two + "\n" + line, ""), both);
    assertEquals(2, image("mount").out().lines().count());
    assertEquals(2, image("mount", "--all").out().lines().count());
    nsbox.run("tag", ALPINE, "other:1").expect(0);
    String json = image("mount", "--format=json", ALPINE).expect(0).out();
    assertEquals(
        """
        [
            {
                "id": "%s",
                "Names": [
                    "%s"
                ],
                "Repositories": [
                    "docker.io/library/alpine:3.20",
                    "docker.io/library/other:1"
                ],
                "mountpoint": "%s"
            }
        ]
        """
            .formatted(idOf(ALPINE), digestOf(ALPINE), alpine),
        json);
  }

  private String digestOf(String name) throws Exception {
    String digests = "{{index .RepoDigests 0}}";
    String text = nsbox.run("inspect", "--format", digests, name).expect(0).out().strip();
    return text.substring(text.indexOf('@') + 1);
  }

  @Test
  void unmountsAll() throws Exception {
    mount(ALPINE);
    mount(ALPINE);
    mount("two:1");
    assertEquals(2, image("unmount", "-a").expect(0).out().lines().count());
    assertEquals(1, mounts().size());
    assertEquals(new Result(0, idOf(ALPINE) + "\n", ""), image("unmount", "-a"));
    assertEquals(List.of(), mounts());
    assertEquals(new Result(0, "", ""), image("unmount", "-a"));
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    assertEquals(
        new Result(125, "", "nsbox: no such image: nosuch:1\n"), image("mount", "nosuch:1"));
    assertEquals(125, image("mount", ALPINE, "nosuch:1").code());
    assertEquals(List.of(), mounts());
    mount(ALPINE);
    assertEquals(
        new Result(125, "", "nsbox: no such image: nosuch:1\n"),
        image("unmount", ALPINE, "nosuch:1"));
    assertEquals(1, mounts().size());
    assertEquals(
        new Result(0, "", "nsbox: image two:1 is not mounted\n"), image("unmount", "two:1"));
    String both = "nsbox: when using the --all switch, you may not pass any image names or IDs\n";
    assertEquals(new Result(125, "", both), image("mount", "-a", ALPINE));
    assertEquals(new Result(125, "", both), image("unmount", "-a", ALPINE));
    assertEquals(
        new Result(125, "", "nsbox: image name or ID must be specified\n"), image("unmount"));
    assertEquals(
        new Result(125, "", "nsbox: unknown --format argument: \"table\"\n"),
        image("mount", "--format", "table"));
  }

  @Test
  void staysWhileAProcessStandsInIt() throws Exception {
    Path tree = mount(ALPINE);
    Process inside = new ProcessBuilder("sleep", "60").directory(tree.toFile()).start();
    try {
      Result busy = image("unmount", ALPINE);
      assertEquals(
          new Result(
              125,
              "",
              "nsbox: cannot unmount the image on "
                  + tree
                  + ": device or resource busy\n  A process has files open there, or stands in it."
                  + " Regardless of it: nsbox image unmount --force\n"),
          busy);
      assertEquals(1, mounts().size());
      image("unmount", "-f", ALPINE).expect(0);
      assertEquals(List.of(), mounts());
    } finally {
      inside.destroyForcibly().waitFor();
    }
  }

  @Test
  void keepsTheImage() throws Exception {
    Path tree = mount(ALPINE);
    List<String> before = snapshots();
    Result refused = nsbox.run("rmi", ALPINE);
    assertEquals(
        new Result(
            2,
            "",
            "nsbox: cannot remove image "
                + ALPINE
                + ": image is in use: it is mounted on "
                + tree
                + "\n  Unmount it first: nsbox image unmount "
                + ALPINE
                + ", or use: nsbox rmi -f "
                + ALPINE
                + "\n"),
        refused);
    nsbox.run("rmi", "--all").expect(0);
    nsbox.run("image", "prune", "--all", "--force").expect(0);
    assertEquals(FULL + "  " + tree + "\n", image("mount").out());
    assertTrue(before.containsAll(snapshots()));
    assertEquals(1, snapshots().size());
    assertTrue(Files.exists(tree.resolve("bin/busybox")));

    nsbox.run("tag", ALPINE, "other:1").expect(0);
    assertEquals(
        new Result(0, "Untagged: docker.io/library/other:1\n", ""), nsbox.run("rmi", "other:1"));
    assertEquals(1, mounts().size());

    assertEquals(
        new Result(0, "Untagged: " + FULL + "\nDeleted: " + idOf(ALPINE) + "\n", ""),
        nsbox.run("rmi", "--force", ALPINE));
    assertEquals(List.of(), mounts());
    assertEquals(List.of(), snapshots());
  }

  /* Who has another run root does not know the mount, but the kernel does. */
  @Test
  void keepsTheLayersFromWhoDoesNotKnowOfIt() throws Exception {
    Path tree = mount("two:1");
    String other = nsbox.folder.resolve("other-run").toString();
    nsbox.run("--run-root", other, "rmi", "--all").expect(0);
    assertEquals("1", Files.readString(tree.resolve("a")));
    assertEquals(2, snapshots().size());
    String id = tree.getParent().getFileName().toString();
    assertEquals(new Result(0, id + "  " + tree + "\n", ""), image("mount"));
    assertEquals(new Result(0, id + "\n", ""), image("unmount", id));
  }

  @Test
  void isNotConfusedByAnUnmountByHand() throws Exception {
    Path tree = mount(ALPINE);
    mount(ALPINE);
    nsbox.sh("umount " + tree).expect(0);
    assertEquals(new Result(0, "", ""), image("mount"));
    assertEquals(
        new Result(0, "", "nsbox: image " + ALPINE + " is not mounted\n"),
        image("unmount", ALPINE));
    assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
    assertEquals(tree, mount(ALPINE));
    image("unmount", ALPINE).expect(0);
    assertEquals(List.of(), mounts());

    mount(ALPINE);
    nsbox.sh("umount " + tree).expect(0);
    nsbox.run("rmi", ALPINE).expect(0);
  }

  /* A reboot takes the mounts and the run root; what a driver made lies in the root. */
  @Test
  void survivesAReboot() throws Exception {
    Path tree =
        Path.of(nsbox.run("--storage-driver", "copy", "image", "mount", ALPINE).out().strip());
    nsbox.sh("umount " + tree + " && rm -r " + nsbox.runRoot.resolve(".mounts")).expect(0);
    assertEquals(2, Nsbox.entries(nsbox.root.resolve("views")).size());
    assertEquals(new Result(0, "", ""), image("mount"));
    nsbox.run("image", "prune", "--force").expect(0);
    assertEquals(List.of("lock"), Nsbox.entries(nsbox.root.resolve("views")));
    assertEquals(tree, mount(ALPINE));
  }

  @Test
  void isNoContainer() throws Exception {
    Path tree = mount(ALPINE);
    assertEquals(new Result(0, "", ""), nsbox.run("ps", "-aq"));
    assertEquals(new Result(0, "hi\n", ""), nsbox.run("run", "--rm", ALPINE, "echo", "hi"));
    nsbox
        .run("run", "--rm", "-v", tree + ":/image:ro", ALPINE, "ls", "/image/bin/busybox")
        .expect(0);
    assertEquals(List.of(tree.toString()), mounts());
    assertTrue(Files.exists(tree.resolve("bin/busybox")));
  }

  @Test
  void canBeMountedBySeveralAtOnce() throws Exception {
    List<Running> running = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      running.add(nsbox.start("image", "mount", ALPINE));
    }
    String tree = mountPoint(idOf(ALPINE)).toString();
    for (Running one : running) {
      assertEquals(new Result(0, tree + "\n", ""), one.finish());
    }
    assertEquals(List.of(tree), mounts());
    running.clear();
    for (int i = 0; i < 7; i++) {
      running.add(nsbox.start("image", "unmount", ALPINE));
    }
    for (Running one : running) {
      one.finish().expect(0);
    }
    assertEquals(List.of(tree), mounts());
    image("unmount", ALPINE).expect(0);
    assertEquals(List.of(), mounts());
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlay", "copy"})
  void isRepairedAfterAKill(String driver) throws Exception {
    for (int delay = 100; delay <= 700; delay += 100) {
      Running run = nsbox.start("--storage-driver", driver, "image", "mount", ALPINE);
      Thread.sleep(delay);
      Nsbox.sendKill(run.process().pid());
      run.finish();
      Nsbox.await("end of all processes", () -> Host.startedWith(nsbox.folder).isEmpty());
      Path tree = mount(ALPINE);
      assertTrue(Files.exists(tree.resolve("bin/busybox")));
      assertEquals(List.of(tree.toString()), mounts());

      Running end = nsbox.start("image", "unmount", "-f", ALPINE);
      Thread.sleep(delay / 2);
      Nsbox.sendKill(end.process().pid());
      end.finish();
      Nsbox.await("end of all processes", () -> Host.startedWith(nsbox.folder).isEmpty());
      image("unmount", "-f", ALPINE).expect(0);
      assertEquals(List.of(), mounts());
      assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
      assertEquals(List.of("lock"), Nsbox.entries(nsbox.root.resolve("views")));
      assertNotEquals(List.of(), snapshots());
    }
  }

  private String bottomOfTwo() throws IOException {
    Path all = nsbox.root.resolve("snapshots");
    return snapshots().stream()
        .filter(it -> Files.exists(all.resolve(it).resolve("fs/a")))
        .findFirst()
        .orElseThrow();
  }

  /* The kernel stacks overlays two high; here the mount would be the third. */
  @Test
  void aMountThatFailsLeavesNothing() throws Exception {
    String id = idOf("two:1");
    mount("two:1");
    image("unmount", "two:1").expect(0);
    Path top = nsbox.root.resolve("snapshots").resolve(bottomOfTwo()).resolve("fs");
    Path away = Path.of(top + ".away");
    Path stacked = Files.createDirectory(nsbox.folder.resolve("stacked"));
    Path empty = Files.createDirectory(nsbox.folder.resolve("empty"));
    String overlay = "mount -t overlay overlay -o ro,lowerdir=%s:%s %s";
    nsbox.sh("mv %s %s && mkdir %s".formatted(top, away, top)).expect(0);
    nsbox.sh(overlay.formatted(away, empty, stacked)).expect(0);
    nsbox.sh(overlay.formatted(stacked, empty, top)).expect(0);
    try {
      Result failed = image("mount", "two:1");
      assertEquals(125, failed.code(), failed.toString());
      assertTrue(
          failed.err().startsWith("nsbox: cannot mount the image on " + mountPoint(id) + ": "),
          failed.err());
      assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
      assertEquals(List.of("lock"), Nsbox.entries(nsbox.root.resolve("views")));
    } finally {
      nsbox
          .sh("umount %s %s && rmdir %s && mv %s %s".formatted(top, stacked, top, away, top))
          .expect(0);
    }
    mount("two:1");
  }
}
