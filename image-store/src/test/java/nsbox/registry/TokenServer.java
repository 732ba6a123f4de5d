package nsbox.registry;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Gives tokens that a real registry believes: reading to everybody, all else to `me` alone.
final class TokenServer implements AutoCloseable {
  static final String PASSWORD = "p:ass w&rd+";
  static final String IDENTITY_TOKEN = "id/tok+en==&x";

  private final Keys keys;
  final ScriptedServer server;

  TokenServer(Keys keys) throws IOException {
    this.keys = keys;
    this.server = new ScriptedServer(this::answer);
  }

  /// With a query of its own.
  String realm() {
    return server.address() + "/token?tenant=a%2Fb";
  }

  private boolean answer(ScriptedServer.Received request, OutputStream out) throws IOException {
    boolean post = request.method().equals("POST");
    List<String> scopes = new ArrayList<>();
    String refresh = "";
    String parameters =
        post ? request.body() : request.path().substring(request.path().indexOf('?') + 1);
    for (String parameter : parameters.split("&")) {
      String[] parts = parameter.split("=", 2);
      String value = URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
      if (parts[0].equals("scope")) {
        scopes.add(value);
      } else if (parts[0].equals("refresh_token")) {
        refresh = value;
      }
    }
    String basic = "Basic " + Base64.getEncoder().encodeToString(("me:" + PASSWORD).getBytes());
    String shown = request.headers().getOrDefault("authorization", "");
    boolean known = post ? refresh.equals(IDENTITY_TOKEN) : shown.equals(basic);
    if (!known && (post || !shown.isEmpty())) {
      return ScriptedServer.reply(out, 401, "{\"details\":\"incorrect username or password\"}");
    }
    try {
      return ScriptedServer.reply(
          out,
          200,
          "{\""
              + (post ? "access_token" : "token")
              + "\":\""
              + keys.token(claims(scopes, known))
              + "\",\"expires_in\":300,\"more\":1}");
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static String claims(List<String> scopes, boolean known) {
    long now = Instant.now().getEpochSecond();
    StringBuilder access = new StringBuilder();
    for (String scope : scopes) {
      String[] parts = scope.split(":");
      for (String action : parts[2].split(",")) {
        if (known || action.equals("pull")) {
          access
              .append(access.isEmpty() ? "" : ",")
              .append(
                  "{\"type\":\"" + parts[0] + "\",\"name\":\"" + parts[1] + "\",\"actions\":[\"")
              .append(action + "\"]}");
        }
      }
    }
    return "{\"iss\":\"nsbox\",\"sub\":\"me\",\"aud\":\"test registry\",\"exp\":"
        + (now + 300)
        + ",\"nbf\":"
        + (now - 10)
        + ",\"iat\":"
        + now
        + ",\"jti\":\"1\",\"access\":["
        + access
        + "]}";
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
