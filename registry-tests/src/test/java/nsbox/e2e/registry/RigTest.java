package nsbox.e2e.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The registries that other tests pull from, tried with skopeo and curl: what is refused there is
/// refused for the reason that a test means.
final class RigTest {
  private Path folder;
  private Path storage;
  private DockerRegistry plain;
  private Populated populated;

  @BeforeEach
  void open() throws Exception {
    folder = Files.createTempDirectory("nsbox-rig-");
    storage = folder.resolve("storage");
    plain = DockerRegistry.start(storage);
    populated = new Populated(plain);
  }

  @AfterEach
  void close() throws Exception {
    plain.close();
    Outside.removeTree(folder);
  }

  private Outside.Ended copy(String from, String... options) throws Exception {
    List<String> command =
        new java.util.ArrayList<>(List.of("--insecure-policy", "copy", "-q", "--retry-times=0"));
    command.addAll(List.of(options));
    command.addAll(List.of("docker://" + from, "dir:" + Files.createTempDirectory(folder, "dir")));
    return Outside.attempt("skopeo", command.toArray(new String[0]));
  }

  private static void failsWith(String text, Outside.Ended ended) {
    assertNotEquals(0, ended.code());
    assertTrue(ended.output().contains(text), ended.output());
  }

  private static void works(Outside.Ended ended) {
    assertEquals(new Outside.Ended(0, ""), ended);
  }

  @Test
  void servesRealAndCraftedImages() throws Exception {
    populated.shared("alpine", "3.20", "library/alpine", "latest");
    populated.image(Crafted.random(1, 100_000, 2_000_000), "team/app", "1");
    works(copy(plain.host() + "/library/alpine", "--src-tls-verify=false"));
    works(copy(plain.host() + "/team/app:1", "--src-tls-verify=false"));
    assertTrue(plain.log().contains("GET /v2/team/app/manifests/1"), plain.log());
  }

  @Test
  void keepsNestedIndexesArtifactsAndForeignLayers() throws Exception {
    Crafted image = Crafted.random(2, 1000);
    Crafted other = Crafted.image("s390x", List.of());
    Blob inner =
        Crafted.index(
            List.of(image.manifest(), other.manifest()),
            List.of("linux/" + Crafted.architecture(), "linux/s390x"));
    Blob outer = Crafted.index(List.of(inner), List.of(""));
    Crafted artifact = Crafted.artifact(image, "application/x.test", "said of it");
    Crafted zstd = Crafted.image(List.of(Blob.zstdLayer(folder, "z", "zstd")));
    Blob foreign = Blob.layer("f", "foreign").as(Blob.FOREIGN, "http://127.0.0.1:9/layer");
    populated
        .image(image, "many", "amd")
        .image(other, "many", "other")
        .manifest("many", inner.digest(), inner)
        .manifest("many", "nested", outer)
        .image(artifact, "many", "artifact")
        .image(zstd, "many", "zstd");
    String many = "docker://" + plain.host() + "/many:";
    for (String tag : List.of("nested", "artifact", "zstd")) {
      String raw = Outside.run("skopeo", "inspect", "--tls-verify=false", "--raw", many + tag);
      assertTrue(
          List.of(outer, artifact.manifest(), zstd.manifest()).stream()
              .anyMatch(it -> it.text().equals(raw)),
          raw);
    }
    populated.image(Crafted.image(List.of(foreign)), "many", "foreign");
  }

  @Test
  void asksForItsAuthorityAndForCertificates() throws Exception {
    populated.image(Crafted.random(3, 1000), "app", "1");
    Certificates certificates = Certificates.in(folder.resolve("pki"));
    Path trusting = certificates.certDir(folder.resolve("trusting"), false);
    Path known = certificates.certDir(folder.resolve("known"), true);
    try (DockerRegistry tls =
        DockerRegistry.start(
            storage, new DockerRegistry.Tls(certificates.server(), Optional.empty()))) {
      failsWith("certificate signed by unknown authority", copy(tls.host() + "/app:1"));
      works(copy(tls.host() + "/app:1", "--src-cert-dir=" + trusting));
    }
    try (DockerRegistry mutual =
        DockerRegistry.start(
            storage,
            new DockerRegistry.Tls(certificates.server(), Optional.of(certificates.authority())))) {
      failsWith("certificate", copy(mutual.host() + "/app:1", "--src-cert-dir=" + trusting));
      works(copy(mutual.host() + "/app:1", "--src-cert-dir=" + known));
    }
  }

