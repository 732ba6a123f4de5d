package nsbox.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/// One request and its answer, byte for byte: no redirects, no decoding, no authentication.
///
/// On `HttpURLConnection`, which starts three times faster in a cold JVM than `java.net.http`, and
/// is in `java.base`. It has habits to know of: it tries a request again by itself if a kept
/// connection turns out to be dead, unless the body is streamed, so bodies are always streamed; it
/// ends a short body quietly, so [BodyStream] counts; it has no limit for headers that trickle, nor
/// for writing, so [Watchdog] has.
final class Transport {
  static final String USER_AGENT = "nsbox";

  static {
    /* Else the JDK keeps the password of a proxy from the proxy, as soon as it is asked for a tunnel.
     * It is read when the JDK's http classes are first used, which is here. */
    if (System.getProperty("jdk.http.auth.tunneling.disabledSchemes") == null) {
      System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    }
  }

  private final Connections connections;
  private final Limits limits;

  /* Connections are kept by factory, and a context gives a new factory each time. */
  private final Map<SSLContext, SSLSocketFactory> factories = new ConcurrentHashMap<>();

  /* Likewise: by authenticator. */
  private final Map<String, ProxyPassword> proxies = new ConcurrentHashMap<>();

  Transport(Connections connections, Limits limits) {
    this.connections = connections;
    this.limits = limits;
  }

  /// @param headers with those of authentication
  Answer exchange(Call call, URI uri, Map<String, String> headers) throws IOException {
    HttpURLConnection connection = open(call, uri, headers);
    AtomicBoolean late = new AtomicBoolean();
    Runnable giveUp =
        () -> {
          late.set(true);
          connection.disconnect();
        };
    try {
      int status = status(call, connection, giveUp);
      if (late.get()) {
        throw new StalledException(call.target(), uri, 0, limits.idleTimeout());
      }
      return answer(call, uri, status, connection);
    } catch (RegistryException e) {
      connection.disconnect();
      throw e;
    } catch (LocalContentException e) {
      connection.disconnect();
      throw e.cause();
    } catch (IOException e) {
      connection.disconnect();
      if (late.get()) {
        throw new StalledException(call.target(), uri, 0, limits.idleTimeout());
      }
      throw ConnectionFailures.typed(call.target(), uri, limits, e);
    }
  }

  private int status(Call call, HttpURLConnection connection, Runnable giveUp) throws IOException {
    ScheduledFuture<?> connecting =
        Watchdog.after(limits.connectTimeout().plus(limits.idleTimeout()), giveUp);
    try {
      connection.connect();
    } finally {
      connecting.cancel(false);
    }
    IOException broken = null;
    if (call.body().isPresent()) {
      try {
        Upload.send(call.target(), call.body().get(), connection, limits, giveUp);
      } catch (LocalContentException e) {
        throw e;
      } catch (IOException e) {
        /* A server that refuses an upload answers at once and hangs up: the answer says why. */
        broken = e;
      }
    }
    ScheduledFuture<?> waiting = Watchdog.after(limits.idleTimeout(), giveUp);
    try {
      int status = connection.getResponseCode();
      if (status >= 0) {
        return status;
      }
    } catch (IOException e) {
      if (broken == null) {
        throw e;
      }
      broken.addSuppressed(e);
    } finally {
      waiting.cancel(false);
    }
    if (broken != null) {
      throw broken;
    }
    throw new BadAnswerException(call.target(), "the answer is not HTTP");
  }

  private Answer answer(Call call, URI uri, int status, HttpURLConnection connection)
      throws IOException {
    Map<String, List<String>> headers = headers(call, connection);
    InputStream bytes = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
    Answer bare = new Answer(call.target(), uri, status, headers, null);
    boolean bodiless = call.method().equals("HEAD") || status == 204 || status == 304;
    long announced = bodiless || bytes == null ? 0 : bare.announcedBytes().orElse(-1L);
    InputStream body = bytes == null ? InputStream.nullInputStream() : bytes;
    return new Answer(
        call.target(),
        uri,
        status,
        headers,
        new BodyStream(connection, body, call.target(), uri, announced, limits));
  }

  private static Map<String, List<String>> headers(Call call, HttpURLConnection connection)
      throws BadAnswerException {
    Map<String, List<String>> headers = new TreeMap<>();
    long bytes = 0;
    for (Map.Entry<String, List<String>> header : connection.getHeaderFields().entrySet()) {
      if (header.getKey() == null) {
        continue;
      }
      for (String value : header.getValue()) {
        bytes += header.getKey().length() + value.length() + 4L;
      }
      /* The JDK gives the values of one name in reverse. */
      List<String> values = new ArrayList<>(header.getValue()).reversed();
      headers.put(header.getKey().toLowerCase(Locale.ROOT), values);
    }
    if (bytes > Limits.MAX_HEADER_BYTES) {
      throw new BadAnswerException(
          call.target(), "the headers have more than " + Limits.MAX_HEADER_BYTES + " bytes");
    }
    return headers;
  }

  private HttpURLConnection open(Call call, URI uri, Map<String, String> headers)
      throws IOException {
    Connections.Route route = connections.to(uri);
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(route.proxy());
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    connection.setConnectTimeout(Math.toIntExact(limits.connectTimeout().toMillis()));
    connection.setReadTimeout(Math.toIntExact(limits.idleTimeout().toMillis()));
    connection.setRequestMethod(call.method());
    connection.setRequestProperty("User-Agent", USER_AGENT);
    connection.setRequestProperty("Accept", "*/*");
    connection.setRequestProperty("Accept-Encoding", "identity");
    if (route.proxyAuthorization().isPresent()) {
      String header = route.proxyAuthorization().get();
      if (connection instanceof HttpsURLConnection) {
        connection.setAuthenticator(proxies.computeIfAbsent(header, ProxyPassword::new));
      } else {
        connection.setRequestProperty("Proxy-Authorization", header);
      }
    }
    for (Map.Entry<String, String> header : headers.entrySet()) {
      connection.setRequestProperty(header.getKey(), header.getValue());
    }
    if (call.body().isPresent()) {
      connection.setDoOutput(true);
      connection.setFixedLengthStreamingMode(call.body().get().sizeBytes());
    }
    if (connection instanceof HttpsURLConnection https) {
      https.setSSLSocketFactory(
          factories.computeIfAbsent(
              route.tls().orElseGet(Transport::defaultTls),
              tls -> new AbortableSockets(tls.getSocketFactory())));
      if (!route.verifyHost()) {
        https.setHostnameVerifier((host, session) -> true);
      }
    }
    return connection;
  }

  private static SSLContext defaultTls() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }
}
