package nsbox.e2e.layers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import nsbox.e2e.Layout;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.snapshot.Snapshots;

/// An OCI image layout of many images, each under a tag and for one platform.
final class ImageLayout {
  static final String TYPE = "application/vnd.oci.image.";

  private final Path root;
  private final List<String> entries = new ArrayList<>();

  ImageLayout(Path root) throws IOException {
    this.root = root;
    Files.createDirectories(root.resolve("blobs/sha256"));
    Files.writeString(root.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
  }

  Path root() {
    return root;
  }

  /// One image of a layout.
  ///
  /// @param digest of its manifest, without the algorithm
  record Image(Path layout, String tag, String digest) {
    List<Path> layers() throws IOException, JsonException {
      return manifest().objects("layers").stream().map(this::blob).toList();
    }

    Path config() throws IOException, JsonException {
      return blob(manifest().object("config"));
    }

    String architecture() {
      try {
        return read(config()).string("architecture");
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    boolean isForThisMachine() {
      return architecture().equals(hostArchitecture());
    }

    /// The layers as they are, for another image.
    List<LayerBlob> blobs() throws IOException, JsonException {
      List<LayerBlob> blobs = new ArrayList<>();
      List<String> diffIds = read(config()).object("rootfs").strings("diff_ids");
      for (JsonObject layer : manifest().objects("layers")) {
        String diffId = diffIds.get(blobs.size()).substring("sha256:".length());
        byte[] bytes = Files.readAllBytes(blob(layer));
        blobs.add(new LayerBlob(layer.string("mediaType"), bytes, diffId));
      }
      return blobs;
    }

    List<String> chainIdsBottomFirst() throws IOException, JsonException {
      List<String> chain = new ArrayList<>();
      for (String diffId : read(config()).object("rootfs").strings("diff_ids")) {
        chain.add(Snapshots.chainId(chain.isEmpty() ? null : chain.getLast(), diffId));
      }
      return chain;
    }

    private JsonObject manifest() throws IOException, JsonException {
      return read(layout.resolve("blobs/sha256").resolve(digest));
    }

    private Path blob(JsonObject descriptor) {
      try {
        String digest = descriptor.string("digest").substring("sha256:".length());
        return layout.resolve("blobs/sha256").resolve(digest);
      } catch (JsonException e) {
        throw new AssertionError(e);
      }
    }
  }

  /// Adds an image for this machine.
  Image add(String tag, List<LayerBlob> layers) throws IOException {
    List<String> descriptors = new ArrayList<>();
    for (LayerBlob layer : layers) {
      descriptors.add(blob(layer.mediaType(), layer.blob()));
    }
    String document =
        "{\"os\":\"linux\",\"architecture\":\"%s\",".formatted(hostArchitecture())
            + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]}}"
                .formatted(
                    layers.stream()
                        .map(it -> "\"sha256:" + it.diffId() + "\"")
                        .collect(Collectors.joining(",")));
    String manifest =
        "{\"schemaVersion\":2,\"mediaType\":\"%smanifest.v1+json\",\"config\":%s,\"layers\":[%s]}"
            .formatted(
                TYPE,
                blob(TYPE + "config.v1+json", document.getBytes(UTF_8)),
                String.join(",", descriptors));
    return addManifest(tag, manifest.getBytes(UTF_8));
  }

  private static String hostArchitecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }

  /// Takes over all images of another layout, whatever their platforms; their tags are numbered.
  List<Image> addAll(String tag, Path other) throws IOException, JsonException {
    List<Image> images = new ArrayList<>();
    List<JsonObject> descriptors = read(other.resolve("index.json")).objects("manifests");
    addAll(tag, other, descriptors, images);
    return images;
  }

  private void addAll(String tag, Path other, List<JsonObject> descriptors, List<Image> images)
      throws IOException, JsonException {
    for (JsonObject descriptor : descriptors) {
      byte[] bytes = copy(other, descriptor);
      JsonObject document = Json.parse(bytes, "a manifest");
      if (document.has("manifests")) {
        addAll(tag, other, document.objects("manifests"), images);
        continue;
      }
      for (JsonObject layer : document.objects("layers")) {
        copy(other, layer);
      }
      copy(other, document.object("config"));
      images.add(addManifest(tag + "-" + (images.size() + 1), bytes));
    }
  }

  private byte[] copy(Path other, JsonObject descriptor) throws IOException, JsonException {
    String name = descriptor.string("digest").replace(':', '/');
    byte[] bytes = Files.readAllBytes(other.resolve("blobs").resolve(name));
    blob("", bytes);
    return bytes;
  }

  private Image addManifest(String tag, byte[] manifest) throws IOException {
    String entry = blob(TYPE + "manifest.v1+json", manifest);
    entries.add(
        entry.substring(0, entry.length() - 1)
            + ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\"}}".formatted(tag));
    Files.writeString(
        root.resolve("index.json"),
        "{\"schemaVersion\":2,\"manifests\":[" + String.join(",\n", entries) + "]}");
    return new Image(root, tag, Layout.sha256(manifest));
  }

  private String blob(String type, byte[] bytes) throws IOException {
    String digest = Layout.sha256(bytes);
    Files.write(root.resolve("blobs/sha256").resolve(digest), bytes);
    return "{\"mediaType\":\"%s\",\"digest\":\"sha256:%s\",\"size\":%d}"
        .formatted(type, digest, bytes.length);
  }

  private static JsonObject read(Path file) throws IOException, JsonException {
    return Json.parse(Files.readAllBytes(file), file.toString());
  }
}
