package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// docker.io as people have it: with a mirror in their registries.conf.
final class PullMirrorTest extends RegistryTests {
  private static final String MIRROR =
      """
      unqualified-search-registries = ["docker.io"]

      [[registry]]
      prefix = "docker.io"
      location = "docker.io"
      [[registry.mirror]]
      location = "%s"
      insecure = true
      """;

  private Path configure(String text) throws Exception {
    Path folder = Files.createDirectories(home.resolve(".config/containers"));
    return Files.writeString(folder.resolve("registries.conf"), text);
  }

  @AfterEach
  void forget() throws Exception {
    Files.deleteIfExists(home.resolve(".config/containers/registries.conf"));
  }

  @Test
  void runsAlpineLiterally() throws Exception {
    populated.shared("alpine", "3.20", "library/alpine", "latest");
    configure(MIRROR.formatted(proxy.host()));
    Result result =
        nsbox
            .start(Map.of("HOME", home.toString()), List.of("nsbox", "run", "alpine", "true"))
            .finish();
    assertEquals(0, result.code(), result::toString);
    assertEquals("", result.out());
    assertTrue(run("images").out().lines().anyMatch(it -> it.matches("alpine +latest .*")));
    int requests = proxy.requests().size();
    run("run", "--rm", "alpine", "true").expect(0);
    assertEquals(requests, proxy.requests().size(), "asked again for what is there");
    Result other = run("run", "--rm", "docker.io/library/alpine:latest", "echo", "same");
    assertEquals(new Result(0, "same\n", ""), other);
  }

  @Test
  void asksTheRegistryItselfWhereTheMirrorHasNothing() throws Exception {
    Crafted image = Crafted.random(1, 1000);
    populated.image(image, "library/app", "1");
    try (DockerRegistry empty = DockerRegistry.start(scratch.resolve("empty"));
        FaultProxy mirror = FaultProxy.before(empty)) {
      configure(
          """
          [[registry]]
          prefix = "example.test"
          location = "%s"
          insecure = true
          [[registry.mirror]]
          location = "%s"
          insecure = true
          """
              .formatted(proxy.host(), mirror.host()));
      pulls(image, "example.test/library/app:1");
      assertFalse(mirror.requests().isEmpty(), "the mirror was not asked");
    }
  }

  @Test
  void refusesWhatIsBlocked() throws Exception {
    Path file =
        configure(
            "[[registry]]\nprefix = \"%1$s\"\nlocation = \"%1$s\"\nblocked = true\n"
                .formatted(proxy.host()));
    isRefused(
        Duration.ofSeconds(5),
        List.of(pushed(Crafted.random(2, 10))),
        "(?i)blocked",
        java.util.regex.Pattern.quote(file.toString()));
    assertEquals(List.of(), proxy.requests());
  }

  @Test
  void namesTheLineOfABrokenFile() throws Exception {
    Path file = configure("unqualified-search-registries = [\n\n???\n");
    saysWhy(pull("app").result(), java.util.regex.Pattern.quote(file.toString()), "(?i)line 3|:3");
  }
}
