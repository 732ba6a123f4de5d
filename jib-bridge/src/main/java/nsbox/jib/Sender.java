package nsbox.jib;

import java.io.IOException;
import java.util.Map;

/// Sends what Jib asks for: nsbox's own transport, with its limits, redirects and retries.
public interface Sender {

  /// @param body null where there is none
  /// @return the body of an answer that says success; at most a MiB
  /// @throws IOException for every other answer, and where none came
  byte[] send(String method, String url, Map<String, String> headers, byte[] body)
      throws IOException;
}
