package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// Work that was begun is not lost, and not done twice.
final class PullResumeTest extends RegistryTests {
  private static final int LARGE = 8 << 20;

  @Test
  void goesOnAfterAnEarlyEndWhereItStopped() throws Exception {
    Crafted image = Crafted.random(1, LARGE);
    Blob layer = image.layers().getLast();
    String name = pushed(image);
    proxy.first(1, "GET .*" + layer.digest(), Faults.truncateAfter(LARGE / 2));
    pulls(image, name);
    List<HttpRequest> requests = proxy.requests("GET .*" + layer.digest());
    assertTrue(requests.stream().anyMatch(it -> it.rangeStart() > LARGE / 4), requests::toString);
    assertTrue(fetched(layer) < layer.bytes().length * 5L / 4, "fetched " + fetched(layer));
  }

  @Test
  void goesOnAfterItWasKilled() throws Exception {
    Crafted image = Crafted.random(2, LARGE);
    Blob layer = image.layers().getLast();
    String name = pushed(image);
    List<String> before = store.listing();
    proxy.on("GET .*" + layer.digest(), Faults.stallAfter(LARGE * 3L / 4));
    killWhenHalfIsThere(layer, name);
    assertEquals(before, store.listing());
    store.assertSound();
    proxy.reset();
    pulls(image, name);
    List<HttpRequest> requests = proxy.requests("GET .*" + layer.digest());
    assertTrue(requests.stream().anyMatch(it -> it.rangeStart() > 0), requests::toString);
    assertTrue(fetched(layer) < layer.bytes().length * 3L / 4, "fetched " + fetched(layer));
    assertEquals(List.of(), leftInIngest());
  }

  @Test
  void checksWhatItGoesOnFrom() throws Exception {
    Crafted image = Crafted.random(3, LARGE);
    Blob layer = image.layers().getLast();
    String name = pushed(image);
    proxy.on("GET .*" + layer.digest(), Faults.stallAfter(LARGE * 3L / 4));
    killWhenHalfIsThere(layer, name);
    proxy.reset();
    for (Path file : ingestFiles()) {
      if (Files.size(file) > 1 << 20) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[1000] ^= 1;
        Files.write(file, bytes);
      }
    }
    /* Whether it begins anew or fails: what is wrong must not come in. */
    pull(name);
    store.assertSound();
    pulls(image, name);
  }

  @Test
  void whatWasBrokenOffDoesNotReplaceWhatCameAnotherWay() throws Exception {
    Crafted image = Crafted.random(7, LARGE);
    Blob layer = image.layers().getLast();
    String name = pushed(image);
    proxy.on("GET .*" + layer.digest(), Faults.stallAfter(LARGE * 3L / 4));
    killWhenHalfIsThere(layer, name);
    proxy.reset();
    Path archive = scratch.resolve("other-way.tar");
    Outside.run(
        "skopeo",
        "--insecure-policy",
        "copy",
        "-q",
        "--src-tls-verify=false",
        "docker://" + name,
        "oci-archive:" + archive + ":other:1");
    run("load", "-i", archive.toString()).expect(0);
    store.assertSound();
    pulls(image, name);
    store.assertSound();
  }

  @Test
  void twoAtOnceShareTheWork() throws Exception {
    Crafted image = Crafted.random(4, LARGE, LARGE / 2);
    String name = pushed(image);
    proxy.on("GET .*/blobs/", Faults.drip(4 << 20));
    List<Running> both = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      both.add(start("pull", name));
    }
    for (Running one : both) {
      Result result = one.finish();
      assertEquals(image.imageId() + "\n", result.expect(0).out());
    }
    for (Blob layer : image.ownLayers()) {
      assertEquals(layer.bytes().length, fetched(layer), layer.digest());
    }
    store.assertSound();
  }

  @Test
  void oneGoesOnWhereTheOtherIsKilled() throws Exception {
    Crafted image = Crafted.random(5, LARGE);
    String name = pushed(image);
    proxy.on("GET .*/blobs/" + image.layers().getLast().digest(), Faults.drip(2 << 20));
    Running first = start("pull", name);
    Thread.sleep(1000);
    Running second = start("pull", name);
    Thread.sleep(1000);
    killTree(first);
    assertEquals(image.imageId() + "\n", second.finish().expect(0).out());
    store.assertSound();
  }

  @Test
  void killedAtAnyMomentItLeavesAValidStore() throws Exception {
    Crafted image = Crafted.random(6, LARGE, LARGE / 4);
    String name = pushed(image);
    for (int delay = 50; delay < 1500; delay += 145) {
      Running run = start("pull", name);
      Thread.sleep(delay);
      killTree(run);
      store.assertSound();
    }
    pulls(image, name);
    assertEquals(0, run("run", "--rm", name).code());
  }

  private void killWhenHalfIsThere(Blob layer, String name) throws Exception {
    Running run = start("pull", name);
    Nsbox.await("half of " + layer.digest(), () -> fetched(layer) > LARGE / 2);
    Thread.sleep(500);
    killTree(run);
  }

  private static void killTree(Running run) throws Exception {
    run.process().descendants().forEach(ProcessHandle::destroyForcibly);
    Nsbox.sendKill(run.process().pid());
    run.finish();
  }

  private List<Path> ingestFiles() throws Exception {
    try (var files = Files.walk(nsbox.root.resolve("ingest"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  /* Locks of nothing are small. */
  private List<Path> leftInIngest() throws Exception {
    List<Path> large = new ArrayList<>();
    for (Path file : ingestFiles()) {
      if (Files.size(file) > 4096) {
        large.add(file);
      }
    }
    return large;
  }
}
