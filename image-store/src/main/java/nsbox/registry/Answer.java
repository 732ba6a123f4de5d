package nsbox.registry;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A server's answer; whoever gets it closes it.
///
/// @param uri that answered, after redirects
/// @param headers by name in lower case
record Answer(
    Target target, URI uri, int status, Map<String, List<String>> headers, BodyStream body)
    implements AutoCloseable {

  Optional<String> header(String name) {
    List<String> values = headers.get(name);
    return values == null ? Optional.empty() : Optional.of(values.getFirst());
  }

  List<String> allOf(String name) {
    return headers.getOrDefault(name, List.of());
  }

  /// The number of bytes that the server announced; empty where it did not.
  Optional<Long> announcedBytes() throws BadAnswerException {
    Optional<String> text = header("content-length");
    if (text.isEmpty() || headers.containsKey("transfer-encoding")) {
      return Optional.empty();
    }
    String digits = text.get().strip();
    if (!digits.matches("[0-9]{1,18}")) {
      throw new BadAnswerException(target, "bad Content-Length: " + VisibleText.of(digits));
    }
    return Optional.of(Long.parseLong(digits));
  }

  /// The whole body.
  ///
  /// @param what for the message: `the manifest`
  byte[] bytes(int maxBytes, String what) throws IOException {
    byte[] bytes = body.readNBytes(maxBytes + 1);
    if (bytes.length > maxBytes) {
      throw new BadAnswerException(target, what + " has more than " + maxBytes + " bytes");
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    body.close();
  }
}
