package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Images of every form come in, as they are, and run.
final class PullTest extends RegistryTests {
  private static final Duration SOON = Duration.ofSeconds(10);

  @Test
  void pullsARealImageAndRunsIt() throws Exception {
    String repository = newRepository();
    populated.shared("alpine", "3.20", repository, "1");
    String name = proxy.host() + "/" + repository + ":1";
    Result result = pull(name).result().expect(0);
    assertTrue(result.out().matches("sha256:[0-9a-f]{64}\n"), result.out());
    assertEquals(
        new Result(0, "3.20\n", ""),
        run("run", "--rm", name, "sh", "-c", "cut -d. -f1,2 /etc/alpine-release"));
    String shown = run("images", "--no-trunc").expect(0).out();
    assertTrue(shown.contains(result.out().strip()), shown);
    store.assertSound();
  }

  @Test
  void fetchesNothingTwice() throws Exception {
    Crafted image = Crafted.random(100, 1_000_000, 2_000_000);
    String name = pushed(image);
    pulls(image, name);
    int blobs = proxy.requests("GET .*/blobs/").size();
    pulls(image, name);
    assertEquals(blobs, proxy.requests("GET .*/blobs/").size());
    for (Blob layer : image.ownLayers()) {
      assertEquals(layer.bytes().length, fetched(layer));
    }
  }

  /* Unpacked without the layer below, such a layer stops at its first entry, and is read again. */
  @Test
  void unpacksALayerThatNeedsTheOneBelow() throws Exception {
    Crafted image =
        Crafted.image(
            List.of(
                Blob.layer("base/file", "the same file"),
                Blob.linkLayer("base/link", "base/file", 3_000_000, 7)));
    String name = pushed(image);
    pulls(image, name);
    assertEquals(image.layers().getLast().bytes().length, fetched(image.layers().getLast()));
    run("run", "--rm", name).expect(0);
    assertTrue(
        store.listing().stream().anyMatch(it -> it.contains("/fs/base/link ")),
        () -> store.toString());
  }

  @Test
  void keepsTheRegistrysBytes() throws Exception {
    Crafted image = Crafted.random(101, 5000);
    String name = pushed(image);
    pulls(image, name);
    assertTrue(store.blobs().contains(image.manifest().digest().substring(7)));
    String raw = Outside.run("skopeo", "inspect", "--raw", "oci:" + store.layout() + ":" + name);
    assertEquals(image.manifest().text(), raw);
  }

  @Test
  void isQuietWhereAsked() throws Exception {
    Crafted image = Crafted.random(102, 5000);
    String name = pushed(image);
    assertEquals(new Result(0, image.imageId() + "\n", ""), run("pull", "-q", name));
  }

  @Test
  void pullsByDigest() throws Exception {
    Crafted image = Crafted.random(103, 5000);
    String name = pushed(image).replaceFirst(":1$", "@" + image.manifest().digest());
    pulls(image, name);
    assertEquals(0, run("run", "--rm", name).code());
  }

  @Test
  void picksThePlatformFromNestedIndexes() throws Exception {
    Crafted ours = Crafted.random(104, 3000);
    Crafted other = Crafted.image("s390x", List.of(Blob.layer("other", "s390x")));
    String repository = newRepository();
    Blob inner =
        Crafted.index(
            List.of(other.manifest(), ours.manifest()),
            List.of("linux/s390x", "linux/" + Crafted.architecture()));
    Blob outer = Crafted.index(List.of(inner), List.of(""));
    populated
        .image(other, repository, "other")
        .image(ours, repository, "ours")
        .manifest(repository, inner.digest(), inner)
        .manifest(repository, "1", outer);
    String name = proxy.host() + "/" + repository + ":1";
    pulls(ours, name);
    assertEquals(0, proxy.requests("GET .*" + other.layers().getLast().digest()).size());
    pulls(other, "--platform", "linux/s390x", name);
    isRefused(SOON, List.of("--platform", "linux/riscv64", name), "riscv64");
    pull("--all-platforms", name).result().expect(0);
    store.assertSound();
  }

