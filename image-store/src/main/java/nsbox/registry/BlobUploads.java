package nsbox.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import nsbox.image.Descriptor;
import nsbox.jib.Grant;

/// Blobs on their way into one repository: a POST opens an upload, one PUT sends it whole.
///
/// @spec https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs Push
final class BlobUploads {
  private final RepositoryCalls calls;

  BlobUploads(RepositoryCalls calls) {
    this.calls = calls;
  }

  void push(Descriptor blob, Repository.Content content) throws IOException {
    calls.session().retrying(() -> attempt(blob, content));
  }

  private Void attempt(Descriptor blob, Repository.Content content) throws IOException {
    String algorithm = blob.digest().algorithm();
    String path = "/blobs/uploads/";
    if (!algorithm.equals("sha256")) {
      path += "?digest-algorithm=" + algorithm;
    }
    URI location;
    try (Answer opened = calls.session().once(empty(blob, path), calls.writing())) {
      if (opened.status() != 202) {
        throw ErrorAnswers.failure(opened);
      }
      location = location(opened);
    }
    Call put =
        Call.of(target(blob), "PUT", Addresses.with(location.toString(), "digest=" + blob.digest()))
            .with("Content-Type", "application/octet-stream")
            .with(new Call.Body(blob.sizeBytes(), content));
    try (Answer stored = calls.session().once(put, calls.writing())) {
      if (stored.status() != 201) {
        throw ErrorAnswers.failure(stored);
      }
      String named = stored.header("docker-content-digest").orElse(blob.digest().toString());
      if (named.startsWith(algorithm + ":") && !named.equals(blob.digest().toString())) {
        throw new BadAnswerException(
            stored.target(), "the registry stored it as " + VisibleText.of(named));
      }
    }
    return null;
  }

  boolean mount(Descriptor blob, String fromRepository) throws IOException {
    String query =
        "/blobs/uploads/?mount="
            + blob.digest()
            + "&from="
            + URLEncoder.encode(fromRepository, StandardCharsets.UTF_8);
    Grant grant = calls.mounting(fromRepository);
    URI opened;
    try (Answer answer = calls.send(empty(blob, query), grant)) {
      if (answer.status() == 201) {
        return true;
      }
      if (answer.status() != 202) {
        throw ErrorAnswers.failure(answer);
      }
      opened = location(answer);
    }
    /* It has opened an upload instead. What becomes of that is the registry's own business. */
    Call cancel = Call.of(target(blob), "DELETE", opened.toString());
    calls.session().once(cancel, calls.writing()).close();
    return false;
  }

  private Call empty(Descriptor blob, String path) {
    int query = path.indexOf('?');
    Call call =
        calls.call("blob " + blob.digest(), "POST", query < 0 ? path : path.substring(0, query));
    Call whole =
        query < 0 ? call : call.at(Addresses.with(call.location(), path.substring(query + 1)));
    return whole.with(new Call.Body(0, InputStream::nullInputStream));
  }

  private Target target(Descriptor blob) {
    return calls.target("blob " + blob.digest());
  }

  /// Where to go on, by the letter: the registry may have signed it.
  private static URI location(Answer answer) throws RegistryException {
    String text = answer.header("location").orElse("");
    try {
      URI location = Addresses.resolved(answer.uri(), text);
      boolean http = location.getScheme().equals("http");
      if (http && answer.uri().getScheme().equals("https")) {
        throw new RedirectRefusedException(answer.target(), text, "it leads from https to http");
      }
      if (http || location.getScheme().equals("https")) {
        return location;
      }
    } catch (URISyntaxException e) {
      throw new BadAnswerException(
          answer.target(), "no address to upload to: \"" + VisibleText.of(text) + "\"", e);
    }
    throw new BadAnswerException(
        answer.target(), "no address to upload to: \"" + VisibleText.of(text) + "\"");
  }
}