  @Test
  void asksForAPassword() throws Exception {
    populated.image(Crafted.random(4, 1000), "app", "1");
    Path file = folder.resolve("htpasswd");
    Outside.run("htpasswd", "-Bbc", file.toString(), "ann", "secret");
    try (DockerRegistry closed = DockerRegistry.start(storage, new DockerRegistry.Htpasswd(file))) {
      String name = closed.host() + "/app:1";
      failsWith("authentication required", copy(name, "--src-tls-verify=false"));
      works(copy(name, "--src-tls-verify=false", "--src-creds=ann:secret"));
    }
  }

  @Test
  void asksForTokensThatEnd() throws Exception {
    populated.image(Crafted.random(5, 1000), "app", "1");
    TokenServer.Rules rules = TokenServer.Rules.of("ann", "secret", "refresh");
    try (TokenServer tokens = TokenServer.start(folder.resolve("tokens"), rules);
        DockerRegistry closed = DockerRegistry.start(storage, new DockerRegistry.Token(tokens))) {
      String name = closed.host() + "/app:1";
      failsWith("", copy(name, "--src-tls-verify=false"));
      works(copy(name, "--src-tls-verify=false", "--src-creds=ann:secret"));
      TokenServer.Asked last = tokens.asked().getLast();
      assertEquals(List.of("repository:app:pull"), last.scopes());
      assertEquals(200, last.status());
    }
    TokenServer.Rules brief = TokenServer.Rules.anonymous().lasting(Duration.ofSeconds(4));
    try (TokenServer tokens = TokenServer.start(folder.resolve("brief"), brief);
        DockerRegistry closed = DockerRegistry.start(storage, new DockerRegistry.Token(tokens))) {
      String answer =
          Outside.run("curl", "-s", tokens.realm() + "?scope=repository:app:pull&service=x");
      String token = answer.replaceFirst(".*\"token\":\"([^\"]+)\".*", "$1");
      String url = closed.url() + "/v2/app/manifests/1";
      List<String> statuses = new java.util.ArrayList<>();
      for (int i = 0; i < 2; i++) {
        statuses.add(
            Outside.run(
                "curl",
                "-s",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                "-H",
                "Authorization: Bearer " + token,
                "-H",
                "Accept: " + Blob.OCI + "manifest.v1+json",
                url));
        Thread.sleep(5000);
      }
      assertEquals(List.of("200", "401"), statuses, closed.log());
    }
  }

  @Test
  void fetchesAsAMirror() throws Exception {
    Crafted image = Crafted.random(6, 1000);
    populated.image(image, "library/app", "1");
    try (FaultProxy proxy = FaultProxy.before(plain);
        DockerRegistry mirror =
            DockerRegistry.start(
                folder.resolve("mirror"), new DockerRegistry.Mirror(proxy.url()))) {
      works(copy(mirror.host() + "/library/app:1", "--src-tls-verify=false"));
      /* Once for its client, once for itself. */
      assertFalse(proxy.requests("GET .*" + image.layers().getLast().digest()).isEmpty());
    }
  }

  @Test
  void deletes() throws Exception {
    Crafted image = Crafted.random(7, 1000);
    populated.image(image, "app", "1");
    String name = "docker://" + plain.host() + "/app:1";
    Outside.run("skopeo", "delete", "--tls-verify=false", name);
    failsWith("manifest unknown", copy(plain.host() + "/app:1", "--src-tls-verify=false"));
  }

  @Test
  void keepsAnUploadByteForByteThroughTheProxy() throws Exception {
    Crafted image = Crafted.random(8, 3_000_000);
    populated.image(image, "app", "1");
    try (FaultProxy proxy = FaultProxy.before(plain)) {
      Outside.run(
          "skopeo",
          "--insecure-policy",
          "copy",
          "-q",
          "--preserve-digests",
          "--src-tls-verify=false",
          "--dest-tls-verify=false",
          "docker://" + plain.host() + "/app:1",
          "docker://" + proxy.host() + "/copy:1");
      String raw =
          Outside.run(
              "skopeo",
              "inspect",
              "--tls-verify=false",
              "--raw",
              "docker://" + proxy.host() + "/copy:1");
      assertEquals(image.manifest().text(), raw);
      assertTrue(
          new String(proxy.requests("PUT .*manifests").getFirst().body(), UTF_8).equals(raw));
    }
  }
}
