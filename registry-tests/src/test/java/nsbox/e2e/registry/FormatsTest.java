package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Compressions and indexes on their way in and out again, read by other tools.
final class FormatsTest extends RegistryTests {
  private static String raw(String place) throws Exception {
    return Outside.run("skopeo", "inspect", "--tls-verify=false", "--raw", place);
  }

  private static void greets(Result result) {
    assertEquals(0, result.code(), result::toString);
    assertTrue(result.out().startsWith("Hello from a container"), result::toString);
  }

  /// Layers of docker's archives are not compressed.
  private String loaded(Crafted image) throws Exception {
    Path folder = Files.createTempDirectory(scratch, "f-");
    run("copy", "-q", "docker://" + pushed(image), "oci:" + folder.resolve("l") + ":1").expect(0);
    String name = "loaded/" + newRepository() + ":1";
    Path archive = folder.resolve("image.tar");
    Outside.run(
        "skopeo",
        "--insecure-policy",
        "copy",
        "-q",
        "oci:" + folder.resolve("l") + ":1",
        "docker-archive:" + archive + ":" + name);
    run("load", "-i", archive.toString()).expect(0);
    proxy.reset();
    return name;
  }

  private void isPushedAs(String compression, String mediaType) throws Exception {
    String name = loaded(Crafted.random(1100 + compression.length(), 30_000, 5000));
    String there = proxy.host() + "/" + newRepository() + ":1";
    String digest =
        run("push", "-q", "--compression-format", compression, name, there).expect(0).out().strip();
    String pushed = raw("docker://" + there);
    assertEquals(digest, Blob.of("", pushed).digest());
    assertTrue(pushed.contains(mediaType), pushed);
    assertFalse(pushed.contains("diff.tar\""), pushed);
    run("rmi", name).expect(0);
    run("pull", "-q", there).expect(0);
    greets(run("run", "--rm", "--pull", "never", there));
    run("rmi", there).expect(0);
    assertEquals(List.of(), store.blobs());
  }

  @Test
  void compressesWithGzip() throws Exception {
    isPushedAs("gzip", "gzip\"");
  }

  @Test
  void compressesWithZstd() throws Exception {
    isPushedAs("zstd", "zstd\"");
  }

  @Test
  void podmanReadsWhatWasCompressed() throws Exception {
    for (String compression : List.of("gzip", "zstd")) {
      String name = loaded(Crafted.random(1110, 30_000));
      String there = plain.host() + "/" + newRepository() + ":1";
      run("push", "-q", "--compression-format", compression, name, there).expect(0);
      /* Podman takes no longer path. */
      Path own = Files.createTempDirectory("p");
      List<String> podman =
          List.of("--root", own + "/root", "--runroot", own + "/run", "--storage-driver", "vfs");
      podman(podman, "pull", "-q", "--tls-verify=false", there);
      assertTrue(podman(podman, "images").contains(there.substring(0, there.length() - 2)));
      podman(podman, "rmi", "-f", there);
      Outside.removeTree(own);
      run("rmi", name).expect(0);
    }
  }

  private static String podman(List<String> flags, String... arguments) throws Exception {
    List<String> all = new java.util.ArrayList<>(flags);
    all.addAll(List.of(arguments));
    return Outside.run("podman", all.toArray(new String[0]));
  }

  @Test
  void pushesNothingTwice() throws Exception {
    String name = loaded(Crafted.random(1120, 30_000, 200_000));
    String there = proxy.host() + "/" + newRepository() + ":1";
    String first = run("push", "-q", name, there).expect(0).out();
    assertFalse(proxy.requests("PUT .*/blobs/").isEmpty());
    proxy.reset();
    assertEquals(first, run("push", "-q", name, there).expect(0).out());
    assertEquals(List.of(), proxy.requests("(POST|PATCH|PUT) .*/blobs/"));
    run("rmi", name).expect(0);
  }

  @Test
  void skopeoReadsAnIndexAsItLies() throws Exception {
    Crafted ours = Crafted.random(1130, 3000);
    Crafted other = Crafted.image("s390x", List.of(Blob.layer("other", "s390x")));
    Crafted nested = Crafted.image("riscv64", List.of(Blob.layer("nested", "riscv64")));
    String repository = newRepository();
    Blob index =
        Crafted.index(
            List.of(other.manifest(), ours.manifest(), nested.manifest()),
            List.of("linux/s390x", "linux/" + Crafted.architecture(), "linux/riscv64"));
    populated
        .image(other, repository, "other")
        .image(ours, repository, "ours")
        .image(nested, repository, "nested")
        .manifest(repository, "1", index);
    String name = proxy.host() + "/" + repository + ":1";
    run("pull", "-q", "--all-platforms", name).expect(0);
    String lying = "oci:" + store.layout() + ":" + name;
    assertEquals(index.text(), raw(lying));
    Path copy = scratch.resolve("all");
    Outside.run("skopeo", "--insecure-policy", "copy", "-q", "--all", lying, "oci:" + copy + ":1");
    for (Crafted image : List.of(ours, other, nested)) {
      for (Blob layer : image.layers()) {
        assertTrue(Files.exists(copy.resolve("blobs/sha256/" + layer.digest().substring(7))));
      }
    }
    String there = plain.host() + "/" + newRepository() + ":1";
    assertEquals(index.digest() + "\n", run("push", "-q", name, there).expect(0).out());
    assertEquals(index.text(), raw("docker://" + there));
    greets(run("run", "--rm", "--pull", "never", name));
    run("rmi", name).expect(0);
    assertEquals(List.of(), store.blobs());
  }

  @Test
  void umociReadsAnImageAsItLies() throws Exception {
    Crafted image = Crafted.image(List.of(Blob.layer("etc/greeting", "hi")));
    String name = pushed(image);
    run("pull", "-q", name).expect(0);
    run("tag", name, "umoci:1").expect(0);
    String tags = Outside.run("umoci", "ls", "--layout", store.layout().toString());
    assertTrue(tags.contains(name), tags);
    Path bundle = scratch.resolve("bundle");
    /* Its names end at the first colon after the folder, so one without a port is looked for. */
    Path copy = scratch.resolve("umoci");
    run("copy", "-q", "store:umoci:1", "oci:" + copy + ":1").expect(0);
    Outside.run("umoci", "unpack", "--image", copy + ":1", bundle.toString());
    assertEquals("hi", Files.readString(bundle.resolve("rootfs/etc/greeting")));
    run("rmi", name, "umoci:1").expect(0);
  }

  @Test
  void takesPlainAndPackedLayersTogether() throws Exception {
    Blob zstd = Blob.zstdLayer(scratch, "z", "zstd");
    String name = pushed(Crafted.image(List.of(zstd, Blob.layer("g", "gzip"))));
    greets(run("run", "--rm", name));
    Path archive = scratch.resolve("mixed.tar");
    run("save", "--format", "oci-archive", "-o", archive.toString(), name).expect(0);
    String there = plain.host() + "/" + newRepository() + ":1";
    Outside.run(
        "skopeo",
        "--insecure-policy",
        "copy",
        "-q",
        "--dest-tls-verify=false",
        "oci-archive:" + archive,
        "docker://" + there);
    assertTrue(raw("docker://" + there).contains(zstd.digest()));
    run("rmi", name).expect(0);
  }
}
