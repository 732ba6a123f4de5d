package nsbox.registry;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import nsbox.jib.Account;
import nsbox.jib.Grant;
import nsbox.jib.JibAuthentication;
import nsbox.jib.TokenRefusedException;
import nsbox.json.JsonException;
import nsbox.registry.config.Credential;
import nsbox.registry.config.Server;

/// Shows one server who asks: anonymous until it wants to know, then by token or password.
///
/// Passwords and tokens go to the server itself, over plain http only where the configuration lets
/// that server be spoken to in http at all. A token server gets the password over https, on the
/// registry's own host, on this machine, or where the registry is configured as insecure.
final class Access {
  private static final Duration FOR_GOOD = Duration.ofDays(1);

  private final Server server;
  private final Credentials credentials;
  private final Redirects redirects;
  private final TokenCache cache;

  Access(Server server, Credentials credentials, Redirects redirects, TokenCache cache) {
    this.server = server;
    this.credentials = credentials;
    this.redirects = redirects;
    this.cache = cache;
  }

  /// What to send without being asked again.
  Optional<String> known(Grant grant) {
    return cache.find(server.host(), grant);
  }

  /// Answers a 401. Threads that are refused at the same time share one answer.
  ///
  /// @param said by the server, for messages
  /// @param used what was sent, and refused
  /// @return the `Authorization` header to try
  synchronized String renewed(
      Target target, Grant grant, Answer refused, String said, Optional<String> used)
      throws IOException {
    Optional<String> other = known(grant);
    if (other.isPresent() && !other.equals(used)) {
      return other.get();
    }
    List<Challenge> challenges = Challenge.parse(refused.allOf("www-authenticate"));
    Optional<Challenge> bearer = Challenge.of(challenges, "bearer");
    if (bearer.isPresent()) {
      return token(target, grant, refused.uri(), bearer.get());
    }
    if (Challenge.of(challenges, "basic").isEmpty()) {
      throw new BadAnswerException(
          target,
          "wants credentials by no scheme that nsbox knows: "
              + VisibleText.of(String.join(", ", refused.allOf("www-authenticate"))));
    }
    return basic(target, grant, refused.uri(), said, used);
  }

  /// The failure of an answer that stays 401, whatever was sent.
  UnauthorizedException refusal(Target target, String said) throws IOException {
    return credentials
        .credential()
        .map(known -> UnauthorizedException.refused(target, known.origin(), said))
        .orElseGet(() -> UnauthorizedException.without(target, said));
  }

  private String basic(Target target, Grant grant, URI registry, String said, Optional<String> used)
      throws IOException {
    Credential credential = credentials.credential().orElse(null);
    if (credential == null) {
      throw UnauthorizedException.without(target, said);
    }
    if (credential.identityToken()) {
      throw UnauthorizedException.withheld(
          target, credential.origin(), "since they are an identity token, and it wants a password");
    }
    checkSafe(target, credential, registry, registry);
    String header = JibAuthentication.basic(account(credential));
    if (used.isPresent() && used.get().equals(header)) {
      throw UnauthorizedException.refused(target, credential.origin(), said);
    }
    cache.put(server.host(), grant, header, FOR_GOOD);
    return header;
  }

  private String token(Target target, Grant grant, URI registry, Challenge challenge)
      throws IOException {
    URI realm = realm(target, registry, challenge);
    Optional<Credential> credential = credentials.credential();
    if (credential.isPresent()) {
      checkSafe(target, credential.get(), registry, realm);
    }
    TokenSender sender = new TokenSender(redirects, target, credential);
    try {
      String header =
          new JibAuthentication(sender, Transport.USER_AGENT)
              .token(
                  realm.toString(),
                  challenge.parameter("service"),
                  server.host(),
                  grant,
                  credential.map(Access::account));
      cache.put(server.host(), grant, header, sender.lifetime());
      return header;
    } catch (TokenRefusedException | JsonException e) {
      throw new BadAnswerException(target, VisibleText.of(e.getMessage()), e);
    }
  }

  private static URI realm(Target target, URI registry, Challenge challenge)
      throws BadAnswerException {
    String text = challenge.parameter("realm").orElse("");
    try {
      URI realm = new URI(text);
      boolean http = "http".equals(realm.getScheme());
      if ((http || "https".equals(realm.getScheme()))
          && !Addresses.host(realm).isEmpty()
          && realm.getRawAuthority().indexOf('@') < 0) {
        return realm;
      }
    } catch (URISyntaxException e) {
      throw badRealm(target, text, e);
    }
    throw badRealm(target, text, null);
  }

  private static BadAnswerException badRealm(Target target, String text, Exception cause) {
    return new BadAnswerException(
        target, "the token server is no http address: \"" + VisibleText.of(text) + "\"", cause);
  }

  private void checkSafe(Target target, Credential credential, URI registry, URI receiver)
      throws UnauthorizedException {
    boolean encrypted = receiver.getScheme().equals("https");
    boolean configured = server.protocol() != Server.Protocol.HTTPS;
    boolean sameHost =
        Addresses.host(receiver).equals(Addresses.host(registry))
            && receiver.getScheme().equals(registry.getScheme());
    if (!encrypted && !configured && !sameHost && !Addresses.isLoopback(receiver)) {
      throw UnauthorizedException.withheld(
          target, credential.origin(), "over plain http to " + receiver.getRawAuthority());
    }
  }

  private static Account account(Credential credential) {
    String secret = credential.secret().reveal();
    return credential.identityToken()
        ? new Account("<token>", secret)
        : new Account(credential.username(), secret);
  }
}
