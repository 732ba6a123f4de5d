package nsbox.e2e.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import nsbox.e2e.registry.FaultProxy.Fault;
import org.junit.jupiter.api.Test;

/// What goes wrong once is survived; what goes on going wrong is said, in time, and the store is as
/// it was.
final class PullFaultsTest extends RegistryTests {
  private static final Duration SOON = Duration.ofSeconds(10);

  /* A server that says nothing is given up on after a while; this is the longest while. */
  private static final Duration PATIENCE = Duration.ofSeconds(150);

  private static final String MANIFEST = "(GET|HEAD) .*/manifests/";
  private long seed = 1000;

  private Crafted image() throws Exception {
    return Crafted.random(++seed, 50_000, 400_000);
  }

  private static String blob(Blob blob) {
    return "GET .*/blobs/" + blob.digest();
  }

  /// Survived when it happens once, and refused when it always does.
  private void isSurvivedOnce(Fault fault, String... texts) throws Exception {
    Crafted image = image();
    Blob layer = image.layers().getLast();
    String name = pushed(image);
    proxy.on(blob(layer), fault);
    String[] all = java.util.Arrays.copyOf(texts, texts.length + 1);
    all[texts.length] = digestPattern(layer);
    isRefused(SOON, List.of(name), all);
    proxy.reset();
    proxy.first(1, blob(layer), fault);
    pulls(image, name);
  }

  /// Refused, however often it is tried.
  private void isRefusedAlways(String what, Fault fault, String... texts) throws Exception {
    String name = pushed(image());
    proxy.on(what, fault);
    isRefused(SOON, List.of(name), texts);
    proxy.reset();
  }

  @Test
  void survivesABodyThatEndsEarly() throws Exception {
    isSurvivedOnce(Faults.truncateAfter(1000));
  }

  @Test
  void survivesAReset() throws Exception {
    isSurvivedOnce(Faults.resetAfter(1000));
  }

  @Test
  void survivesAServerThatIsBusy() throws Exception {
    isSurvivedOnce(Faults.refuse("429 Too Many Requests", "1"), "429");
    isSurvivedOnce(Faults.refuse("503 Service Unavailable", ""), "503");
    isSurvivedOnce(Faults.refuse("500 Internal Server Error", ""), "500");
  }

  @Test
  void survivesADamagedByte() throws Exception {
    isSurvivedOnce(Faults.corrupt(200_000), "sha256:");
  }

  @Test
  void survivesAWrongLength() throws Exception {
    isSurvivedOnce(Faults.length(7));
    isSurvivedOnce(Faults.length(-7));
  }

