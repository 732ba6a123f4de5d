package nsbox.cli.planner;

import java.nio.charset.StandardCharsets;
import nsbox.json.Json;
import nsbox.json.JsonException;

/// Initialises Jackson on the second core while the first reads the command line.
///
/// The first parser of a JVM takes about 8 ms, most of it for the common ForkJoinPool that
/// `BigInteger` sets up.
final class WarmUp implements Runnable {
  @Override
  public void run() {
    try {
      Json.parse("{\"a\":[1,true,\"b\"]}".getBytes(StandardCharsets.UTF_8), "warm-up").toString();
    } catch (JsonException e) {
      throw new IllegalStateException(e);
    }
  }
}
