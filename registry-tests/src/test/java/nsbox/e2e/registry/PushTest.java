package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// What nsbox sends, others read, digests unchanged.
final class PushTest extends RegistryTests {
  @Override
  String command() {
    return "push";
  }

  private Result push(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("push", "--retry", "1", "--retry-delay", "100ms"));
    all.addAll(List.of(arguments));
    return run(all.toArray(new String[0]));
  }

  private String raw(String name) throws Exception {
    return Outside.run("skopeo", "inspect", "--tls-verify=false", "--raw", "docker://" + name);
  }

  private String pulled(Crafted image) throws Exception {
    String name = pushed(image);
    pulls(image, name);
    proxy.reset();
    return name;
  }

  @Test
  void sendsTheSameBytes() throws Exception {
    Crafted image = Crafted.random(1, 100_000, 3_000_000);
    String name = pulled(image);
    try (DockerRegistry other = DockerRegistry.start(scratch.resolve("other"))) {
      Path file = nsbox.folder.resolve("digest");
      String destination = other.host() + "/copy/app:2";
      push("--digestfile", file.toString(), name, destination).expect(0);
      assertEquals(image.manifest().digest(), Files.readString(file).strip());
      assertEquals(image.manifest().text(), raw(destination));
      Path folder = Files.createDirectory(scratch.resolve("copied"));
      Outside.run(
          "skopeo",
          "--insecure-policy",
          "copy",
          "-q",
          "--src-tls-verify=false",
          "docker://" + destination,
          "dir:" + folder);
      for (Blob layer : image.layers()) {
        assertTrue(Files.exists(folder.resolve(layer.digest().substring(7))), layer.digest());
      }
    }
  }

  @Test
  void sendsNothingThatIsThere() throws Exception {
    String name = pulled(Crafted.random(2, 100_000));
    push(name).expect(0);
    assertEquals(List.of(), proxy.requests("(PATCH|PUT) .*/blobs/"));
  }

  @Test
  void mountsFromAnotherRepository() throws Exception {
    Crafted image = Crafted.random(3, 100_000);
    String name = pulled(image);
    String destination = proxy.host() + "/mounted/app:1";
    push(name, destination).expect(0);
    assertEquals(image.manifest().text(), raw(destination));
    assertTrue(
        proxy.requests("POST .*mount=.*").size() >= image.layers().size(),
        () -> proxy.requests().toString());
    assertEquals(List.of(), proxy.requests("PATCH .*/blobs/"));
  }

  @Test
  void packsOtherwiseWhereAsked() throws Exception {
    String name = pulled(Crafted.random(4, 100_000));
    String destination = plain.host() + "/zstd/app:1";
    push("--compression-format", "zstd", name, destination).expect(0);
    assertTrue(raw(destination).contains("layer.v1.tar+zstd"), raw(destination));
    Path folder = Files.createDirectory(scratch.resolve("zstd"));
    Outside.run(
        "skopeo",
        "--insecure-policy",
        "copy",
        "-q",
        "--src-tls-verify=false",
        "docker://" + destination,
        "dir:" + folder);
    run("rmi", name).expect(0);
    run("pull", destination).expect(0);
    assertEquals(0, run("run", "--rm", destination).code());
  }

  @Test
  void survivesAResetAndABusyServer() throws Exception {
    Crafted image = Crafted.random(5, 2_000_000);
    String name = pulled(image);
    try (DockerRegistry other = DockerRegistry.start(scratch.resolve("busy"));
        FaultProxy busy = FaultProxy.before(other)) {
      busy.first(1, "POST .*uploads", Faults.refuse("429 Too Many Requests", "1"));
      busy.first(1, "PUT .*manifests", Faults.refuse("503 Service Unavailable", ""));
      push(name, busy.host() + "/app:1").expect(0);
      assertEquals(image.manifest().text(), raw(other.host() + "/app:1"));
    }
  }

  @Test
  void namesWhatARegistryRefuses() throws Exception {
    String name = pulled(Crafted.random(6, 1000));
    List<String> before = store.listing();
    proxy.on("PUT .*manifests", Faults.refuse("403 Forbidden", ""));
    String destination = proxy.host() + "/closed/app:1";
    saysWhy(push(name, destination), "closed/app", "403|(?i)denied|forbidden");
    assertEquals(before, store.listing());
  }

  @Test
  void givesAPassword() throws Exception {
    String name = pulled(Crafted.random(7, 1000));
    Path file = scratch.resolve("htpasswd");
    Outside.run("htpasswd", "-Bbc", file.toString(), "ann", "secret");
    try (DockerRegistry closed =
        DockerRegistry.start(scratch.resolve("closed"), new DockerRegistry.Htpasswd(file))) {
      String destination = closed.host() + "/app:1";
      saysWhy(push(name, destination), "(?i)wants credentials");
      push("--creds", "ann:secret", name, destination).expect(0);
    }
  }
}
