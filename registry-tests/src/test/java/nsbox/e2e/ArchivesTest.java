package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Images in and out of files, with podman, buildah, skopeo and umoci at the other end.
final class ArchivesTest extends EndToEnd {
  private static final String ALPINE_ID =
      "ee065457320872392719b9a61a6c7e606922d8dfe606326ba88019ec459ad52c";
  private static final String FULL_NAME = "docker.io/library/" + ALPINE;

  private String podman;

  @Override
  protected void prepare() throws Exception {
    importAlpine();
    nsbox.run("import", layout("busybox").toString()).expect(0);
    podman =
        "podman --root %s/podman --runroot %s/podman-run --storage-driver vfs"
            .formatted(nsbox.folder, nsbox.folder);
  }

  /// A shell script, where its programs are installed.
  private Result sh(String script, String... programs) throws Exception {
    for (String program : programs) {
      program(program);
    }
    return nsbox.sh(script).expect(0);
  }

  /// `nsbox` with a store of its own.
  private String other(String name) {
    return "NSBOX_ROOT=" + nsbox.folder.resolve("root-" + name) + " nsbox";
  }

  private String digest() throws Exception {
    String index = Files.readString(nsbox.root.resolve("images/index.json"));
    int entry = index.lastIndexOf("\"digest\":", index.indexOf(FULL_NAME));
    return index.substring(entry + 10, entry + 81);
  }

  @Test
  void podmanLoadsADockerArchiveOfSeveralImages() throws Exception {
    sh("nsbox save -o several.tar " + ALPINE + " busybox:1.37");
    Result loaded = sh(podman + " load -q -i several.tar", "podman");
    assertEquals(
        List.of("Loaded image: " + FULL_NAME, "Loaded image: docker.io/library/busybox:1.37"),
        loaded.out().lines().sorted().toList());
    String id = sh(podman + " images -q --no-trunc " + FULL_NAME).out().strip();
    assertEquals("sha256:" + ALPINE_ID, id);
  }

  @Test
  void podmanLoadsAnOciArchiveAndAFolder() throws Exception {
    for (String format : List.of("oci-archive", "oci-dir")) {
      sh("nsbox save --format " + format + " -o podman-" + format + " " + ALPINE);
      sh(podman + " rmi -af", "podman");
      Result loaded = sh(podman + " load -q -i podman-" + format);
      /* podman calls what comes from a folder by the folder's name. */
      String name = format.equals("oci-dir") ? "localhost/podman-oci-dir" : FULL_NAME;
      assertEquals("Loaded image: " + name + "\n", loaded.out());
      assertEquals(
          digest(), sh(podman + " image inspect --format '{{.Digest}}' " + name).out().strip());
    }
  }

  @Test
  void skopeoReadsEachFormatWithItsDigests() throws Exception {
    sh(
        "nsbox save -o s.docker.tar "
            + ALPINE
            + "; nsbox save --format oci-archive -o s.oci.tar "
            + ALPINE
            + "; nsbox save --format oci-dir -o s.oci "
            + ALPINE);
    for (String source : List.of("oci-archive:s.oci.tar:", "oci:s.oci:")) {
      String raw = sh("skopeo inspect --raw " + source + FULL_NAME, "skopeo").out();
      assertEquals(digest(), "sha256:" + Layout.sha256(raw.getBytes()));
    }
    sh("skopeo copy -q docker-archive:s.docker.tar:" + FULL_NAME + " dir:s.dir", "skopeo");
    assertTrue(Files.exists(nsbox.folder.resolve("s.dir/" + ALPINE_ID)));
  }

