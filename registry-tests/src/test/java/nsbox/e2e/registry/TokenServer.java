package nsbox.e2e.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/// Issues the tokens that a registry asks of its clients, and remembers who asked for which.
///
/// @spec https://distribution.github.io/distribution/spec/auth/token/ Token authentication
/// @spec https://distribution.github.io/distribution/spec/auth/oauth/ OAuth2 token authentication
final class TokenServer implements AutoCloseable {
  private static final String ISSUER = "test issuer";
  private static final String SERVICE = "test service";

  /* docker-registry takes a token for this much longer than it says. */
  private static final Duration LEEWAY = Duration.ofSeconds(60);

  private final HttpServer server;
  private final Rules rules;
  private final Path certificate;
  private final PrivateKey key;
  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  /// @param lifetime how long the registry takes a token; also told to clients as `expires_in`
  /// @param user whose name and password are demanded; nobody's where missing
  /// @param refreshToken what OAuth2 clients may send instead
  record Rules(Duration lifetime, Optional<String> user, String password, String refreshToken) {
    static Rules anonymous() {
      return new Rules(Duration.ofMinutes(5), Optional.empty(), "", "");
    }

    static Rules of(String user, String password, String refreshToken) {
      return new Rules(Duration.ofMinutes(5), Optional.of(user), password, refreshToken);
    }

    Rules lasting(Duration other) {
      return new Rules(other, user, password, refreshToken);
    }
  }

  /// A request for a token.
  ///
  /// @param credentials as they came: the Authorization header, or the grant of an OAuth2 form
  record Asked(String method, List<String> scopes, String credentials, int status) {}

  private TokenServer(HttpServer server, Rules rules, Path certificate, PrivateKey key) {
    this.server = server;
    this.rules = rules;
    this.certificate = certificate;
    this.key = key;
  }

  static TokenServer start(Path folder, Rules rules) throws Exception {
    Files.createDirectories(folder);
    Path certificate = folder.resolve("token.crt");
    Path keyFile = folder.resolve("token.key");
    Outside.run(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=token",
        "-keyout",
        keyFile.toString(),
        "-out",
        certificate.toString());
    PrivateKey key =
        KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pem(keyFile)));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    TokenServer tokens = new TokenServer(server, rules, certificate, key);
    server.createContext("/token", tokens::answer);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    return tokens;
  }

  /// The registry's `auth` section.
  String registryConfig() {
    return """
    auth:
      token:
        realm: %s
        service: %s
        issuer: %s
        rootcertbundle: %s
    """
        .formatted(realm(), SERVICE, ISSUER, certificate);
  }

  String realm() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
  }

  /// All requests so far, in their order.
  List<Asked> asked() {
    return List.copyOf(asked);
  }

  private void answer(HttpExchange exchange) throws IOException {
    boolean form = exchange.getRequestMethod().equals("POST");
    String query =
        form
            ? new String(exchange.getRequestBody().readNBytes(1 << 16), UTF_8)
            : Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
    List<String> scopes = new ArrayList<>();
    values(query, "scope").forEach(it -> scopes.addAll(List.of(it.split(" "))));
    String credentials =
        form
            ? first(query, "refresh_token")
                .orElse(first(query, "username") + ":" + first(query, "password"))
            : Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                .orElse("");
    boolean known = rules.user().isEmpty() || isKnown(form, credentials);
    int status = known ? 200 : 401;
    asked.add(new Asked(exchange.getRequestMethod(), scopes, credentials, status));
    String token = known ? token(scopes) : "";
    byte[] body =
        (known
                ? "{\"token\":\"%s\",\"access_token\":\"%s\",\"expires_in\":%d,\"issued_at\":\"%s\"}"
                    .formatted(token, token, rules.lifetime().toSeconds(), Instant.now())
                : "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"who are you\"}]}")
            .getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private boolean isKnown(boolean form, String credentials) {
    String user = rules.user().orElseThrow();
    if (form) {
      return credentials.equals(rules.refreshToken())
          || credentials.equals(Optional.of(user) + ":" + Optional.of(rules.password()));
    }
    String expected = user + ":" + rules.password();
    return credentials.equals(
        "Basic " + Base64.getEncoder().encodeToString(expected.getBytes(UTF_8)));
  }

  /// A token that permits what `scopes` ask for.
  private String token(List<String> scopes) throws IOException {
    List<String> access = new ArrayList<>();
    for (String scope : scopes) {
      int last = scope.lastIndexOf(':');
      int first = scope.indexOf(':');
      if (first < last) {
        String actions = scope.substring(last + 1).replace(",", "\",\"");
        access.add(
            "{\"type\":\"%s\",\"name\":\"%s\",\"actions\":[\"%s\"]}"
                .formatted(scope.substring(0, first), scope.substring(first + 1, last), actions));
      }
    }
    long now = Instant.now().getEpochSecond();
    String header =
        "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5c\":[\"%s\"]}"
            .formatted(Base64.getEncoder().encodeToString(pem(certificate)));
    String claims =
        ("{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s\",\"exp\":%d,\"nbf\":%d,\"iat\":%d,"
                + "\"jti\":\"%s\",\"access\":[%s]}")
            .formatted(
                ISSUER,
                rules.user().orElse(""),
                SERVICE,
                now + rules.lifetime().minus(LEEWAY).toSeconds(),
                now - 600,
                now,
                UUID.randomUUID(),
                String.join(",", access));
    String signed = url(header.getBytes(UTF_8)) + "." + url(claims.getBytes(UTF_8));
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key);
      signature.update(signed.getBytes(UTF_8));
      return signed + "." + url(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static String url(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] pem(Path file) throws IOException {
    String text = Files.readString(file).replaceAll("-----[A-Z ]+-----", "");
    return Base64.getMimeDecoder().decode(text);
  }

  private static Optional<String> first(String query, String name) {
    return values(query, name).stream().findFirst();
  }

  private static List<String> values(String query, String name) {
    List<String> values = new ArrayList<>();
    for (String pair : query.split("&")) {
      if (pair.startsWith(name + "=")) {
        values.add(URLDecoder.decode(pair.substring(name.length() + 1), UTF_8));
      }
    }
    return values;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
