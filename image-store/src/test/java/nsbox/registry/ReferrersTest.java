package nsbox.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.MediaType;
import nsbox.registry.config.Endpoint;
import nsbox.registry.config.Server.Protocol;
import org.junit.jupiter.api.Test;

/// What newer registries have and Debian's has not: the list of referrers, search, mirrors.
class ReferrersTest {
  private static final Digest SUBJECT = Digest.sha256(new byte[] {1});
  private static final Digest SBOM = Digest.sha256(new byte[] {2});
  private static final Digest SIGNATURE = Digest.sha256(new byte[] {3});

  private final Samples samples = new Samples();

  private Repository of(ScriptedServer server) {
    return samples
        .client()
        .open(
            DockerRegistry.endpoint(DockerRegistry.server(server.host(), Protocol.HTTP), "a"),
            Credentials.NONE);
  }

  private static String index(Digest digest, String artifactType) {
    return "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\""
        + MediaType.OCI_MANIFEST
        + "\",\"size\":7,\"digest\":\""
        + digest
        + "\",\"artifactType\":\""
        + artifactType
        + "\"}]}";
  }

  private static List<Digest> digests(List<Descriptor> descriptors) {
    return descriptors.stream().map(Descriptor::digest).toList();
  }

  @Test
  void listsReferrersOverPagesAndFiltersThemItself() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer((request, out) ->
            request.path().contains("page=2")
                ? ScriptedServer.reply(out, 200, index(SIGNATURE, "application/signature"))
                : ScriptedServer.reply(
                    out,
                    200,
                    index(SBOM, "application/sbom"),
                    "Link: </v2/a/referrers/" + SUBJECT + "?page=2>; rel=next"))) {
      assertEquals(
          List.of(SBOM, SIGNATURE),
          digests(of(server).referrers(SUBJECT, Optional.empty()).manifests()));
      assertEquals(
          List.of(SIGNATURE),
          digests(of(server).referrers(SUBJECT, Optional.of("application/signature")).manifests()));
      assertEquals(
          "/v2/a/referrers/" + SUBJECT + "?artifactType=application%2Fsignature",
          server.requests.get(2).path());
    }
  }

  @Test
  void leavesTheFilterToARegistryThatHasApplied() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer((request, out) ->
            ScriptedServer.reply(
                out, 200, index(SBOM, "by another name"), "OCI-Filters-Applied: artifactType"))) {
      assertEquals(
          List.of(SBOM),
          digests(of(server).referrers(SUBJECT, Optional.of("application/sbom")).manifests()));
    }
  }

  @Test
  void cutsTheFallbackTagOfLongDigests() {
    Digest subject = new Digest("sha512", "ab".repeat(64));
    assertEquals("sha512-" + "ab".repeat(32), ReferrersTag.of(subject));
  }

  @Test
  void saysWhichSubjectTheRegistryHasLinked() throws IOException {
    RawManifest manifest = Samples.manifest(new byte[] {1}, new byte[] {2});
    try (ScriptedServer server =
        new ScriptedServer(
            (request, out) -> ScriptedServer.reply(out, 201, "", "OCI-Subject: " + SUBJECT))) {
      assertEquals(Optional.of(SUBJECT), of(server).pushManifest("1", manifest));
      assertEquals(
          MediaType.OCI_MANIFEST, server.requests.getFirst().headers().get("content-type"));
      assertEquals(new String(manifest.bytes()), server.requests.getFirst().body());
    }
  }

  @Test
  void tellsAMirrorWhichRegistryIsMeant() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer((request, out) -> ScriptedServer.reply(out, 200, "{\"tags\":[]}"))) {
      Repository mirror =
          samples
              .client()
              .open(
                  new Endpoint(
                      DockerRegistry.server(server.host(), Protocol.HTTP),
                      "library/alpine",
                      Optional.of("docker.io"),
                      Set.of(Endpoint.Use.PULL)),
                  Credentials.NONE);
      mirror.tags();
      assertEquals(
          "/v2/library/alpine/tags/list?ns=docker.io&n=1000", server.requests.getFirst().path());
    }
  }

  @Test
  void findsRepositoriesWhereTheRegistryHasASearch() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer((request, out) ->
            ScriptedServer.reply(
                out,
                200,
                "{\"num_results\":2,\"results\":[{\"name\":\"alpine\",\"description\":\"small"
                    + "\\u001b[2J\\nimage\",\"star_count\":12,\"is_official\":true},"
                    + "{\"name\":\"other\"}]}"))) {
      Registry registry =
          samples
              .client()
              .registry(DockerRegistry.server(server.host(), Protocol.HTTP), Credentials.NONE);
      assertEquals(
          List.of(
              new Registry.Found("alpine", "small\\u001b[2J image", 12, true),
              new Registry.Found("other", "", 0, false)),
          registry.search("al pine&x", 5));
      assertEquals("/v1/search?q=al+pine%26x&n=5", server.requests.getFirst().path());
      assertEquals(1, registry.search("alpine", 1).size());
    }
  }

  @Test
  void refusesAListThatIsNone() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (request, out) -> ScriptedServer.reply(out, 200, "{\"manifests\":[{}]}"))) {
      assertThrows(BadAnswerException.class, () -> of(server).referrers(SUBJECT, Optional.empty()));
    }
  }
}
