package nsbox.jib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The contract with Jib, down to the letters that are sent.
class JibAuthenticationTest {
  private final List<String> sent = new ArrayList<>();
  private final List<Map<String, String>> headers = new ArrayList<>();
  private String answer = "{\"token\":\"t\",\"expires_in\":60,\"unknown\":{}}";

  private final JibAuthentication authentication =
      new JibAuthentication(
          (method, url, sentHeaders, body) -> {
            sent.add(
                method
                    + " "
                    + url
                    + (body == null ? "" : " " + new String(body, StandardCharsets.UTF_8)));
            headers.add(sentHeaders);
            return answer.getBytes(StandardCharsets.UTF_8);
          },
          "nsbox");

  private String token(Grant grant, Optional<Account> account) throws IOException {
    return authentication.token(
        "https://auth.test/token", Optional.of("my & service"), "registry.test", grant, account);
  }

  private static Grant reading(String repository) {
    return new Grant.Repository(repository, false, Optional.empty());
  }

  @Test
  void asksAsAnybody() throws IOException {
    assertEquals("Bearer t", token(reading("library/alpine"), Optional.empty()));
    assertEquals(
        List.of(
            "GET https://auth.test/token?service=my%20%26%20service"
                + "&scope=repository:library/alpine:pull"),
        sent);
    assertNull(headers.getFirst().get("authorization"));
    assertNull(headers.getFirst().get("Authorization"));
  }

  @Test
  void showsThePasswordAndAsksForBothRepositoriesOfAMount() throws IOException {
    token(
        new Grant.Repository("a/b", true, Optional.of("c/d")),
        Optional.of(new Account("me", "pass")));
    assertEquals(
        List.of(
            "GET https://auth.test/token?service=my%20%26%20service"
                + "&scope=repository:a/b:pull,push&scope=repository:c/d:pull"),
        sent);
    assertEquals(
        JibAuthentication.basic(new Account("me", "pass")),
        headers.getFirst().getOrDefault("authorization", headers.getFirst().get("Authorization")));
    assertEquals("Basic bWU6cGFzcw==", JibAuthentication.basic(new Account("me", "pass")));
  }

  @Test
  void exchangesAnIdentityTokenByAForm() throws IOException {
    answer = "{\"access_token\":\"a\"}";
    assertEquals("Bearer a", token(reading("a"), Optional.of(new Account("<token>", "x+y&z=="))));
    assertEquals(1, sent.size());
    String[] parts = sent.getFirst().split(" ");
    assertEquals("POST https://auth.test/token", parts[0] + " " + parts[1]);
    assertEquals(
        "service=my+%26+service&scope=repository:a:pull"
            + "&client_id=jib.da031fe481a93ac107a95a96462358f9"
            + "&grant_type=refresh_token&refresh_token=x%2By%26z%3D%3D",
        parts[2]);
  }

  @Test
  void asksForWhatIsNoRepository() throws IOException {
    token(new Grant.Other("registry:catalog:*"), Optional.empty());
    token(new Grant.Other(""), Optional.empty());
    assertEquals(
        List.of(
            "GET https://auth.test/token?service=my%20%26%20service&scope=registry:catalog:*",
            "GET https://auth.test/token?service=my%20%26%20service"),
        sent);
  }

  @Test
  void keepsTheQueryOfARealm() throws IOException {
    authentication.token(
        "http://127.0.0.1:1/token?a=b%2Fc",
        Optional.empty(), "r.test", reading("x"), Optional.empty());
    assertEquals(
        List.of("GET http://127.0.0.1:1/token?service=r.test&scope=repository:x:pull&a=b%2Fc"),
        sent);
  }

  @Test
  void givesBackTheSendersOwnFailure() {
    IOException failure = new IOException("mine");
    JibAuthentication failing =
        new JibAuthentication(
            (method, url, sentHeaders, body) -> {
              throw failure;
            },
            "nsbox");
    assertSame(
        failure,
        assertThrows(
            IOException.class,
            () ->
                failing.token(
                    "https://auth.test/", Optional.empty(), "r", reading("x"), Optional.empty())));
  }

  @Test
  void saysThatAnAnswerHoldsNoToken() {
    for (String text : List.of("{}", "[]", "<html>", "{\"token\":{}}")) {
      answer = text;
      Account account = new Account("<token>", "s3cret");
      TokenRefusedException e =
          assertThrows(
              TokenRefusedException.class, () -> token(reading("a"), Optional.of(account)));
      assertEquals("the answer of https://auth.test/token holds no token", e.getMessage());
      for (Throwable each = e; each != null; each = each.getCause()) {
        assertFalse(String.valueOf(each.getMessage()).contains("s3cret"), each.toString());
      }
    }
  }
}
