package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is removed, and above all what is not.
final class RmiTest extends RegistryTests {
  @Override
  String command() {
    return "rmi";
  }

  private String pulled(Crafted image) throws Exception {
    String name = pushed(image);
    pulls(image, name);
    return name;
  }

  private boolean has(Blob blob) throws Exception {
    return store.blobs().contains(blob.digest().substring(7));
  }

  /// Unpacked layers.
  private List<String> snapshots() throws Exception {
    return Nsbox.entries(nsbox.root.resolve("snapshots")).stream()
        .filter(it -> it.length() == 64)
        .toList();
  }

  private static void refused(int code, Result result, String... texts) {
    assertEquals(code, result.code(), result::toString);
    assertEquals("", result.out());
    for (String text : texts) {
      assertTrue(Pattern.compile(text).matcher(result.err()).find(), result::toString);
    }
  }

  @AfterEach
  void empty() throws Exception {
    for (String id : nsbox.containers()) {
      run("rm", "-f", id);
    }
    run("rmi", "--all").expect(0);
    run("image", "prune", "-af").expect(0);
    assertEquals(List.of(), store.blobs());
    assertEquals(List.of(), snapshots());
  }

  @Test
  void takesOneNameAndTheImageWithTheLast() throws Exception {
    Crafted image = Crafted.random(500, 3000);
    String name = pulled(image);
    run("tag", name, "other:1").expect(0);
    Result untagged = run("rmi", name).expect(0);
    assertEquals("Untagged: " + name + "\n", untagged.out());
    assertTrue(has(image.layers().getLast()));
    assertEquals(0, run("run", "--rm", "--pull", "never", "other:1").code());
    Result gone = run("rmi", "other:1").expect(0);
    assertEquals(
        "Untagged: docker.io/library/other:1\nDeleted: " + image.imageId().substring(7) + "\n",
        gone.out());
    assertEquals(List.of(), store.blobs());
    assertEquals(List.of(), snapshots());
    store.assertSound();
  }

  @Test
  void takesTheNameOfADamagedImageAndPullRepairsIt() throws Exception {
    Crafted image = Crafted.random(520, 3000);
    String name = pulled(image);
    Path config = store.layout().resolve("blobs/sha256").resolve(image.imageId().substring(7));
    byte[] bytes = Files.readAllBytes(config);
    bytes[5] ^= 1;
    Files.write(config, bytes);
    pulls(image, name);
    store.assertSound();
    Files.write(config, bytes);
    assertEquals("Untagged: " + name + "\n", run("rmi", name).expect(0).out());
    assertEquals(List.of(), store.blobs());
  }

  @Test
  void keepsWhatAnotherImageShares() throws Exception {
    Crafted one = Crafted.random(501, 3000);
    Crafted two = Crafted.random(502, 4000);
    String first = pulled(one);
    String second = pulled(two);
    run("rmi", first).expect(0);
    assertTrue(has(two.layers().getFirst()), "the layer that both have");
    assertFalse(has(one.layers().getLast()));
    assertEquals(2, snapshots().size());
    assertEquals(0, run("run", "--rm", "--pull", "never", second).code());
    store.assertSound();
  }

  @Test
  void refusesAnIdWithSeveralNames() throws Exception {
    Crafted image = Crafted.random(503, 3000);
    String name = pulled(image);
    run("tag", name, "other:1").expect(0);
    String id = image.imageId().substring(7, 19);
    List<String> before = store.listing();
    refused(125, run("rmi", id), "several names", Pattern.quote(name), "other:1");
    assertEquals(before, store.listing());
    Result forced = run("rmi", "-f", id).expect(0);
    assertTrue(forced.out().contains("Untagged: " + name + "\n"), forced.out());
    assertTrue(forced.out().contains("Untagged: docker.io/library/other:1\n"), forced.out());
    assertEquals(List.of(), store.blobs());
  }

  @Test
  void removesByIdAndByDigest() throws Exception {
    Crafted one = Crafted.random(504, 3000);
    pulled(one);
    run("rmi", one.imageId()).expect(0);
    assertEquals(List.of(), store.blobs());
    Crafted two = Crafted.random(505, 3000);
    String name = pushed(two).replaceFirst(":1$", "@" + two.manifest().digest());
    pulls(two, name);
    run("rmi", name).expect(0);
    assertEquals(List.of(), store.blobs());
  }

