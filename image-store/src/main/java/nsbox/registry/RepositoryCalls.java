package nsbox.registry;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import nsbox.jib.Grant;
import nsbox.registry.config.Endpoint;

/// How the requests for one repository look.
final class RepositoryCalls {
  private final Session session;
  private final Endpoint endpoint;

  RepositoryCalls(Session session, Endpoint endpoint) {
    this.session = session;
    this.endpoint = endpoint;
  }

  /// Host and repository.
  String name() {
    return endpoint.server().host() + "/" + endpoint.repository();
  }

  Session session() {
    return session;
  }

  Grant reading() {
    return new Grant.Repository(endpoint.repository(), false, Optional.empty());
  }

  Grant writing() {
    return new Grant.Repository(endpoint.repository(), true, Optional.empty());
  }

  Grant mounting(String fromRepository) {
    return new Grant.Repository(endpoint.repository(), true, Optional.of(fromRepository));
  }

  /// @param what for messages, such as `manifest 1.4`
  /// @param path below the repository
  Call call(String what, String method, String path) {
    String location = endpoint.server().basePath() + "/" + endpoint.repository() + path;
    Optional<String> nameSpace = endpoint.nameSpace();
    if (nameSpace.isPresent()) {
      location =
          Addresses.with(
              location, "ns=" + URLEncoder.encode(nameSpace.get(), StandardCharsets.UTF_8));
    }
    return Call.of(target(what), method, location);
  }

  Target target(String what) {
    return new Target(endpoint.server().host(), what + " of " + name());
  }

  Answer send(Call call, Grant grant) throws IOException {
    return session.send(call, grant);
  }

  /// @throws RegistryException if the answer has another status
  Answer success(Call call, Grant grant, int status) throws IOException {
    Answer answer = session.send(call, grant);
    if (answer.status() != status) {
      throw ErrorAnswers.failure(answer);
    }
    return answer;
  }

  /// @spec
  ///   https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
  static boolean isTag(String text) {
    return text.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
  }
}
