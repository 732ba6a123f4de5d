package nsbox.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// What an answer without success means.
///
/// @spec https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes Errors
final class ErrorAnswers {
  private static final int MAX_SHOWN = 3;

  private ErrorAnswers() {}

  /// Makes the failure of it, and closes the answer.
  static RegistryException failure(Answer answer) throws IOException {
    Target target = answer.target();
    Optional<Duration> retryAfter =
        answer.header("retry-after").flatMap(text -> RetryAfter.parse(text, Instant.now()));
    String said = said(answer);
    return switch (answer.status()) {
      case 401 -> UnauthorizedException.without(target, said);
      case 403 -> new DeniedException(target, said);
      case 404 -> new NotFoundException(target, said);
      case 429 -> new TooManyRequestsException(target, retryAfter, said);
      default -> new RegistryErrorException(target, answer.status(), retryAfter, said);
    };
  }

  /// Reads, shortens and closes what the server says: `: MANIFEST_UNKNOWN: manifest unknown`, or
  /// nothing.
  static String said(Answer answer) throws IOException {
    byte[] bytes;
    try (answer) {
      bytes = answer.body().readNBytes(Limits.MAX_SMALL_BODY_BYTES);
    } catch (RegistryException e) {
      /* The status says more than how its explanation was lost. */
      return "";
    }
    String words = words(answer, bytes);
    return words.isBlank() ? "" : ": " + VisibleText.of(words);
  }

  private static String words(Answer answer, byte[] bytes) {
    String type = answer.header("content-type").orElse("");
    try {
      List<String> shown = new ArrayList<>();
      JsonObject json = Json.parse(bytes, "error");
      for (JsonObject error : json.objects("errors")) {
        if (shown.size() < MAX_SHOWN) {
          String code = error.optionalString("code").orElse("UNKNOWN");
          shown.add(error.optionalString("message").map(text -> code + ": " + text).orElse(code));
        }
      }
      /* Token servers have a form of their own. */
      json.optionalString("details").ifPresent(shown::add);
      json.optionalString("error_description").ifPresent(shown::add);
      return String.join("; ", shown);
    } catch (JsonException e) {
      return type.startsWith("text/plain")
          ? new String(bytes, StandardCharsets.UTF_8).strip().lines().findFirst().orElse("")
          : "";
    }
  }
}
