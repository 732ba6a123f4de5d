package nsbox.e2e.registry;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import nsbox.e2e.registry.FaultProxy.Answer;
import nsbox.e2e.registry.FaultProxy.Exchange;
import nsbox.e2e.registry.FaultProxy.Fault;

/// What can go wrong between a registry and its client.
final class Faults {
  private Faults() {}

  /// The body ends early, and the connection with it.
  static Fault truncateAfter(long bytes) {
    return changing((exchange, answer) -> {
      exchange.send(answer, answer.headers());
      exchange.copy(answer.body(), bytes);
      exchange.client().close();
    });
  }

  /// The connection is reset in the middle of the body.
  static Fault resetAfter(long bytes) {
    return changing((exchange, answer) -> {
      exchange.send(answer, answer.headers());
      exchange.copy(answer.body(), bytes);
      exchange.client().getOutputStream().flush();
      /* A reset throws away what the client has not read yet. */
      Thread.sleep(200);
      exchange.client().setSoLinger(true, 0);
      exchange.client().close();
    });
  }

  /// The body comes at this speed, in ten pieces a second.
  static Fault drip(int bytesPerSecond) {
    return changing((exchange, answer) -> {
      exchange.send(answer, answer.headers());
      for (long left = answer.length(); left > 0; left -= bytesPerSecond / 10) {
        exchange.copy(answer.body(), bytesPerSecond / 10);
        Thread.sleep(100);
      }
    });
  }

  /// Nothing more comes after so many bytes of the body, and nothing ends.
  static Fault stallAfter(long bytes) {
    return changing((exchange, answer) -> {
      exchange.send(answer, answer.headers());
      exchange.copy(answer.body(), bytes);
      exchange.client().getOutputStream().flush();
      untilClosed(exchange);
    });
  }

  /// The request is never answered.
  static Fault silence() {
    return Faults::untilClosed;
  }

  /// The body begins after this time.
  static Fault delay(long millis) {
    return exchange -> {
      Thread.sleep(millis);
      exchange.pass();
    };
  }

  /// Refuses with a status such as `429 Too Many Requests`.
  ///
  /// @param retryAfter seconds or a date; no header where empty
  static Fault refuse(String status, String retryAfter) {
    return exchange ->
        exchange.send(
            status,
            retryAfter.isEmpty() ? Map.of() : Map.of("Retry-After", retryAfter),
            "{\"errors\":[{\"code\":\"REFUSED\",\"message\":\"as the test wants it\"}]}"
                .getBytes(UTF_8));
  }

  /// A token that was good is not any more.
  static Fault expired(String realm, String scope) {
    String challenge =
        "Bearer realm=\"%s\",service=\"test service\",scope=\"%s\",error=\"invalid_token\""
            .formatted(realm, scope);
    return exchange ->
        exchange.send(
            "401 Unauthorized",
            Map.of("WWW-Authenticate", challenge),
            "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"expired\"}]}".getBytes(UTF_8));
  }

  /// One byte of the body is another.
  static Fault corrupt(int offset) {
    return changing((exchange, answer) -> {
      exchange.send(answer, answer.headers());
      exchange.copy(answer.body(), offset);
      exchange.write(new byte[] {(byte) (answer.body().read() ^ 1)});
      exchange.copy(answer.body(), Long.MAX_VALUE);
    });
  }

  /// Content-Length is wrong by so much. Above 0 the connection ends early; below, the body is
  /// longer than was said.
  static Fault length(int difference) {
    return changing((exchange, answer) -> {
      exchange.send(answer, with(answer, "Content-Length", "" + (answer.length() + difference)));
      exchange.copy(answer.body(), Long.MAX_VALUE);
      exchange.client().close();
    });
  }

  /// Another value of one header; what it describes stays.
  static Fault header(String name, String value) {
    return changing((exchange, answer) -> {
      exchange.send(answer, with(answer, name, value));
      exchange.copy(answer.body(), Long.MAX_VALUE);
    });
  }

  /// Sends the client elsewhere; `target` may hold `%s` for the path that was asked.
  static Fault redirect(String target) {
    return exchange ->
        exchange.send(
            "307 Temporary Redirect",
            Map.of("Location", target.replace("%s", exchange.request().path())),
            new byte[0]);
  }

  /// A ranged request is answered as if it were not.
  static Fault ignoreRange() {
    return exchange -> {
      exchange.request().headers().remove("Range");
      exchange.pass();
    };
  }

  /// JSON that is well-formed so far and never ends, without a length.
  static Fault endlessJson() {
    return exchange -> {
      exchange.send("200 OK", Map.of("Content-Type", "application/json", "Connection", "close"));
      exchange.write("{\"a\":\"".getBytes(US_ASCII));
      byte[] piece = new byte[1 << 16];
      Arrays.fill(piece, (byte) 'x');
      while (true) {
        exchange.write(piece);
        exchange.request().answeredBytes().addAndGet(piece.length);
      }
    };
  }

  /// JSON of `depth` arrays in each other.
  static Fault nestedJson(String mediaType, int depth) {
    return body(mediaType, ("{\"a\":" + "[".repeat(depth) + "]".repeat(depth) + "}"));
  }

  /// Another body, of another type.
  static Fault body(String mediaType, String text) {
    return exchange ->
        exchange.send("200 OK", Map.of("Content-Type", mediaType), text.getBytes(UTF_8));
  }

  /// The body with one text replaced by another, with its right length and the old digest header.
  static Fault replace(String text, String by) {
    return changing((exchange, answer) -> {
      String whole = new String(answer.body().readAllBytes(), UTF_8).replace(text, by);
      byte[] bytes = whole.getBytes(UTF_8);
      exchange.send(answer, with(answer, "Content-Length", "" + bytes.length));
      exchange.copy(new ByteArrayInputStream(bytes), bytes.length);
    });
  }

  private interface Change {
    void answer(Exchange exchange, Answer answer) throws IOException, InterruptedException;
  }

  /// What is done with the registry's own answer; one without a body passes.
  private static Fault changing(Change change) {
    return exchange -> {
      if (exchange.request().method().equals("HEAD")) {
        exchange.pass();
        return;
      }
      try (Socket upstream =
          new Socket(InetAddress.getLoopbackAddress(), exchange.upstreamPort())) {
        change.answer(exchange, exchange.ask(upstream));
      }
    };
  }

  private static Map<String, String> with(Answer answer, String name, String value) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(answer.headers());
    headers.put(name, value);
    return headers;
  }

  /* Until the client gives up. */
  private static void untilClosed(Exchange exchange) throws IOException {
    InputStream in = exchange.client().getInputStream();
    while (in.read() >= 0) {
      /* pipelined requests are not answered either */
    }
    exchange.client().close();
  }
}
