package nsbox.registry;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentMap;
import nsbox.jib.Grant;
import nsbox.registry.config.Server;

/// The conversation with one server: scheme, authentication, redirects, retries.
final class Session {
  private final Server server;
  private final Access access;
  private final Redirects redirects;
  private final Retries retries;
  private final ConcurrentMap<Server, String> schemes;

  /// @param schemes that servers which may speak either were found to speak; shared
  Session(
      Server server,
      Access access,
      Redirects redirects,
      Retries retries,
      ConcurrentMap<Server, String> schemes) {
    this.server = server;
    this.access = access;
    this.redirects = redirects;
    this.retries = retries;
    this.schemes = schemes;
  }

  Server server() {
    return server;
  }

  /// Sends a request, again and again within the limits.
  ///
  /// @return an answer of any status but 401 and those that may pass
  Answer send(Call call, Grant grant) throws IOException {
    return retries.run(() -> once(call, grant));
  }

  /// For what must be tried again as a whole.
  <T> T retrying(Retries.Attempt<T> attempt) throws IOException {
    return retries.run(attempt);
  }

  /// The same, without retries.
  Answer once(Call call, Grant grant) throws IOException {
    Optional<String> known = access.known(grant);
    Answer answer = anyScheme(call, known);
    if (answer.status() == 401 && isHome(answer.uri())) {
      String said = ErrorAnswers.said(answer);
      String renewed = access.renewed(call.target(), grant, answer, said, known);
      answer = anyScheme(call, Optional.of(renewed));
    }
    if (answer.status() == 401) {
      throw access.refusal(call.target(), ErrorAnswers.said(answer));
    }
    if (answer.status() == 408 || answer.status() == 429 || answer.status() >= 500) {
      throw ErrorAnswers.failure(answer);
    }
    return answer;
  }

  private Answer anyScheme(Call call, Optional<String> authorization) throws IOException {
    if (!call.location().startsWith("/")) {
      return exchange(call, URI.create(call.location()), authorization);
    }
    return switch (server.protocol()) {
      case HTTPS -> exchange(call, "https", authorization);
      case HTTP -> exchange(call, "http", authorization);
      case HTTPS_THEN_HTTP -> eitherScheme(call, authorization);
    };
  }

  private Answer eitherScheme(Call call, Optional<String> authorization) throws IOException {
    String found = schemes.get(server);
    if (found != null) {
      return exchange(call, found, authorization);
    }
    RegistryException noTls;
    try {
      Answer answer = exchange(call, "https", authorization);
      schemes.put(server, "https");
      return answer;
    } catch (UntrustedServerException | UnreachableException e) {
      boolean accepted =
          e instanceof UntrustedServerException untrusted
              && untrusted.certificate()
              && !server.tls().verify();
      if (!accepted && !ConnectionFailures.meansNoTlsServer(e)) {
        throw e;
      }
      noTls = e;
    }
    try {
      Answer answer = exchange(call, "http", authorization);
      schemes.put(server, "http");
      return answer;
    } catch (RegistryException e) {
      e.addSuppressed(noTls);
      throw e;
    }
  }

  private Answer exchange(Call call, String scheme, Optional<String> authorization)
      throws IOException {
    URI uri;
    try {
      uri = new URI(scheme + "://" + server.host() + call.location());
    } catch (URISyntaxException e) {
      throw new IOException("not the name of a server: " + server.host(), e);
    }
    if (Addresses.host(uri).isEmpty()) {
      throw new IOException("not the name of a server: " + server.host());
    }
    return exchange(call, uri, authorization);
  }

  private Answer exchange(Call call, URI uri, Optional<String> authorization) throws IOException {
    Map<String, String> secrets = new LinkedHashMap<>();
    if (isHome(uri)) {
      secrets.putAll(server.headers());
      authorization.ifPresent(header -> secrets.put("Authorization", header));
    }
    return redirects.follow(call, uri, secrets);
  }

  /// Whether an address is the server's own, in a scheme that it may be spoken to.
  private boolean isHome(URI uri) {
    try {
      URI own = new URI(uri.getScheme() + "://" + server.host());
      boolean spoken =
          switch (server.protocol()) {
            case HTTPS -> uri.getScheme().equals("https");
            case HTTP -> true;
            case HTTPS_THEN_HTTP ->
                uri.getScheme().equals("https") || !"https".equals(schemes.get(server));
          };
      return spoken && Addresses.origin(own).equals(Addresses.origin(uri));
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
