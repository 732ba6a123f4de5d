package nsbox.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.InvalidDigestException;
import nsbox.image.Manifest;
import nsbox.image.MediaType;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Manifests of one repository: fetched, looked up, pushed, deleted.
final class ManifestCalls {
  private static final String DIGEST_HEADER = "docker-content-digest";

  /// Docker's schema 1 too: to be refused for what it is, not as something unknown.
  private static final String ACCEPT =
      String.join(
          ", ",
          MediaType.OCI_MANIFEST,
          MediaType.OCI_INDEX,
          MediaType.DOCKER_MANIFEST,
          MediaType.DOCKER_LIST,
          "application/vnd.docker.distribution.manifest.v1+prettyjws",
          "application/vnd.docker.distribution.manifest.v1+json");

  private static final List<String> SAYS_NOTHING =
      List.of("", "application/json", "application/octet-stream", "text/plain");

  private final RepositoryCalls calls;

  ManifestCalls(RepositoryCalls calls) {
    this.calls = calls;
  }

  RawManifest fetch(String reference) throws IOException {
    Call call = call("GET", reference).with("Accept", ACCEPT);
    try (Answer answer = calls.success(call, calls.reading(), 200)) {
      byte[] bytes = answer.bytes(Manifest.MAX_BYTES, "the manifest");
      Digest digest = checked(answer.target(), reference, announced(answer), bytes);
      return new RawManifest(new Descriptor(mediaType(answer, bytes), digest, bytes.length), bytes);
    }
  }

  private static Digest checked(
      Target target, String reference, Optional<Digest> announced, byte[] bytes)
      throws IOException {
    Digest expected =
        isDigest(reference)
            ? Digest.parse(reference)
            : announced.orElseGet(() -> Digest.sha256(bytes));
    Digest actual = expected.ofSameAlgorithm(bytes);
    if (!actual.equals(expected)) {
      throw new BadAnswerException(
          target, "its bytes should be " + expected + ", they are " + actual);
    }
    return actual;
  }

  /// What a tag or a digest stands for, by HEAD where the registry answers that in full.
  Optional<Descriptor> resolve(String reference) throws IOException {
    Call call = call("HEAD", reference).with("Accept", ACCEPT);
    try (Answer answer = calls.send(call, calls.reading())) {
      if (answer.status() == 404) {
        return Optional.empty();
      }
      if (answer.status() == 200) {
        Optional<Digest> digest = announced(answer);
        Optional<Long> size = answer.announcedBytes();
        String type = plainType(answer);
        if (isDigest(reference)
            && digest.isPresent()
            && !digest.get().toString().equals(reference)) {
          throw new BadAnswerException(
              answer.target(), "the registry says that it is " + digest.get());
        }
        if (digest.isPresent() && size.isPresent() && !SAYS_NOTHING.contains(type)) {
          return Optional.of(new Descriptor(type, digest.get(), size.get()));
        }
      } else if (answer.status() == 403) {
        throw ErrorAnswers.failure(answer);
      }
    }
    try {
      return Optional.of(fetch(reference).descriptor());
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  Optional<Digest> push(String reference, RawManifest manifest) throws IOException {
    byte[] bytes = manifest.bytes();
    Call call =
        call("PUT", reference)
            .with("Content-Type", manifest.descriptor().mediaType())
            .with(new Call.Body(bytes.length, () -> new ByteArrayInputStream(bytes)));
    try (Answer answer = calls.success(call, calls.writing(), 201)) {
      Optional<Digest> stored = announced(answer);
      if (stored.isPresent() && !stored.get().equals(stored.get().ofSameAlgorithm(bytes))) {
        throw new BadAnswerException(answer.target(), "the registry stored it as " + stored.get());
      }
      Optional<String> subject = answer.header("oci-subject");
      return subject.isEmpty()
          ? Optional.empty()
          : Optional.of(digest(answer.target(), "OCI-Subject", subject.get()));
    }
  }

  void delete(String reference) throws IOException {
    try (Answer answer = calls.send(call("DELETE", reference), calls.writing())) {
      if (answer.status() == 405) {
        throw new UnsupportedByRegistryException(
            answer.target(), "does not delete manifests", ErrorAnswers.said(answer));
      }
      if (answer.status() < 200 || answer.status() > 299) {
        throw ErrorAnswers.failure(answer);
      }
    }
  }

  private Call call(String method, String reference) throws IOException {
    if (isDigest(reference)) {
      Digest.parse(reference);
    } else if (!RepositoryCalls.isTag(reference)) {
      throw new IllegalArgumentException("neither a tag nor a digest: " + reference);
    }
    return calls.call("manifest " + reference, method, "/manifests/" + reference);
  }

  private static boolean isDigest(String reference) {
    return reference.indexOf(':') >= 0;
  }

  private static Optional<Digest> announced(Answer answer) throws IOException {
    Optional<String> text = answer.header(DIGEST_HEADER);
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(digest(answer.target(), "Docker-Content-Digest", text.get()));
  }

  private static Digest digest(Target target, String header, String text)
      throws BadAnswerException {
    try {
      return Digest.parse(text);
    } catch (InvalidDigestException e) {
      throw new BadAnswerException(target, "bad " + header + ": " + VisibleText.of(text), e);
    }
  }

  private static String plainType(Answer answer) {
    String type = answer.header("content-type").orElse("");
    int semicolon = type.indexOf(';');
    return (semicolon < 0 ? type : type.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
  }

  /// The header's type; where that says nothing, as on a server of plain files, the document's own.
  private static String mediaType(Answer answer, byte[] bytes) {
    String type = plainType(answer);
    if (!SAYS_NOTHING.contains(type)) {
      return type;
    }
    try {
      JsonObject json = Json.parse(bytes, "manifest");
      return json.optionalString("mediaType")
          .orElse(json.has("manifests") ? MediaType.OCI_INDEX : MediaType.OCI_MANIFEST);
    } catch (JsonException e) {
      /* Whoever reads the document will say what is wrong with it. */
      return type;
    }
  }
}