  @Test
  void waitsAsLongAsItIsTold() throws Exception {
    Crafted image = image();
    String name = pushed(image);
    proxy.first(1, blob(image.layers().getLast()), Faults.refuse("429 Too Many Requests", "3"));
    Timed timed = pull(name);
    timed.result().expect(0);
    assertTrue(timed.took().toMillis() >= 3000, timed::toString);
    Crafted other = image();
    String otherName = pushed(other);
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            Instant.now().plusSeconds(4).atOffset(ZoneOffset.UTC));
    proxy.first(1, "GET .*/manifests/", Faults.refuse("503 Service Unavailable", date));
    Timed dated = pull(otherName);
    dated.result().expect(0);
    assertTrue(dated.took().toMillis() >= 2000, dated::toString);
  }

  @Test
  void doesNotWaitForHours() throws Exception {
    String name = pushed(image());
    proxy.on(MANIFEST, Faults.refuse("429 Too Many Requests", "86400"));
    isRefused(Duration.ofSeconds(25), List.of(name), "429");
  }

  @Test
  void doesNotRepeatWhatIsDenied() throws Exception {
    String name = pushed(image());
    proxy.on("GET .*/manifests/", Faults.refuse("403 Forbidden", ""));
    isRefused(SOON, List.of(name), "403|(?i)denied|forbidden");
    assertEquals(1, proxy.requests("GET .*/manifests/").size());
  }

  @Test
  void givesUpOnAServerThatStalls() throws Exception {
    Crafted image = image();
    Blob layer = image.layers().getLast();
    String name = pushed(image);
    proxy.on(blob(layer), Faults.stallAfter(1000));
    List<String> before = store.listing();
    long start = System.nanoTime();
    saysWhy(
        start("pull", "--retry", "0", name).finish(PATIENCE),
        digestPattern(layer),
        "(?i)stall|no data|nothing came|silent|timed? ?out");
    assertTrue(Duration.ofNanos(System.nanoTime() - start).compareTo(PATIENCE) < 0);
    assertEquals(before, store.listing());
  }

  @Test
  void isPatientWithASlowServer() throws Exception {
    Crafted image = image();
    String name = pushed(image);
    proxy.on(blob(image.layers().getLast()), Faults.drip(80_000));
    Timed timed = pull(name);
    timed.result().expect(0);
    assertTrue(timed.took().toMillis() > 4000, timed::toString);
  }

  @Test
  void refusesAManifestThatIsNotItsDigest() throws Exception {
    Crafted image = image();
    String name = pushed(image).replaceFirst(":1$", "@" + image.manifest().digest());
    proxy.on("GET .*/manifests/", Faults.replace("schemaVersion", "schemaVersioN"));
    isRefused(SOON, List.of(name), digestPattern(image.manifest()));
    proxy.reset();
    proxy.on("GET .*/manifests/", Faults.replace("\"size\":", "\"size\" :"));
    isRefused(SOON, List.of(name), digestPattern(image.manifest()));
  }

  @Test
  void refusesADigestHeaderThatLies() throws Exception {
    String lie = "sha256:" + "0".repeat(64);
    isRefusedAlways(MANIFEST, Faults.header("Docker-Content-Digest", lie), "sha256:0000");
  }

  @Test
  void refusesAConfigThatIsNotItsDigest() throws Exception {
    Crafted image = image();
    String name = pushed(image);
    proxy.on(blob(image.config()), Faults.corrupt(20));
    isRefused(SOON, List.of(name), digestPattern(image.config()));
  }

  @Test
  void refusesALayerThatIsNotItsDiffId() throws Exception {
    Crafted sound = image();
    Blob lie = Blob.layer("x", "something");
    Crafted image =
        Crafted.image(
            List.of(new Blob(lie.mediaType(), lie.bytes(), "sha256:" + "1".repeat(64), List.of())));
    isRefused(SOON, List.of(pushed(image)), "sha256:1111");
    pulls(sound, pushed(sound));
  }

  @Test
  void refusesARedirectLoop() throws Exception {
    Crafted image = image();
    String name = pushed(image);
    proxy.on(blob(image.layers().getLast()), Faults.redirect(proxy.url() + "%s"));
    isRefused(SOON, List.of(name), "(?i)redirect");
    assertTrue(proxy.requests(blob(image.layers().getLast())).size() <= 30, "hops");
  }

  @Test
  void refusesARedirectToAFile() throws Exception {
    isRefusedAlways("GET .*/blobs/", Faults.redirect("file:///etc/passwd"), "(?i)redirect|file:");
  }

  @Test
  void refusesAManifestWithoutEnd() throws Exception {
    String name = pushed(image());
    proxy.on(MANIFEST, Faults.endlessJson());
    isRefused(SOON, List.of(name), "(?i)4194304|4 MiB|large|long|more than|most");
    long most =
        proxy.requests("GET").stream().mapToLong(it -> it.answeredBytes().get()).max().orElse(0);
    assertTrue(most < 64 << 20, "read " + most);
  }

  @Test
  void refusesDeeplyNestedJson() throws Exception {
    String type = Blob.OCI + "manifest.v1+json";
    isRefusedAlways(MANIFEST, Faults.nestedJson(type, 100_000), "(?i)nest|deep|depth");
  }

  @Test
  void refusesAnIndexThatCallsItselfAManifest() throws Exception {
    Crafted image = image();
    Blob index = Crafted.index(List.of(image.manifest()), List.of("linux/amd64"));
    isRefusedAlways(MANIFEST, Faults.body(Blob.OCI + "manifest.v1+json", index.text()), "manifest");
    String both = image.manifest().text().replaceFirst("\\{", "{\"manifests\":[],");
    isRefusedAlways(MANIFEST, Faults.body(Blob.OCI + "manifest.v1+json", both), "manifest");
    isRefusedAlways(MANIFEST, Faults.body("text/html", "<html>Sign in</html>"), "text/html|JSON");
  }

  @Test
  void refusesDigestsThatClimb() throws Exception {
    for (String digest :
        List.of("sha256:../../../../etc/passwd", "sha256:aa", "md5:" + "0".repeat(32))) {
      Crafted image = image();
      String lie = image.manifest().text().replace(image.layers().getLast().digest(), digest);
      isRefusedAlways(MANIFEST, Faults.body(Blob.OCI + "manifest.v1+json", lie), "(?i)digest");
    }
  }

  @Test
  void survivesAServerThatIgnoresRanges() throws Exception {
    Crafted image = image();
    Blob layer = image.layers().getLast();
    String name = pushed(image);
    proxy.first(1, blob(layer), Faults.truncateAfter(100_000));
    proxy.on(blob(layer), Faults.ignoreRange());
    pulls(image, name);
  }

  @Test
  void saysNothingOfTheServersMarkup() throws Exception {
    String name = pushed(image());
    String escape = "{\"errors\":[{\"code\":\"X\",\"message\":\"\u001b[31mred\u001b[0m\"}]}";
    proxy.on(
        MANIFEST,
        exchange ->
            exchange.send(
                "400 Bad Request",
                java.util.Map.of("Content-Type", "application/json"),
                escape.getBytes(UTF_8)));
    Timed timed = pull(name);
    saysWhy(timed.result(), "400|red");
    assertEquals(-1, timed.result().err().indexOf('\u001b'));
  }
}