  @Test
  void pullsAllTags() throws Exception {
    String repository = newRepository();
    List<String> identifiers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Crafted image = Crafted.random(110 + i, 1000);
      populated.image(image, repository, "v" + i);
      identifiers.add(image.imageId());
    }
    Result result = pull("--all-tags", proxy.host() + "/" + repository).result().expect(0);
    assertEquals(identifiers.stream().sorted().toList(), result.out().lines().sorted().toList());
    String images = run("images").expect(0).out();
    for (int i = 0; i < 3; i++) {
      int tag = i;
      assertTrue(images.lines().anyMatch(it -> it.contains(repository) && it.contains(" v" + tag)));
    }
  }

  @Test
  void unpacksZstdAndManyLayers() throws Exception {
    List<Blob> layers = new ArrayList<>(List.of(Blob.zstdLayer(scratch, "z", "zstd")));
    for (int i = 0; i < 20; i++) {
      layers.add(Blob.layer("f" + i, "layer " + i));
    }
    Crafted image = Crafted.image(layers);
    String name = pushed(image);
    pulls(image, name);
    assertEquals(0, run("run", "--rm", name).code());
  }

  @Test
  void pullsDockersFormat() throws Exception {
    Crafted image = Crafted.random(120, 5000);
    String repository = newRepository();
    populated.image(image, repository, "oci");
    Outside.run(
        "skopeo",
        "--insecure-policy",
        "copy",
        "-q",
        "--format=v2s2",
        "--src-tls-verify=false",
        "--dest-tls-verify=false",
        "docker://" + plain.host() + "/" + repository + ":oci",
        "docker://" + plain.host() + "/" + repository + ":docker");
    String name = proxy.host() + "/" + repository + ":docker";
    Result result = pull(name).result().expect(0);
    assertTrue(result.out().startsWith("sha256:"), result.out());
    assertEquals(0, run("run", "--rm", name).code());
  }

  @Test
  void refusesSchema1() throws Exception {
    Crafted image = Crafted.random(121, 1000);
    String name = pushed(image);
    String body = Crafted.schema1("app", "1", image.layers().getFirst());
    proxy.on("(GET|HEAD) .*/manifests/", Faults.body(Crafted.SCHEMA_1, body));
    isRefused(SOON, List.of(name), "(?i)schema ?(version )?1|signed");
  }

  @Test
  void neverFollowsAForeignLayersAddress() throws Exception {
    try (FaultProxy foreign = FaultProxy.before(plain)) {
      Blob layer = Blob.layer("f", "foreign").as(Blob.FOREIGN, foreign.url() + "/layer");
      String name = pushed(Crafted.image(List.of(layer)));
      isRefused(SOON, List.of(name), layer.digest().substring(0, 19));
      assertEquals(List.of(), foreign.requests());
    }
  }

  @Test
  void namesWhatIsMissing() throws Exception {
    String name = proxy.host() + "/nobody/has-this:1";
    isRefused(SOON, List.of(name), Pattern.quote("nobody/has-this:1"), "(?i)unknown|not |no ");
    assertEquals(0, proxy.requests("blobs").size());
  }

  @Test
  void namesARegistryThatDoesNotAnswer() throws Exception {
    isRefused(SOON, List.of("localhost:1/app:1"), "localhost:1", "(?i)refused|connect");
  }

  @Test
  void refusesNamesThatClimb() throws Exception {
    for (String name : List.of("../../etc/passwd", "localhost:1/../x", "a/..%2fb", "a:../b")) {
      Result result = pull(name).result();
      assertEquals(125, result.code(), result::toString);
      assertFalse(result.err().contains("internal error"), result.err());
    }
    assertEquals(List.of(), proxy.requests());
  }

  @Test
  void removesAnImage() throws Exception {
    Crafted image = Crafted.random(122, 1000);
    String name = pushed(image);
    pulls(image, name);
    run("rmi", name).expect(0);
    assertFalse(run("images", "--no-trunc").out().contains(image.imageId()));
    store.assertSound();
  }
}
