package nsbox.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import nsbox.jib.Sender;
import nsbox.json.Json;
import nsbox.registry.config.Credential;

/// Sends Jib's requests for one token, and learns how long the token will live.
final class TokenSender implements Sender {
  /// What the specification says of answers that do not say.
  private static final Duration DEFAULT_LIFETIME = Duration.ofSeconds(60);

  /// Given up before its end: it takes a while on its way, and clocks differ.
  private static final Duration MARGIN = Duration.ofSeconds(10);

  private static final Duration LONGEST_LIFETIME = Duration.ofDays(1);

  private final Redirects redirects;
  private final Target target;
  private final Optional<Credential> credential;
  private Duration lifetime = DEFAULT_LIFETIME.minus(MARGIN);

  TokenSender(Redirects redirects, Target target, Optional<Credential> credential) {
    this.redirects = redirects;
    this.target = target;
    this.credential = credential;
  }

  Duration lifetime() {
    return lifetime;
  }

  @Override
  public byte[] send(String method, String url, Map<String, String> headers, byte[] body)
      throws IOException {
    Call call = Call.of(target, method, url);
    if (body != null) {
      call =
          call.with(new Call.Body(body.length, () -> new ByteArrayInputStream(body)))
              .withoutRedirects();
    }
    Map<String, String> secrets = new LinkedHashMap<>();
    for (Map.Entry<String, String> header : headers.entrySet()) {
      if (header.getKey().equalsIgnoreCase("Authorization")) {
        secrets.put("Authorization", header.getValue());
      } else if (header.getKey().equalsIgnoreCase("Content-Type")) {
        call = call.with("Content-Type", header.getValue());
      }
    }
    Answer answer = redirects.follow(call, URI.create(url), secrets);
    if (answer.status() == 401 || answer.status() == 403) {
      String said = ErrorAnswers.said(answer);
      throw credential.isPresent()
          ? UnauthorizedException.refused(target, credential.get().origin(), said)
          : UnauthorizedException.without(target, said);
    }
    if (answer.status() != 200) {
      throw ErrorAnswers.failure(answer);
    }
    try (answer) {
      byte[] bytes = answer.bytes(Limits.MAX_SMALL_BODY_BYTES, "the token server's answer");
      learnLifetime(bytes);
      return bytes;
    }
  }

  private void learnLifetime(byte[] answer) throws IOException {
    long seconds =
        Json.parse(answer, "answer of the token server")
            .optionalNumber("expires_in")
            .orElse(DEFAULT_LIFETIME.toSeconds());
    long left = Math.min(seconds, LONGEST_LIFETIME.toSeconds()) - MARGIN.toSeconds();
    lifetime = Duration.ofSeconds(Math.max(left, 1));
  }
}
