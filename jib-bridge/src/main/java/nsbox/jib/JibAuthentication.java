package nsbox.jib;

import com.google.cloud.tools.jib.api.Credential;
import com.google.cloud.tools.jib.api.RegistryAuthenticationFailedException;
import com.google.cloud.tools.jib.http.Authorization;
import com.google.cloud.tools.jib.registry.RegistryAuthenticator;
import com.google.cloud.tools.jib.registry.RegistryCredentialsNotSentException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Registry authentication by Jib Core: what to ask a token server, and what to make of its answer.
///
/// Jib writes service, scope and identity token into addresses and forms as they are. So they are
/// escaped before Jib gets them, and [SenderTransport] mends the rest: a realm that has a query of
/// its own, and scopes that are not a repository's.
///
/// @spec https://distribution.github.io/distribution/spec/auth/token/ Token authentication
public final class JibAuthentication {
  private static final String IDENTITY_TOKEN = "<token>";

  /// A name for Jib to ask for where no repository is meant; it is replaced before it is sent.
  static final String NO_REPOSITORY = "nsbox";

  private final Sender sender;
  private final String userAgent;

  public JibAuthentication(Sender sender, String userAgent) {
    this.sender = sender;
    this.userAgent = userAgent;
  }

  /// The `Authorization` header that shows a password.
  public static String basic(Account account) {
    return Authorization.fromBasicCredentials(account.username(), account.secret()).toString();
  }

  /// Asks a token server.
  ///
  /// @param realm address of the token server
  /// @param service as the challenge has it; empty where it has none
  /// @param server host of the registry
  /// @param account empty to ask as anybody
  /// @return the `Authorization` header
  /// @throws IOException what the sender threw, or that the answer holds no token
  public String token(
      String realm, Optional<String> service, String server, Grant grant, Optional<Account> account)
      throws IOException {
    int query = realm.indexOf('?');
    String address = query < 0 ? realm : realm.substring(0, query);
    SenderTransport transport =
        new SenderTransport(sender, query < 0 ? "" : realm.substring(query + 1), grant);
    try {
      RegistryAuthenticator authenticator =
          JibInternals.authenticator(
              "Bearer realm=\""
                  + address
                  + "\",service=\""
                  + escaped(service.orElse(server))
                  + "\"",
              server,
              grant instanceof Grant.Repository repository ? repository.name() : NO_REPOSITORY,
              grant instanceof Grant.Repository repository
                  ? repository.mountFrom().orElse(null)
                  : null,
              userAgent,
              JibInternals.client(transport, address.startsWith("http:")));
      Credential credential = account.map(JibAuthentication::credential).orElse(null);
      return (grant instanceof Grant.Repository repository && repository.push()
              ? authenticator.authenticatePush(credential)
              : authenticator.authenticatePull(credential))
          .toString();
    } catch (RegistryAuthenticationFailedException | RegistryCredentialsNotSentException _) {
      throw transport.failure().orElseGet(() -> new TokenRefusedException(address));
    }
  }

  private static Credential credential(Account account) {
    return account.username().equals(IDENTITY_TOKEN)
        ? Credential.from(IDENTITY_TOKEN, escaped(account.secret()))
        : Credential.from(account.username(), account.secret());
  }

  private static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