  @Test
  void dockerLoadsWhatIsSavedAndBack() throws Exception {
    program("dockerd");
    program("docker");
    String socket = "unix://" + nsbox.folder.resolve("docker.sock");
    Nsbox.Running daemon =
        nsbox.start(
            Map.of("PATH", System.getenv("PATH") + ":/usr/sbin:/sbin"),
            List.of(
                program("dockerd"),
                "--data-root=" + nsbox.folder.resolve("docker"),
                "--exec-root=" + nsbox.folder.resolve("docker-run"),
                "--pidfile=" + nsbox.folder.resolve("docker.pid"),
                "--host=" + socket,
                "--bridge=none",
                "--iptables=false",
                "--storage-driver=vfs"));
    try {
      Nsbox.await("dockerd", () -> nsbox.sh("docker -H " + socket + " version").code() == 0);
      assertEquals(
          "Loaded image: alpine:3.20\nLoaded image: busybox:1.37\n",
          loaded(sh("nsbox save alpine:3.20 busybox:1.37 | docker -H " + socket + " load")));
      assertEquals(
          "sha256:" + ALPINE_ID + "\n",
          sh("docker -H " + socket + " images -q --no-trunc alpine").out());
      sh("docker -H " + socket + " save -o docker.tar alpine:3.20 busybox:1.37");
      assertEquals(
          "Loaded image: alpine:3.20\nLoaded image: busybox:1.37\n",
          loaded(sh(other("docker") + " load -i docker.tar")));
      assertEquals(
          "sha256:" + ALPINE_ID,
          sh(other("docker") + " images -q --no-trunc alpine").out().strip());
    } finally {
      daemon.signal("TERM");
      daemon.finish();
    }
  }

  /* docker saves in an order that changes from run to run. */
  private static String loaded(Result result) {
    return result.out().lines().sorted().map(line -> line + "\n").collect(Collectors.joining());
  }

  @Test
  void umociUnpacksASavedFolder() throws Exception {
    sh("nsbox save --format oci-dir -o for-umoci " + ALPINE + " busybox:1.37");
    assertEquals(
        List.of(FULL_NAME, "docker.io/library/busybox:1.37"),
        sh("umoci list --layout for-umoci", "umoci").out().lines().toList());
    sh("umoci raw unpack --image for-umoci:" + FULL_NAME + " unpacked", "umoci");
    assertTrue(Files.exists(nsbox.folder.resolve("unpacked/etc/alpine-release")));
  }

  @Test
  void loadsWhatPodmanSaves() throws Exception {
    sh(
        "nsbox save -o p.tar " + ALPINE + " busybox:1.37; " + podman + " load -q -i p.tar",
        "podman");
    sh(podman + " save -q -m -o p-several.tar " + FULL_NAME + " docker.io/library/busybox:1.37");
    for (String format : List.of("docker-archive", "oci-archive", "oci-dir")) {
      sh(podman + " save -q --format " + format + " -o p-" + format + " " + FULL_NAME);
      assertEquals(
          new Result(0, "Loaded image: " + ALPINE + "\n", ""),
          sh(other(format) + " load -q -i p-" + format));
      assertEquals("sha256:" + ALPINE_ID + "\n", sh(other(format) + " images -q --no-trunc").out());
      assertEquals(
          "ok\n",
          sh(other(format) + " run --rm " + ALPINE + " echo ok; " + other(format) + " ps -a -q")
              .out());
    }
    assertEquals(
        List.of("Loaded image: " + ALPINE, "Loaded image: busybox:1.37"),
        sh(other("several") + " load < p-several.tar").out().lines().sorted().toList());
  }

  @Test
  void loadsWhatSkopeoCopies() throws Exception {
    String store = "oci:" + nsbox.root + "/images:" + FULL_NAME;
    sh("skopeo copy -q " + store + " docker-archive:k.tar:team/x:1", "skopeo");
    assertEquals("Loaded image: team/x:1\n", sh(other("k") + " load -i k.tar").out());
    assertEquals("sha256:" + ALPINE_ID + "\n", sh(other("k") + " images -q --no-trunc").out());
    sh("skopeo copy -q " + store + " oci-archive:named.tar:1.0", "skopeo");
    assertEquals("Loaded image: named:1.0\n", sh(other("k2") + " load -i named.tar").out());
    sh("skopeo copy -q " + store + " oci-archive:nameless.tar", "skopeo");
    assertEquals(
        "Loaded image ID: sha256:" + ALPINE_ID + "\n",
        sh(other("k3") + " load < nameless.tar").out());
  }

