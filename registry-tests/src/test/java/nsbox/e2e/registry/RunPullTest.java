package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// When `run` asks a registry, and which.
final class RunPullTest extends RegistryTests {
  @Override
  String command() {
    return "run";
  }

  private Result runs(String... flags) throws Exception {
    List<String> all = new java.util.ArrayList<>(List.of("run", "--rm"));
    all.addAll(List.of(flags));
    return run(all.toArray(new String[0]));
  }

  private static void greets(Result result) {
    assertEquals(0, result.code(), result::toString);
    assertTrue(result.out().startsWith("Hello from a container"), result::toString);
  }

  private Path registries(String text) throws Exception {
    Path file = home.resolve(".config/containers/registries.conf");
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  @AfterEach
  void noConfiguration() throws Exception {
    Files.deleteIfExists(home.resolve(".config/containers/registries.conf"));
  }

  @Test
  void asksOnceWhereItIsMissing() throws Exception {
    Crafted image = Crafted.random(1000, 3000);
    String name = pushed(image);
    Result first = runs(name);
    greets(first);
    assertTrue(first.err().contains(image.layers().getLast().digest().substring(7, 19)));
    proxy.reset();
    Result second = runs(name);
    greets(second);
    assertEquals("", second.err());
    greets(runs("--pull", "missing", name));
    greets(runs("--pull=never", name));
    assertEquals(List.of(), proxy.requests());
    assertTrue(runs("--explain", name).out().contains("nsbox"), "explaining asks nobody");
    assertEquals(List.of(), proxy.requests());
  }

  @Test
  void asksAlwaysOrNever() throws Exception {
    Crafted old = Crafted.random(1001, 3000);
    Crafted renewed = Crafted.random(1002, 3000);
    String repository = newRepository();
    populated.image(old, repository, "1");
    String name = proxy.host() + "/" + repository + ":1";
    Result never = runs("--pull", "never", name);
    assertEquals(125, never.code(), never::toString);
    assertTrue(never.err().contains(name), never.err());
    assertEquals(List.of(), proxy.requests());
    greets(runs(name));
    populated.image(renewed, repository, "1");
    greets(runs(name));
    assertFalse(run("images", "--no-trunc", "-q").out().contains(renewed.imageId()));
    greets(runs("--pull", "always", name));
    assertTrue(run("images", "--no-trunc", "-q", name).out().contains(renewed.imageId()));
    proxy.reset();
    greets(runs("--pull=always", name));
    assertEquals(0, proxy.requests("GET .*/blobs/").size());
    assertFalse(proxy.requests().isEmpty());
    Result wrong = runs("--pull", "sometimes", name);
    assertEquals(125, wrong.code());
    assertTrue(wrong.err().contains("missing, always or never"), wrong.err());
  }

  @Test
  void failsWhereTheRegistryIsGone() throws Exception {
    Crafted image = Crafted.random(1003, 3000);
    String name = pushed(image);
    greets(runs(name));
    String gone = "localhost:1/app:1";
    Result refused = runs(gone);
    saysWhy(refused, "localhost:1");
    assertEquals(List.of(), nsbox.containers());
    Result missing = runs(proxy.host() + "/nobody/app:1");
    saysWhy(missing, "nobody/app:1");
    assertEquals(List.of(), nsbox.containers());
  }

  @Test
  void looksForShortNamesWhereTheUserSays() throws Exception {
    Crafted image = Crafted.random(1004, 3000);
    populated.image(image, "shorty", "latest");
    try (FaultProxy empty = FaultProxy.before(plain)) {
      empty.on(".*/manifests/", Faults.refuse("404 Not Found", ""));
      registries(
          "unqualified-search-registries = [\"%s\", \"%s\"]\nshort-name-mode = \"permissive\"\n"
              .formatted(empty.host(), proxy.host()));
      greets(runs("shorty"));
      assertFalse(empty.requests(".*/v2/shorty/").isEmpty(), "the first was not asked");
      assertTrue(run("images").out().contains(proxy.host() + "/shorty"));
      proxy.reset();
      empty.reset();
      greets(runs("shorty"));
      greets(runs("--pull", "never", proxy.host() + "/shorty"));
      assertEquals(List.of(), proxy.requests());
      assertEquals(List.of(), empty.requests());
    }
  }

  @Test
  void standsInForDockersRegistry() throws Exception {
    Crafted image = Crafted.random(1005, 3000);
    populated.image(image, "library/mirrored", "latest");
    registries(
        """
        [[registry]]
        prefix = "docker.io"
        location = "%s"
        insecure = true
        """
            .formatted(proxy.host()));
    greets(runs("mirrored"));
    assertTrue(run("images").out().lines().anyMatch(it -> it.startsWith("mirrored ")));
    proxy.reset();
    greets(runs("docker.io/library/mirrored:latest"));
    assertEquals(List.of(), proxy.requests());
  }

  @Test
  void bringsAnotherPlatformWhereAsked() throws Exception {
    Crafted ours = Crafted.random(1006, 3000);
    String foreign = Crafted.architecture().equals("arm64") ? "amd64" : "arm64";
    Crafted other = Crafted.image(foreign, List.of(Blob.layer("other", foreign)));
    String repository = newRepository();
    populated
        .image(ours, repository, "ours")
        .image(other, repository, "other")
        .manifest(
            repository,
            "1",
            Crafted.index(
                List.of(ours.manifest(), other.manifest()),
                List.of("linux/" + Crafted.architecture(), "linux/" + foreign)));
    String name = proxy.host() + "/" + repository + ":1";
    greets(runs(name));
    assertEquals(0, proxy.requests("GET .*" + other.layers().getLast().digest()).size());
    run("run", "--explain", "--platform", "linux/" + foreign, name).expect(0);
    assertEquals(1, proxy.requests("GET .*" + other.layers().getLast().digest()).size());
    assertTrue(run("images", "-q", "--no-trunc", name).out().contains(other.imageId()));
    Result missing = runs("--platform", "linux/s390x", name);
    saysWhy(missing, "s390x");
    assertEquals(125, runs("--platform", "nonsense", name).code());
  }
}
