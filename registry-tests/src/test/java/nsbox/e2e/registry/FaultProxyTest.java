package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Every fault, as curl sees it: a test of nsbox then fails because of nsbox.
final class FaultProxyTest {
  private static final String BLOB = "GET .*/blobs/.*";

  private Path folder;
  private DockerRegistry registry;
  private FaultProxy proxy;
  private Crafted image;
  private Blob layer;

  @BeforeEach
  void open() throws Exception {
    folder = Files.createTempDirectory("nsbox-proxy-");
    registry = DockerRegistry.start(folder.resolve("storage"));
    proxy = FaultProxy.before(registry);
    image = Crafted.random(1, 100_000);
    layer = image.layers().getLast();
    new Populated(registry).image(image, "app", "1");
  }

  @AfterEach
  void close() throws Exception {
    proxy.close();
    registry.close();
    Outside.removeTree(folder);
  }

  /// curl's exit code, the status and the size, and the body in `got`.
  private String get(String path, String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-s", "-o", folder.resolve("got").toString()));
    arguments.addAll(List.of("-m", "5", "-H", "Accept: " + image.manifest().mediaType()));
    arguments.addAll(List.of("-w", "%{http_code} %{size_download}"));
    arguments.addAll(List.of(options));
    arguments.add(proxy.url() + path);
    Outside.Ended ended = Outside.attempt("curl", arguments.toArray(new String[0]));
    return ended.code() + " " + ended.output();
  }

  private String blob(String... options) throws Exception {
    return get("/v2/app/blobs/" + layer.digest(), options);
  }

  private byte[] got() throws Exception {
    return Files.readAllBytes(folder.resolve("got"));
  }

  private String whole() {
    return "0 200 " + layer.bytes().length;
  }

  @Test
  void passesWhatNoRuleIsFor() throws Exception {
    assertEquals(whole(), blob());
    assertEquals("0 200 " + image.manifest().bytes().length, get("/v2/app/manifests/1"));
    assertEquals("0 206 10", blob("-H", "Range: bytes=100-109"));
    assertEquals(100, proxy.requests("GET .*blobs").getLast().rangeStart());
    assertEquals(10, proxy.requests("GET .*blobs").getLast().answeredBytes().get());
    assertEquals("0 200 0", get("/v2/app/manifests/1", "--head"));
  }

  @Test
  void hitsAsOftenAsTold() throws Exception {
    proxy.on(BLOB, 1, 1, Faults.refuse("503 Service Unavailable", "7"));
    assertEquals(whole(), blob());
    assertTrue(blob("-D", folder.resolve("head").toString()).startsWith("0 503 "));
    assertTrue(Files.readString(folder.resolve("head")).contains("Retry-After: 7"));
    assertEquals(whole(), blob());
  }

  @Test
  void endsBodiesEarly() throws Exception {
    proxy.first(1, BLOB, Faults.truncateAfter(1000));
    assertEquals("18 200 1000", blob());
    proxy.reset();
    proxy.first(1, BLOB, Faults.resetAfter(2000));
    assertEquals("56 200 2000", blob());
    proxy.reset();
    proxy.first(1, BLOB, Faults.length(5));
    assertEquals("18 200 " + layer.bytes().length, blob());
    proxy.reset();
    proxy.first(1, BLOB, Faults.length(-5));
    assertEquals("0 200 " + (layer.bytes().length - 5), blob());
  }

  @Test
  void takesItsTime() throws Exception {
    proxy.first(1, BLOB, Faults.drip(50_000));
    long start = System.nanoTime();
    assertEquals(whole(), blob());
    long millis = (System.nanoTime() - start) / 1_000_000;
    assertTrue(millis > 1500 && millis < 4000, "took " + millis);
    proxy.reset();
    proxy.first(1, BLOB, Faults.stallAfter(10));
    assertEquals("28 200 10", blob("-m", "1"));
    proxy.reset();
    proxy.first(1, BLOB, Faults.silence());
    assertEquals("28 000 0", blob("-m", "1"));
  }

  @Test
  void damagesBodies() throws Exception {
    proxy.first(1, BLOB, Faults.corrupt(50));
    assertEquals(whole(), blob());
    byte[] got = got();
    got[50] ^= 1;
    assertEquals(layer, new Blob(layer.mediaType(), layer.bytes(), layer.diffId(), layer.urls()));
    assertEquals(
        layer.digest(), new Blob(layer.mediaType(), got, layer.diffId(), layer.urls()).digest());
  }

  @Test
  void liesInManifests() throws Exception {
    proxy.first(1, "GET .*/manifests/", Faults.replace("schemaVersion\":2", "schemaVersion\":12"));
    assertEquals("0 200 " + (image.manifest().bytes().length + 1), get("/v2/app/manifests/1"));
    proxy.reset();
    proxy.first(1, "GET .*/manifests/", Faults.header("Docker-Content-Digest", "sha256:00"));
    get("/v2/app/manifests/1", "-D", folder.resolve("head").toString());
    assertTrue(Files.readString(folder.resolve("head")).contains("ontent-Digest: sha256:00"));
    proxy.reset();
    proxy.first(1, "GET .*/manifests/", Faults.nestedJson("application/json", 10));
    get("/v2/app/manifests/1");
    assertEquals("{\"a\":[[[[[[[[[[]]]]]]]]]]}", new String(got()));
    proxy.reset();
    proxy.first(1, "GET .*/manifests/", Faults.endlessJson());
    assertTrue(
        get("/v2/app/manifests/1", "--max-filesize", "9000000", "-m", "2")
            .matches("(28|63) 200 .*"));
    assertTrue(proxy.requests().getFirst().answeredBytes().get() > 8_000_000);
  }

  @Test
  void sendsElsewhereAndIgnoresRanges() throws Exception {
    try (FaultProxy other = FaultProxy.before(registry)) {
      proxy.first(1, BLOB, Faults.redirect(other.url() + "%s"));
      assertEquals(whole(), blob("-L", "-u", "ann:secret"));
      assertEquals(1, other.requests().size());
      assertTrue(other.requests().getFirst().header("Authorization").isEmpty());
      assertTrue(proxy.requests().getFirst().header("Authorization").isPresent());
    }
    proxy.reset();
    proxy.first(1, BLOB, Faults.ignoreRange());
    assertEquals(whole(), blob("-H", "Range: bytes=100-109"));
  }
}
