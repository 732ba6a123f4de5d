package nsbox.e2e.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// An image made in code, with all its bytes at hand.
///
/// It has the program `/hello` of the image that comes with nsbox, so it runs.
record Crafted(Blob manifest, Blob config, List<Blob> layers) {
  static final String SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";

  /// As `images`, `run` and the output of `pull` name it.
  String imageId() {
    return config.digest();
  }

  /// Those that no other image has: all but the first.
  List<Blob> ownLayers() {
    return layers.subList(1, layers.size());
  }

  static Crafted image(List<Blob> more) throws Exception {
    return image(architecture(), more);
  }

  static Crafted image(String architecture, List<Blob> more) throws Exception {
    List<Blob> layers = new ArrayList<>(List.of(Blob.helloLayer()));
    layers.addAll(more);
    String config =
        "{\"os\":\"linux\",\"architecture\":\"%s\",\"config\":{\"Cmd\":[\"/hello\"]},"
            + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]}}";
    Blob configBlob =
        Blob.of(
            Blob.OCI + "config.v1+json",
            config.formatted(
                architecture,
                layers.stream()
                    .map(it -> "\"" + it.diffId() + "\"")
                    .collect(Collectors.joining(","))));
    return new Crafted(manifest(configBlob, layers, ""), configBlob, layers);
  }

  /// As [#image], in layers of random bytes.
  static Crafted random(long seed, int... layerBytes) throws Exception {
    List<Blob> layers = new ArrayList<>();
    for (int i = 0; i < layerBytes.length; i++) {
      layers.add(Blob.randomLayer("data/" + seed + "-" + i, layerBytes[i], seed * 1000 + i));
    }
    return image(layers);
  }

  /// Something that is no image, said of another manifest.
  static Crafted artifact(Crafted subject, String artifactType, String text) {
    Blob config = Blob.of("application/vnd.oci.empty.v1+json", "{}");
    Blob layer = Blob.of("text/plain", text);
    String more =
        ",\"artifactType\":\"%s\",\"subject\":%s"
            .formatted(artifactType, subject.manifest().descriptor());
    return new Crafted(manifest(config, List.of(layer), more), config, List.of(layer));
  }

  private static Blob manifest(Blob config, List<Blob> layers, String more) {
    String type = Blob.OCI + "manifest.v1+json";
    return Blob.of(
        type,
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":%s%s}"
            .formatted(
                type,
                config.descriptor(),
                layers.stream().map(Blob::descriptor).collect(Collectors.joining(",", "[", "]")),
                more));
  }

  /// An index of manifests or of other indexes.
  ///
  /// @param platforms of each member, such as `linux/arm64`; empty where none is said
  static Blob index(List<Blob> members, List<String> platforms) {
    List<String> entries = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      String descriptor = members.get(i).descriptor();
      String[] platform = platforms.get(i).split("/");
      entries.add(
          platform.length < 2
              ? descriptor
              : descriptor.substring(0, descriptor.length() - 1)
                  + ",\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"}}"
                      .formatted(platform[0], platform[1]));
    }
    String type = Blob.OCI + "index.v1+json";
    return Blob.of(
        type,
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
            .formatted(type, String.join(",", entries)));
  }

  /// Docker's first format, which no registry takes today; its signature is of the right form only.
  static String schema1(String name, String tag, Blob layer) {
    return """
    {
       "schemaVersion": 1,
       "name": "%s",
       "tag": "%s",
       "architecture": "amd64",
       "fsLayers": [{"blobSum": "%s"}],
       "history": [{"v1Compatibility": "{\\"id\\":\\"%s\\",\\"os\\":\\"linux\\"}"}],
       "signatures": [{"header": {"alg": "ES256", "jwk": {"crv": "P-256", "kty": "EC", \
    "x": "%s", "y": "%s"}}, "signature": "AAAA", \
    "protected": "eyJmb3JtYXRMZW5ndGgiOjEsImZvcm1hdFRhaWwiOiJDbjAifQ"}]
    }\
    """
        .formatted(
            name, tag, layer.digest(), layer.digest().substring(7), "A".repeat(43), "A".repeat(43));
  }

  static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }
}
