package nsbox.jib;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Google's transport interface over a [Sender], for the requests of one authentication.
final class SenderTransport extends HttpTransport {
  private final Sender sender;
  private final String realmQuery;
  private final Grant grant;
  private IOException failure;

  /// @param realmQuery what the realm has after its `?`, to be sent beside Jib's own parameters
  SenderTransport(Sender sender, String realmQuery, Grant grant) {
    this.sender = sender;
    this.realmQuery = realmQuery;
    this.grant = grant;
  }

  /// What the sender threw: Jib wraps it, and its type is what the caller needs.
  Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public boolean supportsMethod(String method) {
    return true;
  }

  @Override
  protected LowLevelHttpRequest buildRequest(String method, String url) {
    String scoped = withOwnScope(url);
    String address =
        realmQuery.isEmpty() ? scoped : scoped + (scoped.indexOf('?') < 0 ? "?" : "&") + realmQuery;
    return new Request(method, address);
  }

  private String withOwnScope(String text) {
    if (!(grant instanceof Grant.Other other)) {
      return text;
    }
    String own = other.scope().isEmpty() ? "" : "&scope=" + other.scope();
    return text.replace("&scope=repository:" + JibAuthentication.NO_REPOSITORY + ":pull", own);
  }

  private final class Request extends LowLevelHttpRequest {
    private final String method;
    private final String url;
    private final Map<String, String> headers = new LinkedHashMap<>();

    Request(String method, String url) {
      this.method = method;
      this.url = url;
    }

    @Override
    public void addHeader(String name, String value) {
      headers.put(name, value);
    }

    @Override
    public LowLevelHttpResponse execute() throws IOException {
      byte[] body = null;
      if (getStreamingContent() != null) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        getStreamingContent().writeTo(bytes);
        body =
            withOwnScope(bytes.toString(StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        headers.put("Content-Type", getContentType());
      }
      try {
        return new SenderResponse(sender.send(method, url, headers, body));
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}
