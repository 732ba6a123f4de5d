package nsbox.e2e.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import nsbox.e2e.Layout;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// From anywhere to anywhere, byte for byte, as skopeo sees it.
final class CopyTest extends RegistryTests {
  @Override
  String command() {
    return "copy";
  }

  private Result copy(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("copy", "-q", "--retry", "0"));
    all.addAll(List.of(arguments));
    return run(all.toArray(new String[0]));
  }

  private void copies(Blob manifest, String... arguments) throws Exception {
    assertEquals(new Result(0, manifest.digest() + "\n", ""), copy(arguments));
  }

  private static String raw(String place) throws Exception {
    return Outside.run("skopeo", "inspect", "--tls-verify=false", "--raw", place);
  }

  private Path fresh() throws Exception {
    return Files.createTempDirectory(scratch, "copy-");
  }

  /// Two platforms under one name; the first is this machine's.
  private record Both(Crafted ours, Crafted other, Blob index, String name) {}

  private Both both(long seed) throws Exception {
    Crafted ours = Crafted.random(seed, 3000);
    Crafted other = Crafted.image("s390x", List.of(Blob.layer("other", "s390x " + seed)));
    String repository = newRepository();
    Blob index =
        Crafted.index(
            List.of(other.manifest(), ours.manifest()),
            List.of("linux/s390x", "linux/" + Crafted.architecture()));
    populated
        .image(other, repository, "other")
        .image(ours, repository, "ours")
        .manifest(repository, "1", index);
    return new Both(ours, other, index, proxy.host() + "/" + repository + ":1");
  }

  @Test
  void goesRoundThroughEveryPlace() throws Exception {
    Crafted image = Crafted.random(400, 30_000, 50_000);
    Path folder = fresh();
    String layout = "oci:" + folder.resolve("layout") + ":one";
    String archive = "oci-archive:" + folder.resolve("layout.tar") + ":one";
    String again = "docker://" + plain.host() + "/" + newRepository() + ":again";
    copies(image.manifest(), "docker://" + pushed(image), layout);
    assertEquals(image.manifest().text(), raw(layout));
    copies(image.manifest(), layout, archive);
    assertEquals(image.manifest().text(), raw(archive));
    copies(image.manifest(), archive, "store:copied/round:1");
    store.assertSound();
    assertEquals(0, run("run", "--rm", "--pull", "never", "copied/round:1").code());
    copies(image.manifest(), "store:copied/round:1", again);
    assertEquals(image.manifest().text(), raw(again));
    run("rmi", "copied/round:1").expect(0);
  }

  @Test
  void dockersArchiveKeepsTheImage() throws Exception {
    Crafted image = Crafted.random(401, 30_000);
    Path folder = fresh();
    String archive = "docker-archive:" + folder.resolve("image.tar");
    List<String> before = store.listing();
    copies(image.manifest(), "docker://" + pushed(image), archive + ":team/app:1");
    assertEquals(before, store.listing(), "the store, which has no part in this");
    assertTrue(raw(archive).contains(image.config().digest()), raw(archive));
    Result back = copy(archive, "oci:" + folder.resolve("back") + ":1").expect(0);
    assertEquals(back.out().strip(), digest(raw("oci:" + folder.resolve("back") + ":1")));
    copy(archive + ":team/app:1", "store:back:1").expect(0);
    assertEquals(0, run("run", "--rm", "--pull", "never", "back:1").code());
    Result missing = copy(archive + ":team/other:1", "oci:" + folder.resolve("no"));
    saysWhy(missing, "team/other:1");
    assertFalse(Files.exists(folder.resolve("no")));
    run("rmi", "back:1").expect(0);
  }

  @Test
  void archivingTouchesNoNameOfTheStore() throws Exception {
    Crafted image = Crafted.random(402, 3000);
    Crafted other = Crafted.random(403, 4000);
    Path folder = fresh();
    copies(image.manifest(), "docker://" + pushed(image), "store:team/app:1");
    copies(other.manifest(), "docker://" + pushed(other), "oci:" + folder.resolve("o") + ":x");
    List<String> before = store.listing();
    copy(
            "oci:" + folder.resolve("o") + ":x",
            "docker-archive:" + folder.resolve("a") + ":team/app:1")
        .expect(0);
    copy("store:team/app:1", "docker-archive:" + folder.resolve("b")).expect(0);
    copy("store:team/app:1", "docker-archive:" + folder.resolve("c") + ":new/name:1").expect(0);
    assertEquals(before, store.listing());
    run("rmi", "team/app:1").expect(0);
  }

  @Test
  void takesAnIndexWithAllWhereAsked() throws Exception {
    Both both = both(404);
    Path folder = fresh();
    String from = "docker://" + both.name();
    String one = "oci:" + folder + ":one";
    String all = "oci:" + folder + ":all";
    copies(both.ours().manifest(), from, one);
    assertEquals(0, proxy.requests("GET .*" + both.other().manifest().digest()).size());
    copies(both.index(), "--all", from, all);
    assertEquals(both.index().text(), raw(all));
    assertEquals(both.ours().manifest().text(), raw(one), "what was there before");
    copies(both.other().manifest(), "--platform", "linux/s390x", all, "oci:" + folder + ":z");
    copies(both.ours().manifest(), all, "oci-archive:" + folder.resolve("one.tar"));
    copies(both.index(), "--all", all, "oci-archive:" + folder.resolve("all.tar"));
    String again = "docker://" + plain.host() + "/" + newRepository() + ":all";
    copies(both.index(), "--all", "oci-archive:" + folder.resolve("all.tar"), again);
    assertEquals(both.index().text(), raw(again));
    copies(both.index(), "--all", again, "store:all:1");
    assertEquals(both.index().text(), raw("oci:" + store.layout() + ":docker.io/library/all:1"));
    copies(both.index(), "--all", "store:all:1", "oci:" + folder + ":back");
    copies(both.ours().manifest(), "store:all:1", "oci:" + folder + ":host");
    store.assertSound();
    Outside.run(
        "skopeo", "--insecure-policy", "copy", "-q", "--all", all, "oci:" + folder.resolve("s"));
    saysWhy(copy("--platform", "linux/riscv64", all, "oci:" + folder + ":no"), "riscv64");
    run("rmi", "all:1").expect(0);
  }

  @Test
  void namesWhatIsMissing() throws Exception {
    Both both = both(405);
    Path folder = fresh();
    String from = "docker://" + both.name();
    copies(both.ours().manifest(), from, "oci:" + folder + ":a");
    copies(both.other().manifest(), "--platform", "linux/s390x", from, "oci:" + folder + ":b");
    List<String> before = files(folder);
    String to = "store:never:1";
    saysWhy(copy("oci:" + folder, to), "2 entries");
    saysWhy(copy("oci:" + folder + ":c", to), "one entry c", "none");
    saysWhy(copy("oci:" + folder.resolve("x") + ":c", to), "/x");
    saysWhy(copy("oci-archive:" + folder.resolve("x.tar"), to), "x\\.tar");
    saysWhy(copy("docker-archive:" + folder.resolve("x.tar"), to), "x\\.tar");
    saysWhy(copy("store:nobody/has:1", to), "nobody/has:1");
    saysWhy(copy("docker://" + plain.host() + "/nobody/has:1", to), "nobody/has:1");
    assertEquals(before, files(folder));
    assertFalse(run("images").out().contains("never"));
  }

  @Test
  void refusesPlacesThatAreNone() throws Exception {
    Path folder = fresh();
    String from = "docker://" + pushed(Crafted.random(406, 1000));
    Files.writeString(folder.resolve("letter"), "not a layout");
    List<String> before = files(folder);
    for (String place : List.of("containers-storage:a:1", "docker-daemon:a:1")) {
      Result refused = copy(from, place);
      assertEquals(125, refused.code(), refused::toString);
      assertTrue(refused.err().contains("another engine's storage"), refused.err());
    }
    for (String place : List.of("alpine", "docker:alpine", "oci", "dir:/tmp/x", "store:", "oci:")) {
      Result refused = copy(from, place);
      assertEquals(125, refused.code(), () -> place + refused);
      assertFalse(refused.err().contains("internal error"), refused.err());
    }
    saysWhy(copy(from, "oci:" + folder + ":a"), "neither empty nor an OCI image layout");
    saysWhy(copy(from, "oci:" + folder.resolve("letter") + ":a"), "letter");
    saysWhy(copy(from, "docker-archive:" + folder), folder.toString());
    saysWhy(copy(from, "oci-archive:" + folder.resolve("no/such.tar")), "no");
    assertEquals(before, files(folder));
    assertFalse(Files.exists(nsbox.folder.resolve("blobs")), "a layout where nsbox was called");
  }

  @Test
  void aCopyThatFailsLeavesTheOldOne() throws Exception {
    Crafted old = Crafted.random(407, 2000);
    Crafted broken = Crafted.random(408, 20_000);
    Path folder = fresh();
    String layout = "oci:" + folder.resolve("l") + ":a";
    String archive = "docker-archive:" + folder.resolve("d.tar");
    String oci = "oci-archive:" + folder.resolve("o.tar");
    for (String place : List.of(layout, archive, oci)) {
      copies(old.manifest(), "docker://" + pushed(old), place);
    }
    String name = pushed(broken);
    List<String> before = files(folder);
    proxy.on("GET .*" + broken.layers().getLast().digest(), Faults.corrupt(500));
    for (String place : List.of(layout, archive, oci, "store:broken:1")) {
      saysWhy(copy("docker://" + name, place), digestPattern(broken.layers().getLast()));
    }
    assertEquals(before, files(folder));
    /* A layout of another's, in which a blob is not what its name says. */
    Path bad = fresh();
    proxy.reset();
    copies(broken.manifest(), "docker://" + name, "oci:" + bad + ":a");
    Path blob = bad.resolve("blobs/sha256/" + broken.layers().getLast().digest().substring(7));
    byte[] bytes = Files.readAllBytes(blob);
    bytes[1000] ^= 1;
    Files.write(blob, bytes);
    String remote = plain.host() + "/" + newRepository() + ":1";
    for (String place : List.of(archive, oci, "store:broken:1", "docker://" + remote)) {
      saysWhy(copy("oci:" + bad + ":a", place), digestPattern(broken.layers().getLast()));
    }
    saysWhy(copy("oci:" + bad + ":a", layout), digestPattern(broken.layers().getLast()));
    assertEquals(old.manifest().text(), raw(layout));
    assertEquals(
        1, Outside.attempt("skopeo", "inspect", "--tls-verify=false", "docker://" + remote).code());
    assertFalse(run("images").out().contains("broken"));
    store.assertSound();
  }

  @Test
  void takesCredentialsAndDigestFile() throws Exception {
    Crafted image = Crafted.random(409, 2000);
    Path passwords = scratch.resolve("htpasswd");
    Outside.run("htpasswd", "-Bbc", passwords.toString(), "ann", "s3cr3t-x");
    Path digest = scratch.resolve("digest");
    String from = "docker://" + pushed(image);
    try (DockerRegistry closed =
        DockerRegistry.start(scratch.resolve("closed"), new DockerRegistry.Htpasswd(passwords))) {
      String there = "docker://" + closed.host() + "/app:1";
      String layout = "oci:" + fresh() + ":a";
      saysWhy(copy(from, there), "401|(?i)credentials");
      saysWhy(
          copy("--dest-creds", "ann:no", from, there), "401|(?i)unauthorized|credentials|refuse");
      copies(
          image.manifest(),
          "--dest-creds",
          "ann:s3cr3t-x",
          "--digestfile",
          digest.toString(),
          from,
          there);
      assertEquals(image.manifest().digest(), Files.readString(digest).strip());
      saysWhy(copy(there, layout), "401|(?i)credentials");
      saysWhy(
          copy("--dest-creds", "ann:s3cr3t-x", there, layout),
          "401|(?i)unauthorized|credentials|refuse");
      copies(image.manifest(), "--src-creds", "ann:s3cr3t-x", there, layout);
      for (HttpRequest request : proxy.requests()) {
        assertEquals(java.util.Optional.empty(), request.header("Authorization"));
      }
      saysWhy(copy("--src-tls-verify=true", from, layout + "2"), "(?i)TLS|https|http");
    }
  }

  /* Or that was killed before it was done. */
  @Test
  void copiesIntoALayoutThatAnotherCopyHasBegun() throws Exception {
    Crafted image = Crafted.random(419, 3000);
    Path folder = fresh();
    Files.createDirectories(folder.resolve("blobs/sha256"));
    Files.writeString(folder.resolve(".index.json.nsbox"), "{");
    copies(image.manifest(), "docker://" + pushed(image), "oci:" + folder + ":a");
  }

  @Test
  void manyCopyIntoOneLayoutAtOnce() throws Exception {
    Path folder = fresh();
    Files.delete(folder);
    List<Crafted> images = new ArrayList<>();
    List<Running> copies = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      images.add(Crafted.random(420 + i, 200_000, 30_000));
    }
    for (int i = 0; i < 5; i++) {
      String name = pushed(images.get(i));
      copies.add(start("copy", "-q", "docker://" + name, "oci:" + folder + ":" + i));
    }
    for (Running copy : copies) {
      copy.finish().expect(0);
    }
    for (int i = 0; i < 5; i++) {
      assertEquals(images.get(i).manifest().text(), raw("oci:" + folder + ":" + i));
    }
    try (Stream<Path> all = Files.walk(folder)) {
      assertEquals(List.of(), all.filter(it -> it.toString().contains("nsbox.lock")).toList());
    }
  }

  private static List<String> files(Path folder) throws Exception {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.filter(Files::isRegularFile).sorted().toList()) {
        lines.add(folder.relativize(path) + " " + Layout.sha256(Files.readAllBytes(path)));
      }
    }
    return lines;
  }

  private static String digest(String text) {
    return "sha256:" + Layout.sha256(text.getBytes(UTF_8));
  }
}
