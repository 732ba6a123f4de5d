package nsbox.snapshot;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Images as OCI image layouts, as far as the comparison with other tools needs them.
final class OciLayout {
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final long DOCUMENT_LIMIT_BYTES = 64 * 1024;

  private OciLayout() {}

  /// An image for one platform.
  record Image(byte[] manifest, byte[] config, List<byte[]> blobs) {
    List<String> diffIds() {
      return digests(new String(config, StandardCharsets.UTF_8), "\"diff_ids\"");
    }

    /// @return the chain IDs, the lowest first
    List<String> apply(Snapshots snapshots) throws IOException {
      List<String> chain = new ArrayList<>();
      for (int i = 0; i < blobs.size(); i++) {
        byte[] blob = blobs.get(i);
        String diffId = diffIds().get(i);
        String chainId = Snapshots.chainId(chain.isEmpty() ? null : chain.getLast(), diffId);
        String digest = Stack.digest(blob);
        Layer layer =
            new Layer(Stack.TAR, digest, diffId, blob.length, () -> new ByteArrayInputStream(blob));
        snapshots.apply(chainId, List.copyOf(chain), layer);
        chain.add(chainId);
      }
      return chain;
    }

    /// Writes the image alone, under the tag "image".
    void write(Path layout) throws IOException {
      Path blobDirectory = Files.createDirectories(layout.resolve("blobs/sha256"));
      List<byte[]> all = new ArrayList<>(blobs);
      all.add(manifest);
      all.add(config);
      for (byte[] blob : all) {
        Files.write(blobDirectory.resolve(Stack.digest(blob).substring(7)), blob);
      }
      Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
      Files.writeString(
          layout.resolve("index.json"),
          """
          {"schemaVersion":2,"manifests":[
            {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":%d,
             "annotations":{"org.opencontainers.image.ref.name":"image"}}]}
          """
              .formatted(Stack.digest(manifest), manifest.length));
    }
  }

  /// An image of tars made in code.
  static Image of(byte[]... tars) throws IOException {
    StringBuilder diffIds = new StringBuilder();
    StringBuilder layers = new StringBuilder();
    List<byte[]> blobs = new ArrayList<>();
    for (byte[] tar : tars) {
      byte[] blob = Stack.gzip(tar);
      blobs.add(blob);
      String comma = blobs.size() == 1 ? "" : ",";
      diffIds.append(comma + "\"" + Stack.digest(tar) + "\"");
      layers.append(comma + descriptor(Stack.TAR + "+gzip", blob));
    }
    byte[] config =
        TarFixture.bytes(
            "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\","
                + ("\"diff_ids\":[" + diffIds + "]}}"));
    byte[] manifest =
        TarFixture.bytes(
            "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
                + ("\"config\":" + descriptor("application/vnd.oci.image.config.v1+json", config))
                + (",\"layers\":[" + layers + "]}"));
    return new Image(manifest, config, blobs);
  }

  private static String descriptor(String mediaType, byte[] blob) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(mediaType, Stack.digest(blob), blob.length);
  }

  /// All images of a layout, for whatever platform.
  static List<Image> images(Path layout) throws IOException {
    List<Image> images = new ArrayList<>();
    try (var blobs = Files.list(layout.resolve("blobs/sha256"))) {
      for (Path blob : blobs.sorted().toList()) {
        if (Files.size(blob) < DOCUMENT_LIMIT_BYTES) {
          String text = Files.readString(blob, StandardCharsets.UTF_8);
          if (text.contains("\"layers\":") && text.contains("\"config\":")) {
            images.add(image(layout, text));
          }
        }
      }
    }
    return images;
  }

  private static Image image(Path layout, String manifest) throws IOException {
    List<byte[]> blobs = new ArrayList<>();
    for (String digest : digests(manifest, "\"layers\":")) {
      blobs.add(blob(layout, digest));
    }
    byte[] config = blob(layout, digests(manifest, "\"config\":").getFirst());
    return new Image(TarFixture.bytes(manifest), config, blobs);
  }

  private static byte[] blob(Path layout, String digest) throws IOException {
    return Files.readAllBytes(layout.resolve("blobs/sha256").resolve(digest.substring(7)));
  }

  private static List<String> digests(String document, String from) {
    String rest = document.substring(document.indexOf(from));
    return DIGEST.matcher(rest).results().map(MatchResult::group).toList();
  }
}
