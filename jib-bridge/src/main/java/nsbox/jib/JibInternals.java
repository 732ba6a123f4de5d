package nsbox.jib;

import com.google.api.client.http.HttpTransport;
import com.google.cloud.tools.jib.api.RegistryAuthenticationFailedException;
import com.google.cloud.tools.jib.http.FailoverHttpClient;
import com.google.cloud.tools.jib.registry.RegistryAuthenticator;
import com.google.cloud.tools.jib.registry.credentials.DockerCredentialHelper;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// The doors into Jib that it opens to its own packages alone: a client with a transport of one's
/// own, token authentication with such a client, and helpers with an environment of one's own.
///
/// By reflection, since a class of ours in Jib's package would split that package between two
/// modules, which no compiler takes. JibAuthenticationTest fails where a release of Jib moves them.
final class JibInternals {
  private JibInternals() {}

  /// A client that sends everything through one transport, once, to the scheme that it is given.
  ///
  /// @param plain whether what is asked for is an `http:` address; Jib must be told to accept that,
  ///   and would otherwise turn from https to http by itself
  static FailoverHttpClient client(HttpTransport transport, boolean plain) {
    Supplier<HttpTransport> transports = () -> transport;
    Consumer<Object> ignored = event -> {};
    try {
      Constructor<FailoverHttpClient> constructor =
          opened(
              FailoverHttpClient.class.getDeclaredConstructor(
                  boolean.class,
                  boolean.class,
                  Consumer.class,
                  Supplier.class,
                  Supplier.class,
                  boolean.class));
      return constructor.newInstance(plain, plain, ignored, transports, transports, false);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this is not the Jib that nsbox was written for", e);
    }
  }

  /// @param challenge a `WWW-Authenticate` header with the scheme Bearer
  /// @param mountFrom a second repository to read from, or null
  static RegistryAuthenticator authenticator(
      String challenge,
      String server,
      String repository,
      String mountFrom,
      String userAgent,
      FailoverHttpClient client)
      throws RegistryAuthenticationFailedException {
    try {
      Class<?> properties =
          Class.forName("com.google.cloud.tools.jib.registry.RegistryEndpointRequestProperties");
      Object asked =
          opened(properties.getDeclaredConstructor(String.class, String.class, String.class))
              .newInstance(server, repository, mountFrom);
      Optional<?> authenticator =
          (Optional<?>)
              opened(
                      RegistryAuthenticator.class.getDeclaredMethod(
                          "fromAuthenticationMethod",
                          String.class,
                          properties,
                          String.class,
                          FailoverHttpClient.class))
                  .invoke(null, challenge, asked, userAgent, client);
      return (RegistryAuthenticator) authenticator.orElseThrow();
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RegistryAuthenticationFailedException refused) {
        throw refused;
      }
      throw new IllegalStateException("Jib cannot read a challenge of nsbox's own", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this is not the Jib that nsbox was written for", e);
    }
  }

  /// A credential helper whose process the caller makes: else it would inherit the environment of
  /// this process instead of its user's.
  static DockerCredentialHelper helper(
      String serverUrl,
      Path program,
      Function<List<String>, ProcessBuilder> processes,
      Map<String, String> environment) {
    Properties properties = new Properties();
    properties.setProperty("os.name", "Linux");
    try {
      return opened(
              DockerCredentialHelper.class.getDeclaredConstructor(
                  String.class, Path.class, Properties.class, Function.class, Map.class))
          .newInstance(serverUrl, program, properties, processes, environment);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this is not the Jib that nsbox was written for", e);
    }
  }

  private static <T extends AccessibleObject> T opened(T member) {
    member.setAccessible(true);
    return member;
  }
}