  @Test
  void loadsWhatBuildahCommits() throws Exception {
    String buildah =
        "buildah --root %s/podman --runroot %s/podman-run --storage-driver vfs"
            .formatted(nsbox.folder, nsbox.folder);
    sh("nsbox save -o b.tar " + ALPINE + "; " + podman + " load -q -i b.tar", "podman", "buildah");
    sh(
        "c=$("
            + buildah
            + " from "
            + FULL_NAME
            + "); echo built > f; "
            + buildah
            + " copy -q $c f /f; "
            + buildah
            + " commit -q $c docker-archive:built.tar:built:1; "
            + buildah
            + " rm $c");
    assertEquals(
        "Loaded image: built:1\n", sh("nsbox load -i built.tar").out().replace("localhost/", ""));
    String name =
        sh("nsbox images").out().contains("localhost/built") ? "localhost/built:1" : "built:1";
    assertEquals("built\n", sh("nsbox run --rm " + name + " cat /f").out());
  }

  @Test
  void detectsCompressionOnStandardInput() throws Exception {
    sh("nsbox save " + ALPINE + " > plain.tar");
    for (String compressor : List.of("cat", "gzip", "zstd", "xz", "bzip2")) {
      assertEquals(
          new Result(0, "Loaded image: " + ALPINE + "\n", ""),
          sh(compressor + " < plain.tar | " + other(compressor) + " load", compressor));
    }
  }

  @Test
  void savesTheSameBytesToAFileAndToStandardOutput() throws Exception {
    sh("nsbox save -o same.tar " + ALPINE + "; nsbox save -o - " + ALPINE + " | cmp - same.tar");
    sh("nsbox save -o /dev/stdout " + ALPINE + " | cmp - same.tar");
    sh("id=$(nsbox images -q --no-trunc | grep " + ALPINE_ID + "); nsbox save $id > id.tar");
    assertEquals(
        "Loaded image ID: sha256:" + ALPINE_ID + "\n", sh(other("id") + " load -i id.tar").out());
  }

  @Test
  void refusesToSaveWhatItCannot() throws Exception {
    List<String> before = Nsbox.entries(nsbox.folder);
    for (String arguments :
        List.of(
            "nosuch:1 -o n.tar",
            ALPINE + " nosuch:1 -o n.tar",
            "-o /dev/null " + ALPINE,
            "-o missing/n.tar " + ALPINE,
            "--format oci-dir " + ALPINE,
            "--format tar -o n.tar " + ALPINE,
            "--uncompressed --format oci-dir -o n " + ALPINE,
            "--platform linux/s390x -o n.tar " + ALPINE)) {
      Result result = nsbox.sh("nsbox save " + arguments);
      assertEquals(125, result.code(), arguments);
      assertTrue(result.err().startsWith("nsbox: "), result.err());
      assertTrue(!result.err().contains("internal error"), result.err());
    }
    List<String> after = Nsbox.entries(nsbox.folder);
    assertEquals(
        before.stream().filter(it -> !it.startsWith("out-") && !it.startsWith("err-")).toList(),
        after.stream().filter(it -> !it.startsWith("out-") && !it.startsWith("err-")).toList());
  }

  @Test
  void leavesNothingOnAFullDisk() throws Exception {
    Path small = Files.createDirectory(nsbox.folder.resolve("small"));
    sh("mount -t tmpfs -o size=2m none " + small, "mount");
    try {
      Files.writeString(small.resolve("out.tar"), "as it was");
      for (String format : List.of("docker-archive", "oci-archive")) {
        Result result = nsbox.run("save", "--format", format, "-o", small + "/out.tar", ALPINE);
        assertEquals(125, result.code(), result.toString());
        assertTrue(result.err().contains("No space left"), result.err());
      }
      assertEquals(
          125, nsbox.run("save", "--format", "oci-dir", "-o", small + "/d", ALPINE).code());
      assertEquals(List.of("out.tar"), Nsbox.entries(small));
      assertEquals("as it was", Files.readString(small.resolve("out.tar")));
      sh("nsbox save -o big.tar " + ALPINE);
      Result loaded =
          nsbox
              .start(
                  Map.of("NSBOX_ROOT", small + "/root"), List.of("nsbox", "load", "-i", "big.tar"))
              .finish();
      assertEquals(125, loaded.code(), loaded.toString());
      assertEquals(List.of(), Nsbox.entries(small.resolve("root/ingest")));
      assertEquals(List.of(), Nsbox.entries(small.resolve("root/images")));
    } finally {
      sh("umount " + small, "umount");
    }
  }

