package nsbox.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// What a container has changed, as an image.
final class CommitTest extends EndToEnd {
  private static final String LAYER =
      "d4e6fd67dcf75e40c451560ac7265166c2b72a0f38ddc9aae756a7de3d1efa0c";
  private static final String DIFF_ID =
      "1bccf10afce5c1ffe31381419930ad565c1436eaeb1ca680494b0663e0028419";
  private static final String CHANGES =
      """
      echo new > /created; mkdir -p /made/in; echo x > /made/in/here
      rm /etc/motd; rm -r /media
      rm -r /var/cache; mkdir /var/cache; echo fresh > /var/cache/only
      chmod 4750 /bin/busybox; chown 7:8 /etc/issue; touch -d '2001-02-03 04:05:06' /etc/issue
      ln /etc/profile /etc/profile.linked; ln -s nowhere /link; mkfifo /pipe
      """;

  /// All files of the container's own, but those that nsbox mounts there, and the root itself: its
  /// time is that of the container's start.
  private static final String LISTING =
      """
      cd /; { find . -xdev ! -type d -exec stat -c '%n %F %a %u:%g %s %h %Y' {} +
      find . -xdev -type d -exec stat -c '%n %a %u:%g %Y' {} +; } | sort |
      grep -vE '^(.|./(etc/(hosts|hostname|resolv.conf)|dev|proc|sys)) '
      """;

  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private String commit(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("commit"));
    command.addAll(List.of(arguments));
    Result result = nsbox.run(command.toArray(new String[0]));
    assertEquals("", result.err());
    assertTrue(result.expect(0).out().matches("sha256:[0-9a-f]{64}\n"), result.out());
    return result.out().strip();
  }

  @Test
  void showsInTheImageWhatTheContainerHad() throws Exception {
    Result shown = nsbox.run("run", "--name", "c", ALPINE, "sh", "-c", CHANGES + LISTING).expect(0);
    assertEquals("", shown.err());
    String id = commit("c", "team/changed:1");
    assertEquals(
        shown, nsbox.run("run", "--rm", "--name", "d", "team/changed:1", "sh", "-c", LISTING));
    assertEquals(
        new Result(0, "new\nx\nfresh\nonly\n", ""),
        nsbox.run(
            "run",
            "--rm",
            id,
            "sh",
            "-c",
            "cat /created /made/in/here /var/cache/only; ls /var/cache; ls /media /etc/motd 2>&-;"
                + " test /etc/profile -ef /etc/profile.linked"));
    assertEquals(id, nsbox.run("images", "-q", "--no-trunc", "team/changed").out().strip());
  }

  /* It is for layers of strangers. */
  @Test
  void takesNoNoticeOfTheLimitOfLayers() throws Exception {
    nsbox.run("run", "--name", "c", ALPINE, "sh", "-c", "seq 1000 > /numbers").expect(0);
    nsbox
        .start(Map.of("NSBOX_LAYER_MAX_BYTES", "2k"), List.of("nsbox", "commit", "c", "big:1"))
        .finish()
        .expect(0);
    assertEquals("1000\n", nsbox.run("run", "--rm", "big:1", "tail", "-n", "1", "/numbers").out());
  }

  @Test
  void isReadByOthers() throws Exception {
    nsbox.run("run", "--name", "c", ALPINE, "sh", "-c", CHANGES).expect(0);
    for (String format : List.of("oci", "docker")) {
      String name = "team/" + format + ":1";
      String id = commit("--format", format, "c", name);
      String store = "oci:" + nsbox.root + "/images:docker.io/" + name;
      String manifest = manifest(id);
      String family = "application/vnd." + (format.equals("oci") ? "oci.image" : "docker");
      assertEquals(4, manifest.split("\"mediaType\":\"" + family, -1).length - 1, manifest);
      if (format.equals("oci")) {
        /* skopeo looks for no other manifests in a layout. */
        program("skopeo");
        assertEquals(manifest, nsbox.sh("skopeo inspect --raw " + store).expect(0).out());
      }
      String archive = format.equals("oci") ? "oci-archive" : "docker-archive";
      nsbox.sh("nsbox save --format " + archive + " -o " + format + ".tar " + name).expect(0);
      program("podman");
      String podman =
          "podman --root %1$s/podman --runroot %1$s/podman-run --storage-driver vfs "
              .formatted(nsbox.folder);
      nsbox.sh(podman + "load -q -i " + format + ".tar").expect(0);
      Result seen =
          nsbox.sh(
              "cd $("
                  + podman
                  + "image mount docker.io/"
                  + name
                  + ") && cat created"
                  + " var/cache/only && ls -d etc/motd media 2>&-; ls var/cache;"
                  + " stat -c '%a %h' bin/busybox etc/profile.linked; "
                  + podman
                  + "rmi -af -q");
      assertTrue(seen.out().startsWith("new\nfresh\nonly\n4750 1\n644 2\n"), seen.toString());
    }
    program("umoci");
    Result unpacked =
        nsbox.sh(
            "nsbox save --format oci-dir -o for-umoci team/oci:1 && umoci raw unpack --image"
                + " for-umoci:docker.io/team/oci:1 unpacked && cd unpacked && cat created"
                + " var/cache/only && ls var/cache; ls -d etc/motd media 2>&-;"
                + " stat -c '%a %u:%g' bin/busybox; stat -c '%u:%g %Y' etc/issue");
    assertTrue(
        unpacked.out().endsWith("new\nfresh\nonly\n4750 0:0\n7:8 981173106\n"),
        unpacked.toString());
  }

  @Test
  void takesARunningContainer() throws Exception {
    Running run =
        nsbox.start("run", "--name", "c", ALPINE, "sh", "-c", "echo 1 > /f; echo up; sleep 60");
    run.awaitOut("up");
    String id = commit("c");
    nsbox.run("stop", "-t", "0", "c").expect(0);
    run.finish();
    assertEquals(new Result(0, "1\n", ""), nsbox.run("run", "--rm", id, "cat", "/f"));
    assertEquals("", nsbox.run("images", "--format", "{{.Repository}}{{.ID}}", id).out());
  }

  @Test
  void buildsOnWhatItMade() throws Exception {
    nsbox.run("run", "--name", "a", ALPINE, "sh", "-c", "mkdir /d; echo 1 > /d/one").expect(0);
    commit("a", "one:1");
    nsbox.run("run", "--name", "b", "one:1", "sh", "-c", "rm /d/one; echo 2 > /d/two").expect(0);
    commit("-m", "the second", "-a", "Me <me@registry.test>", "b", "two:1");
    assertEquals(new Result(0, "two\n", ""), nsbox.run("run", "--rm", "two:1", "ls", "/d"));
    List<String> steps =
        nsbox
            .run("history", "--no-trunc", "--format", "{{.CreatedBy}}|{{.Comment}}", "two:1")
            .expect(0)
            .out()
            .lines()
            .toList();
    assertEquals("sh -c rm /d/one; echo 2 > /d/two|the second", steps.get(0));
    assertEquals("sh -c mkdir /d; echo 1 > /d/one|", steps.get(1));
    assertEquals(
        new Result(0, "Me <me@registry.test>\n", ""),
        nsbox.run("inspect", "--format", "{{.Author}}", "two:1"));
  }

  @Test
  void takesTheEmbeddedImage() throws Exception {
    Result hello = nsbox.run("run", "--name", "c", "hello").expect(0);
    String id = commit("c", "hello-again");
    assertEquals(
        hello.out().lines().findFirst(),
        nsbox.run("run", "--rm", "hello-again").expect(0).out().lines().findFirst());
    assertEquals(
        "/hello\n\n", nsbox.run("history", "--format", "{{.CreatedBy}}", id).expect(0).out());
  }

  @Test
  void changesTheConfigAndKeepsTheRest() throws Exception {
    Path layout =
        new Layout(nsbox.folder.resolve("custom"))
            .layer(layout("alpine"), LAYER, DIFF_ID)
            .config(
                "\"Cmd\":[\"old\"],\"Env\":[\"A=1\",\"B=2\"],\"Labels\":{\"l\":\"1\"},"
                    + "\"WorkingDir\":\"/w\",\"x.unknown\":{\"deep\":[1]}")
            .image("\"x.custom\":{\"kept\":true}")
            .write("custom:1");
    nsbox.run("import", layout.toString()).expect(0);
    nsbox.run("run", "--name", "c", "custom:1", "/bin/true").expect(0);
    String plain = config(commit("c"));
    assertTrue(plain.contains("\"x.custom\":{\"kept\":true}"), plain);
    assertTrue(plain.contains("\"Cmd\":[\"old\"]"), plain);
    assertTrue(plain.contains("\"x.unknown\":{\"deep\":[1]}"), plain);
    String changed =
        config(
            commit(
                "-c",
                "ENV A=$B C=3",
                "-c",
                "LABEL m=2",
                "-c",
                "ENTRYPOINT [\"/bin/e\"]",
                "-c",
                "WORKDIR below",
                "-c",
                "EXPOSE 80",
                "--change",
                "STOPSIGNAL 9",
                "c"));
    for (String member :
        List.of(
            "\"Env\":[\"A=2\",\"B=2\",\"C=3\"]",
            "\"Labels\":{\"l\":\"1\",\"m\":\"2\"}",
            "\"Entrypoint\":[\"/bin/e\"]",
            "\"WorkingDir\":\"/w/below\"",
            "\"ExposedPorts\":{\"80/tcp\":{}}",
            "\"StopSignal\":\"9\"",
            "\"x.unknown\":{\"deep\":[1]}")) {
      assertTrue(changed.contains(member), member + " in " + changed);
    }
    assertTrue(!changed.contains("\"Cmd\""), "meant for another entrypoint: " + changed);
  }

  /// The manifest of an image, which is the one that names its config.
  private String manifest(String id) throws IOException {
    Path blobs = nsbox.root.resolve("images/blobs/sha256");
    for (String blob : Nsbox.entries(blobs)) {
      byte[] bytes = Files.readAllBytes(blobs.resolve(blob));
      String text = new String(bytes, ISO_8859_1);
      if (text.startsWith("{\"schemaVersion\"") && text.contains(id)) {
        return text;
      }
    }
    throw new AssertionError("no manifest of " + id);
  }

  private String config(String id) throws IOException {
    return Files.readString(nsbox.root.resolve("images/blobs/sha256").resolve(id.substring(7)));
  }

  @Test
  void givesTheSameImageForTheSameTime() throws Exception {
    nsbox.run("run", "--name", "c", ALPINE, "sh", "-c", CHANGES).expect(0);
    Map<String, String> epoch = Map.of("SOURCE_DATE_EPOCH", "1500000000");
    Result first = nsbox.start(epoch, List.of("nsbox", "commit", "c", "same:1")).finish().expect(0);
    Result second = nsbox.start(epoch, List.of("nsbox", "commit", "c")).finish();
    assertEquals(first, second);
    assertNotEquals(first.out(), nsbox.run("commit", "c").expect(0).out());
    assertEquals(
        new Result(0, "1500000000\n981173106\n", ""),
        nsbox.run("run", "--rm", "same:1", "stat", "-c", "%Y", "/created", "/etc/issue"));
    Result wrong =
        nsbox.start(Map.of("SOURCE_DATE_EPOCH", "x"), List.of("nsbox", "commit", "c")).finish();
    assertEquals(
        new Result(125, "", "nsbox: SOURCE_DATE_EPOCH should be seconds since 1970, it is x\n"),
        wrong);
  }

  @Test
  void writesTheIdIntoAFile() throws Exception {
    nsbox.run("run", "--name", "c", ALPINE, "true").expect(0);
    String id = commit("-q", "--pause=false", "--iidfile", "id", "c");
    assertEquals(id, Files.readString(nsbox.folder.resolve("id")));
    isRefused("--iidfile no/id: its folder is not there\n", "--iidfile", "no/id", "c");
  }

  @Test
  void refusesWhatIsWrong() throws Exception {
    nsbox.run("run", "--name", "c", ALPINE, "touch", "/f").expect(0);
    isRefused("no container with name or ID \"no\" found: no such container\n", "no", "x:1");
    isRefused(
        "not an image reference: \"Not Good\": the repository must be lower case\n",
        "c",
        "Not Good");
    isRefused(
        "cannot commit as x@sha256:" + "0".repeat(64) + ": a digest is found, not given\n",
        "c",
        "x@sha256:" + "0".repeat(64));
    isRefused(
        """
        cannot pause container c: nsbox cannot pause yet
          Stop it first, or commit it as it runs: --pause=false
        """,
        "-p",
        "c");
    isRefused("--format tar: expected oci or docker\n", "-f", "tar", "c");
    isRefused(
        "cannot change the image by \"RUN x\": the instructions are CMD, ENTRYPOINT, ENV, EXPOSE,"
            + " LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME and WORKDIR\n",
        "-c",
        "RUN x",
        "c");
    isRefused("commit takes one container and one name; these are more\n", "c", "a", "b");
  }

  @Test
  void refusesAFileThatALayerCannotHold() throws Exception {
    nsbox.run("run", "--name", "c", ALPINE, "touch", "/etc/.wh.x").expect(0);
    isRefused(
        """
        cannot commit container c
          no layer can hold /etc/.wh.x: a name that begins with .wh., which says in a layer that a file is gone
        """,
        "c",
        "x:1");
  }

  @Test
  void refusesAContainerWhoseImageIsGone() throws Exception {
    Path layout =
        new Layout(nsbox.folder.resolve("going"))
            .layer(layout("alpine"), LAYER, DIFF_ID)
            .write("going:1");
    nsbox.run("import", layout.toString()).expect(0);
    String id = nsbox.run("images", "-q", "--no-trunc", "going:1").out().strip();
    nsbox.run("run", "--name", "c", "going:1", "/bin/true").expect(0);
    nsbox.run("tag", "going:1", "other:1").expect(0);
    nsbox.run("rmi", "going:1").expect(0);
    commit("c", "by-its-id:1");
    nsbox.run("rmi", "-f", "by-its-id:1").expect(0);
    nsbox.run("rmi", "-f", "other:1").expect(0);
    isRefused(
        "cannot commit container c\n  Its image going:1 ("
            + id
            + ") has been removed from the store. Bring it in again first.\n",
        "c",
        "x:1");
  }

  /// One message, exit code 125, and a store that is as it was.
  private void isRefused(String text, String... arguments) throws Exception {
    List<String> before = listing(nsbox.root);
    List<String> command = new ArrayList<>(List.of("commit"));
    command.addAll(List.of(arguments));
    assertEquals(new Result(125, "", "nsbox: " + text), nsbox.run(command.toArray(new String[0])));
    assertEquals(before, listing(nsbox.root));
  }

  /// Index, blobs, snapshots, and whatever is on its way.
  private static List<String> listing(Path root) throws IOException {
    List<String> listing = new ArrayList<>();
    listing.add(Files.readString(root.resolve("images/index.json")));
    for (String folder : List.of("images/blobs/sha256", "snapshots", "ingest")) {
      try (Stream<Path> files = Files.list(root.resolve(folder))) {
        files.map(Path::toString).sorted().forEach(listing::add);
      }
    }
    return listing;
  }

  @Test
  void leavesTheStoreAsItWasOnAFullDisk() throws Exception {
    Path disk = Files.createDirectory(nsbox.folder.resolve("disk"));
    nsbox.sh("mount -t tmpfs -o size=30m none " + disk).expect(0);
    try {
      Map<String, String> there = Map.of("NSBOX_ROOT", disk.resolve("root").toString());
      at(there, "import", layout("alpine").toString()).expect(0);
      /* The one is too large as a blob, the other when it is unpacked. */
      for (String source : List.of("urandom", "zero")) {
        at(
                there,
                "run",
                "--name",
                "c",
                ALPINE,
                "sh",
                "-c",
                "dd if=/dev/" + source + " of=/big bs=1M count=11 2>&-")
            .expect(0);
        List<String> before = listing(disk.resolve("root"));
        Result full = at(there, "commit", "c", "x:1").expect(125);
        assertEquals("", full.out());
        String expected =
            source.equals("zero") ? "no space left on device" : "bytes of container c for the free";
        assertTrue(full.err().contains(expected), full.err());
        assertEquals(before, listing(disk.resolve("root")));
        at(there, "rm", "c").expect(0);
      }
    } finally {
      nsbox.sh("umount " + disk).expect(0);
    }
  }

  private Result at(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("nsbox"));
    command.addAll(List.of(arguments));
    return nsbox.start(environment, command).finish();
  }

  @Test
  void leavesNothingVisibleWhenItIsKilled() throws Exception {
    makeLarge();
    List<String> before = listing(nsbox.root);
    String images = nsbox.run("images", "-q").out();
    for (int delay = 0; delay <= 400; delay += 200) {
      Running commit = nsbox.start("commit", "c", "killed:1");
      Nsbox.await("a layer on its way", () -> layerOnItsWay());
      Thread.sleep(delay);
      List<Long> planner = Host.childrenOf(commit.process().pid());
      commit.signal("KILL");
      commit.finish();
      Nsbox.await(
          "end of the planner",
          () -> planner.stream().noneMatch(pid -> Files.exists(Path.of("/proc/" + pid))));
      assertEquals(images, nsbox.run("images", "-q").expect(0).out());
      isRefusedAfterSweep();
      assertEquals(before, listing(nsbox.root), "after " + delay + " ms");
    }
    commit("c", "whole:1");
    nsbox.run("run", "--rm", "whole:1", "test", "-s", "/big").expect(0);
  }

  @Test
  void makesNoImageOfAContainerThatIsRemovedMeanwhile() throws Exception {
    makeLarge();
    List<String> before = listing(nsbox.root);
    Running commit = nsbox.start("commit", "c", "removed:1");
    Nsbox.await("a layer on its way", () -> layerOnItsWay());
    nsbox.run("rm", "-f", "c").expect(0);
    assertEquals(
        new Result(125, "", "nsbox: cannot commit container c\n  It was removed meanwhile.\n"),
        commit.finish());
    assertEquals(before, listing(nsbox.root));
  }

  /// A container that takes seconds to commit.
  private void makeLarge() throws Exception {
    String fill = "dd if=/dev/urandom of=/big bs=1M count=50 2>&-; touch /late";
    nsbox.run("run", "--name", "c", ALPINE, "sh", "-c", fill).expect(0);
  }

  private boolean layerOnItsWay() throws IOException {
    for (String folder : Nsbox.entries(nsbox.root.resolve("ingest"))) {
      Path layer = nsbox.root.resolve("ingest").resolve(folder).resolve("layer");
      if (Files.exists(layer) && Files.size(layer) > 0) {
        return true;
      }
    }
    return false;
  }

  /* Any commit puts in order what a killed one left. */
  private void isRefusedAfterSweep() throws Exception {
    nsbox.run("commit", "-c", "RUN x", "c").expect(125);
  }
}
