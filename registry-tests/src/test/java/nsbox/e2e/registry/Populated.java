package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import nsbox.e2e.EndToEnd;

/// Puts content into a plain registry: real images with skopeo, crafted ones byte for byte.
final class Populated {
  private final DockerRegistry registry;
  private final HttpClient client = HttpClient.newHttpClient();

  Populated(DockerRegistry registry) {
    this.registry = registry;
  }

  /// A real image, where the machine has it.
  ///
  /// @param name its folder among the shared images
  Populated shared(String name, String layoutTag, String repository, String tag) throws Exception {
    Path layout = EndToEnd.layout(name);
    Outside.run(
        "skopeo",
        "--insecure-policy",
        "copy",
        "-q",
        "--dest-tls-verify=false",
        "oci:" + layout + ":" + layoutTag,
        "docker://%s/%s:%s".formatted(registry.host(), repository, tag));
    return this;
  }

  Populated image(Crafted image, String repository, String tag) throws Exception {
    blob(repository, image.config());
    for (Blob layer : image.layers()) {
      if (layer.urls().isEmpty()) {
        blob(repository, layer);
      }
    }
    return manifest(repository, tag, image.manifest());
  }

  Populated blob(String repository, Blob blob) throws Exception {
    String uploads = registry.url() + "/v2/" + repository + "/blobs/uploads/";
    HttpResponse<String> begun = send("POST", uploads, "application/octet-stream", new byte[0]);
    assertEquals(202, begun.statusCode(), begun::body);
    String location = begun.headers().firstValue("Location").orElseThrow();
    HttpResponse<String> put =
        send(
            "PUT", location + "&digest=" + blob.digest(), "application/octet-stream", blob.bytes());
    assertEquals(201, put.statusCode(), put::body);
    return this;
  }

  /// @param reference a tag or the manifest's digest
  Populated manifest(String repository, String reference, Blob manifest) throws Exception {
    String url = registry.url() + "/v2/" + repository + "/manifests/" + reference;
    HttpResponse<String> put = send("PUT", url, manifest.mediaType(), manifest.bytes());
    assertEquals(201, put.statusCode(), () -> put.body() + manifest.text());
    return this;
  }

  private HttpResponse<String> send(String method, String url, String type, byte[] body)
      throws IOException, InterruptedException {
    return client.send(
        java.net.http.HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", type)
            .method(method, BodyPublishers.ofByteArray(body))
            .build(),
        BodyHandlers.ofString());
  }
}