  @Test
  void refusesWhatAStoppedContainerUses() throws Exception {
    Crafted image = Crafted.random(506, 3000);
    String name = pulled(image);
    run("run", "--name", "stopped", name).expect(0);
    List<String> before = store.listing();
    refused(2, run("rmi", name), "in use by container stopped");
    refused(2, run("rmi", image.imageId()), "in use by container stopped");
    run("image", "prune", "-af").expect(0);
    run("rmi", "--all").expect(0);
    assertEquals(before, store.listing());
    /* A name is not the image, as long as there is another. */
    run("tag", name, "other:1").expect(0);
    run("rmi", "other:1").expect(0);
    assertEquals(before, store.listing());
  }

  @Test
  void forceLeavesAStoppedContainerItsLayers() throws Exception {
    Crafted image = Crafted.random(507, 3000);
    String name = pulled(image);
    run("run", "--name", "stopped", name).expect(0);
    List<String> layers = snapshots();
    run("rmi", "-f", name).expect(0);
    assertFalse(has(image.layers().getLast()));
    assertEquals(layers, snapshots());
    run("image", "prune", "-af").expect(0);
    assertEquals(layers, snapshots());
    assertTrue(run("ps", "-a").expect(0).out().contains("stopped"));
    run("rm", "stopped").expect(0);
    run("image", "prune", "-f").expect(0);
    assertEquals(List.of(), snapshots());
    assertEquals(List.of(), store.blobs());
  }

  @Test
  void neverTakesWhatRuns() throws Exception {
    String repository = newRepository();
    populated.shared("alpine", "3.20", repository, "1");
    String name = proxy.host() + "/" + repository + ":1";
    pull(name).result().expect(0);
    Running sleeper = start("run", "--name", "busy", name, "sleep", "60");
    String id = nsboxContainer();
    nsbox.initOf(id);
    List<String> before = store.listing();
    refused(2, run("rmi", name), "in use by running container busy");
    refused(2, run("rmi", "-f", name), "in use by running container busy");
    run("rmi", "--all", "-f").expect(0);
    run("image", "prune", "-af").expect(0);
    assertEquals(before, store.listing());
    run("rm", "-f", "busy").expect(0);
    sleeper.finish();
    run("rmi", name).expect(0);
    assertEquals(List.of(), store.blobs());
  }

  private String nsboxContainer() throws Exception {
    Nsbox.await(
        "a container", () -> nsbox.containers().stream().anyMatch(it -> !it.startsWith(".")));
    return nsbox.containers().stream().filter(it -> !it.startsWith(".")).findFirst().orElseThrow();
  }

  @Test
  void namesWhatIsMissingAndGoesOn() throws Exception {
    Crafted image = Crafted.random(508, 3000);
    String name = pulled(image);
    refused(1, run("rmi", "nobody:1"), "nobody:1", "no such image");
    assertEquals(new Result(0, "", ""), run("rmi", "--ignore", "nobody:1"));
    Result both = run("rmi", "nobody:1", name);
    assertEquals(1, both.code(), both::toString);
    assertTrue(both.out().contains("Deleted: " + image.imageId().substring(7)), both.out());
    assertEquals(List.of(), store.blobs());
    refused(125, run("rmi"), "name an image");
    refused(125, run("rmi", "--all", name), "exclude");
  }

  @Test
  void allTakesWhatNobodyUses() throws Exception {
    Crafted used = Crafted.random(509, 3000);
    Crafted unused = Crafted.random(510, 3000);
    String kept = pulled(used);
    pulled(unused);
    run("run", "--name", "keeper", kept).expect(0);
    Result all = run("rmi", "--all").expect(0);
    assertTrue(all.out().contains("Deleted: " + unused.imageId().substring(7)), all.out());
    assertFalse(all.out().contains(used.imageId().substring(7)), all.out());
    assertTrue(has(used.layers().getLast()));
    assertFalse(has(unused.layers().getLast()));
    run("rm", "keeper").expect(0);
  }
}