  @Test
  void makesAnImageOfARootFilesystemThatRuns() throws Exception {
    sh("umoci raw unpack --image " + nsbox.root + "/images:" + FULL_NAME + " tree", "umoci");
    sh("tar -C tree -cf rootfs.tar . && xz -0 -k rootfs.tar && gzip -k rootfs.tar");
    for (String file : List.of("rootfs.tar", "rootfs.tar.gz", "rootfs.tar.xz")) {
      Result imported =
          nsbox.run(
              "import",
              "-m",
              "from a tree",
              "-c",
              "ENV A=\"b c\"",
              "--change",
              "CMD [\"sh\", \"-c\", \"echo $A; pwd\"]",
              "-c",
              "WORKDIR /srv",
              file,
              "tree:1");
      assertTrue(imported.expect(0).out().matches("sha256:[0-9a-f]{64}\n"), imported.out());
      assertEquals("", imported.err());
      assertEquals(new Result(0, "b c\n/srv\n", ""), nsbox.run("run", "--rm", "tree:1"));
      assertEquals(
          new Result(0, "b c\n/srv\n", ""), nsbox.run("run", "--rm", imported.out().strip()));
    }
    Result piped = sh("nsbox import - piped:1 < rootfs.tar.gz");
    assertNotEquals("", piped.out());
    assertEquals("ok\n", nsbox.run("run", "--rm", "piped:1", "echo", "ok").out());
  }

  @Test
  void sendsADockerArchiveToLoad() throws Exception {
    sh("nsbox save -o d.tar " + ALPINE);
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: d.tar is an archive of docker save, which has its own command\n"
                + "  nsbox load -i d.tar\n"),
        nsbox.run("import", "d.tar"));
  }

  @Test
  void refusesHostileInputAndLeavesTheStoreAsItWas() throws Exception {
    sh(
        "nsbox save -o whole.tar "
            + ALPINE
            + "; head -c 3000000 whole.tar > early.tar; : > empty; mkfifo fifo; echo text > text");
    sh(
        "mkdir h; cd h; echo '[{\"Config\":\"c\",\"RepoTags\":[\"h:1\"],\"Layers\":[\"l\"]}]'"
            + " > manifest.json; ln -s /etc/shadow c; ln -s ../../../etc/shadow l; tar -cf ../links.tar *");
    sh(
        "truncate -s 4G h/manifest.json; tar -cSf huge.tar -C h manifest.json;"
            + " head -c 1500000000 /dev/zero | gzip -1 > bomb.gz");
    List<String> before = listing();
    for (String file :
        List.of(
            "early.tar",
            "empty",
            "fifo",
            "/dev/zero",
            "text",
            "links.tar",
            "huge.tar",
            "bomb.gz",
            "nosuch")) {
      Result result = nsbox.run("load", "-i", file);
      assertEquals(125, result.code(), file);
      assertEquals("", result.out());
      String first = result.err().lines().findFirst().orElse("");
      assertTrue(first.startsWith("nsbox: ") && first.contains(file), result.err());
      assertTrue(!result.err().contains("internal error"), result.err());
      assertEquals(before, listing(), file);
    }
    for (String input : List.of("early.tar", "empty", "text")) {
      Result result = nsbox.sh("nsbox load < " + input);
      assertEquals(125, result.code(), input);
      assertTrue(result.err().contains("standard input"), result.err());
      assertEquals(125, nsbox.sh("nsbox import - < " + input).code(), input);
      assertEquals(before, listing(), input);
    }
  }

  /// Every file of the store with its length.
  private List<String> listing() throws IOException {
    try (Stream<Path> files = Files.walk(nsbox.root)) {
      return files.sorted().map(it -> it + " " + it.toFile().length()).toList();
    }
  }
}
