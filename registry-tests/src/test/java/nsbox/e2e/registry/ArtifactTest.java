package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;

/// What registries keep beside images, from a file to a registry and back.
final class ArtifactTest extends RegistryTests {
  private static final String SBOM = "application/spdx+json";

  @Override
  String command() {
    return "artifact";
  }

  private Path file(String name, String text) throws Exception {
    return Files.writeString(Files.createTempDirectory(scratch, "a-").resolve(name), text);
  }

  private String artifact(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("artifact"));
    all.addAll(List.of(arguments));
    return run(all.toArray(new String[0])).expect(0).out().strip();
  }

  private static String raw(String place) throws Exception {
    return Outside.run("skopeo", "inspect", "--tls-verify=false", "--raw", place);
  }

  private static JsonObject json(String text) throws Exception {
    return Json.parse(text.getBytes(java.nio.charset.StandardCharsets.UTF_8), "output");
  }

  private static Blob digestOf(String text) {
    return Blob.of("", text);
  }

  /// Made elsewhere: its files have the titles that they like.
  private Crafted titled(String configType, Map<String, String> files) throws Exception {
    Blob config = Blob.of(configType, "{\"name\":\"chart\"}");
    List<Blob> layers = new ArrayList<>();
    List<String> entries = new ArrayList<>();
    for (Map.Entry<String, String> file : files.entrySet()) {
      Blob layer = Blob.of("text/plain", file.getValue());
      layers.add(layer);
      String entry = layer.descriptor();
      entries.add(
          entry.substring(0, entry.length() - 1)
              + ",\"annotations\":{\"org.opencontainers.image.title\":"
              + "\"%s\"}}".formatted(file.getKey()));
    }
    String type = Blob.OCI + "manifest.v1+json";
    Blob manifest =
        Blob.of(
            type,
            "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":%s}"
                .formatted(type, config.descriptor(), entries));
    return new Crafted(manifest, config, layers);
  }

  @Test
  void goesToARegistryAndBack() throws Exception {
    Path text = file("notes.txt", "hello");
    Path sbom = file("sbom.json", "{}");
    String there = proxy.host() + "/" + newRepository() + ":1";
    String digest =
        artifact(
            "add",
            "--type",
            SBOM,
            "--annotation",
            "who=me",
            there,
            text.toString(),
            sbom + ":" + SBOM);
    assertTrue(artifact("ls").contains(SBOM), artifact("ls"));
    assertFalse(run("images", "-a").out().contains(there.split("/")[1]), "an artifact is no image");
    assertEquals(digest + "\n", run("artifact", "push", "-q", there).expect(0).out());
    String pushed = raw("docker://" + there);
    assertEquals(digest, digestOf(pushed).digest());
    JsonObject manifest = json(pushed);
    assertEquals(SBOM, manifest.string("artifactType"));
    assertEquals("me", manifest.object("annotations").string("who"));
    assertEquals(SBOM, manifest.objects("layers").get(1).string("mediaType"));
    artifact("rm", there);
    assertEquals(List.of(), store.blobs());
    run("artifact", "pull", "-q", there).expect(0);
    assertEquals(digest, artifact("ls", "-q", "--no-trunc"));
    assertTrue(artifact("inspect", there).contains("notes.txt"), artifact("inspect", there));
    Path folder = Files.createTempDirectory(scratch, "out-");
    artifact("extract", there, folder.toString());
    assertEquals(List.of("notes.txt", "sbom.json"), Nsbox.entries(folder));
    assertEquals("hello", Files.readString(folder.resolve("notes.txt")));
    store.assertSound();
    artifact("rm", digest);
    assertEquals(List.of(), store.blobs());
  }

  @Test
  void removesByNameOrDigest() throws Exception {
    Path text = file("a", "one");
    String digest = artifact("add", "demo", text.toString());
    assertEquals(digest, artifact("add", "demo:2", text.toString()));
    String other = artifact("add", "demo:3", file("b", "two").toString());
    artifact("rm", "demo");
    String left = artifact("ls", "--no-trunc");
    assertFalse(left.contains("latest"), left);
    assertTrue(left.contains(digest) && left.contains(other), left);
    artifact("rm", digest.substring(7, 19));
    assertEquals(other, artifact("ls", "-q", "--no-trunc"));
    Result missing = run("artifact", "rm", "nobody:1", other);
    assertEquals(1, missing.code(), missing::toString);
    assertTrue(missing.err().contains("nobody:1"), missing.err());
    assertEquals(List.of(), store.blobs());
  }

  @Test
  void keepsArtifactsFromPrunesAndImagesFromRm() throws Exception {
    String digest = artifact("add", "kept:1", file("a", "kept").toString());
    Crafted image = Crafted.random(700, 1000);
    String name = pushed(image);
    pulls(image, name);
    run("image", "prune", "-af").expect(0);
    run("rmi", "--all").expect(0);
    assertEquals(digest, artifact("ls", "-q", "--no-trunc"));
    pulls(image, name);
    assertEquals(1, run("artifact", "rm", name).code());
    assertEquals(0, run("run", "--rm", "--pull", "never", name).code());
    artifact("rm", "kept:1");
    run("rmi", name).expect(0);
    assertEquals(List.of(), store.blobs());
  }

  @Test
  void extractsIntoTheFolderAlone() throws Exception {
    for (String title : List.of("../climbed", "/tmp/nsbox-climbed", "..")) {
      String repository = newRepository();
      populated.image(titled("application/x", Map.of(title, "evil")), repository, "1");
      String name = plain.host() + "/" + repository + ":1";
      run("artifact", "pull", "-q", name).expect(0);
      Path folder = Files.createDirectory(Files.createTempDirectory(scratch, "e-").resolve("in"));
      Result refused = run("artifact", "extract", name, folder.toString());
      assertEquals(125, refused.code(), () -> title + refused);
      assertTrue(refused.err().contains("no plain file name"), refused.err());
      assertEquals(List.of("in"), Nsbox.entries(folder.getParent()));
      assertEquals(List.of(), Nsbox.entries(folder));
      /* Under a name of the user's it can be had. */
      artifact("extract", name, folder.resolve("mine").toString());
      assertEquals("evil", Files.readString(folder.resolve("mine")));
      artifact("rm", name);
    }
    assertFalse(Files.exists(Path.of("/tmp/nsbox-climbed")));
  }

  @Test
  void overwritesNothing() throws Exception {
    artifact("add", "over:1", file("a.txt", "new").toString());
    Path folder = Files.createTempDirectory(scratch, "o-");
    Path old = Files.writeString(folder.resolve("a.txt"), "old");
    Result refused = run("artifact", "extract", "over:1", folder.toString());
    assertEquals(125, refused.code());
    assertTrue(refused.err().contains("nothing is overwritten"), refused.err());
    assertEquals("old", Files.readString(old));
    Files.delete(old);
    Path target = Files.writeString(folder.resolve("target"), "target");
    Files.createSymbolicLink(old, target);
    assertEquals(125, run("artifact", "extract", "over:1", folder.toString()).code());
    assertEquals("target", Files.readString(target));
    assertEquals(List.of("a.txt", "target"), Nsbox.entries(folder));
    artifact("rm", "over:1");
  }

  @Test
  void attachesOneAfterTheOther() throws Exception {
    Crafted image = Crafted.random(701, 1000);
    String name = pushed(image);
    String first = artifact("attach", "-q", "--type", SBOM, name, file("s", "{}").toString());
    String second =
        artifact("attach", "-q", "--type", "text/x-note", name, file("n", "note").toString());
    assertEquals(List.of(), store.blobs(), "attaching stores nothing here");
    String fallback = name.replaceFirst(":1$", ":sha256-" + image.manifest().digest().substring(7));
    List<String> listed = new ArrayList<>();
    for (JsonObject entry : json(raw("docker://" + fallback)).objects("manifests")) {
      listed.add(entry.string("digest") + " " + entry.string("artifactType"));
    }
    assertEquals(List.of(first + " " + SBOM, second + " text/x-note"), listed);
    String table = run("referrers", "--no-trunc", name).expect(0).out();
    assertTrue(table.contains(first) && table.contains(second), table);
    String notes =
        run("referrers", "--artifact-type", "text/x-note", "--format", "json", name)
            .expect(0)
            .out();
    List<JsonObject> found = json(notes).objects("manifests");
    assertEquals(1, found.size(), notes);
    assertEquals(second, found.getFirst().string("digest"));
    String manifest = raw("docker://" + name.replaceFirst(":1$", "@" + second));
    assertEquals(image.manifest().digest(), json(manifest).object("subject").string("digest"));
    /* The same again changes nothing, and the image is as it was. */
    assertEquals(first, artifact("attach", "-q", "--type", SBOM, name, file("s", "{}").toString()));
    assertEquals(2, json(raw("docker://" + fallback)).objects("manifests").size());
    assertEquals(image.manifest().text(), raw("docker://" + name));
    Result missing = run("artifact", "attach", name + "x", file("s", "{}").toString());
    assertEquals(125, missing.code(), missing::toString);
  }

  @Test
  void pullsAChart() throws Exception {
    String repository = newRepository();
    Crafted chart =
        titled("application/vnd.cncf.helm.config.v1+json", Map.of("chart-1.tgz", "tgz"));
    populated.image(chart, repository, "1.0.0");
    String name = proxy.host() + "/" + repository + ":1.0.0";
    run("artifact", "pull", "-q", name).expect(0);
    assertTrue(artifact("ls").contains("application/vnd.cncf.helm.config.v1+json"));
    assertEquals(chart.manifest().digest(), artifact("ls", "-q", "--no-trunc"));
    Result run = run("run", "--rm", "--pull", "never", name);
    assertEquals(125, run.code());
    assertFalse(run.err().contains("internal error"), run.err());
    artifact("rm", name);
  }
}
