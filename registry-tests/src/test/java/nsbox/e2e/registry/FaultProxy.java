package nsbox.e2e.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/// Stands before a registry, remembers what is asked, and does to some answers what [Faults] say.
///
/// It speaks HTTP/1.1 on raw sockets, because a library's server would repair most of the faults.
/// Rules are looked through in their order; the first that fits a request decides.
final class FaultProxy implements AutoCloseable {
  private static final int TLS_HANDSHAKE = 0x16;

  private final ServerSocket listener;
  private final int upstreamPort;
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final List<HttpRequest> requests = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /// Which requests a fault is for.
  ///
  /// @param what found in `METHOD PATH`
  /// @param skipped how many that fit pass first
  /// @param times how many are hit then
  /// @param seen how many fitted so far
  private record Rule(Pattern what, int skipped, int times, Fault fault, AtomicInteger seen) {}

  /// One thing that goes wrong.
  interface Fault {
    void answer(Exchange exchange) throws IOException, InterruptedException;
  }

  private FaultProxy(ServerSocket listener, int upstreamPort) {
    this.listener = listener;
    this.upstreamPort = upstreamPort;
  }

  static FaultProxy before(DockerRegistry registry) throws IOException {
    return before(registry.port());
  }

  static FaultProxy before(int port) throws IOException {
    FaultProxy proxy =
        new FaultProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
    Thread.ofVirtual().start(proxy::listen);
    return proxy;
  }

  /// Every request that fits goes wrong.
  FaultProxy on(String what, Fault fault) {
    return on(what, 0, Integer.MAX_VALUE, fault);
  }

  /// The first `times` requests that fit go wrong.
  FaultProxy first(int times, String what, Fault fault) {
    return on(what, 0, times, fault);
  }

  FaultProxy on(String what, int skipped, int times, Fault fault) {
    rules.add(new Rule(Pattern.compile(what), skipped, times, fault, new AtomicInteger()));
    return this;
  }

  /// Everything passes again, and nothing was asked.
  void reset() {
    rules.clear();
    requests.clear();
  }

  List<HttpRequest> requests() {
    return List.copyOf(requests);
  }

  /// Those whose `METHOD PATH` contains a match of `what`.
  List<HttpRequest> requests(String what) {
    Pattern pattern = Pattern.compile(what);
    return requests.stream()
        .filter(it -> pattern.matcher(it.method() + " " + it.path()).find())
        .toList();
  }

  int port() {
    return listener.getLocalPort();
  }

  String host() {
    return "localhost:" + port();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  private void listen() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        open.add(client);
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      in.mark(1);
      if (in.read() == TLS_HANDSHAKE) {
        /* Who tries https first must not wait for an end of line that never comes. */
        client.getOutputStream().write("HTTP/1.0 400 Bad Request\r\n\r\n".getBytes(ISO_8859_1));
        return;
      }
      in.reset();
      while (!client.isClosed()) {
        HttpRequest request = HttpRequest.read(in).orElse(null);
        if (request == null) {
          return;
        }
        requests.add(request);
        fault(request).answer(new Exchange(client, request, upstreamPort));
      }
    } catch (IOException | InterruptedException e) {
      /* The client has gone, or a fault has cut it off: what the tests look at is the client. */
    } finally {
      open.remove(client);
    }
  }

  private Fault fault(HttpRequest request) {
    String line = request.method() + " " + request.path();
    for (Rule rule : rules) {
      if (rule.what().matcher(line).find()) {
        int index = rule.seen().getAndIncrement();
        if (index >= rule.skipped() && index - rule.skipped() < rule.times()) {
          return rule.fault();
        }
      }
    }
    return Exchange::pass;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket client : open) {
      client.close();
    }
  }

  /// A registry's answer.
  ///
  /// @param status with its reason, such as `200 OK`
  /// @param body without framing; for one reader
  record Answer(String status, Map<String, String> headers, InputStream body) {
    long length() {
      return Long.parseLong(headers.getOrDefault("Content-Length", "0"));
    }
  }

  /// One request on its way, and what a fault can do with it.
  record Exchange(Socket client, HttpRequest request, int upstreamPort) {
    void pass() throws IOException {
      try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), upstreamPort)) {
        Answer answer = ask(upstream);
        send(answer, answer.headers());
        copy(answer.body(), Long.MAX_VALUE);
      }
    }

    /// Sends the request on. The body comes from `upstream` as it is read.
    Answer ask(Socket upstream) throws IOException {
      upstream.getOutputStream().write(request.head("127.0.0.1:" + upstreamPort));
      upstream.getOutputStream().write(request.body());
      InputStream in = new BufferedInputStream(upstream.getInputStream());
      List<String> head = HttpRequest.head(in);
      if (head.isEmpty()) {
        throw new IOException("no answer to " + request);
      }
      Map<String, String> headers = HttpRequest.headers(head);
      String status = head.getFirst().substring("HTTP/1.1 ".length());
      boolean empty = request.method().equals("HEAD") || status.matches("(1..|204|304).*");
      InputStream body =
          empty ? InputStream.nullInputStream() : HttpRequest.body(in, headers, Long.MAX_VALUE);
      headers.remove("Connection");
      if (headers.remove("Transfer-Encoding") != null) {
        /* Small documents only: their length is told instead. */
        byte[] whole = body.readAllBytes();
        headers.put("Content-Length", Integer.toString(whole.length));
        body = new java.io.ByteArrayInputStream(whole);
      }
      return new Answer(status, headers, body);
    }

    void send(Answer answer, Map<String, String> headers) throws IOException {
      send(answer.status(), headers);
    }

    /// Writes the lines above the body.
    void send(String status, Map<String, String> headers) throws IOException {
      List<String> lines = new ArrayList<>(List.of("HTTP/1.1 " + status));
      headers.forEach((name, value) -> lines.add(name + ": " + value));
      write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(ISO_8859_1));
    }

    /// A whole answer of our own; its body goes only to those who may have one.
    void send(String status, Map<String, String> headers, byte[] body) throws IOException {
      Map<String, String> all = new java.util.TreeMap<>(headers);
      all.putIfAbsent("Content-Length", Integer.toString(body.length));
      send(status, all);
      if (!request.method().equals("HEAD")) {
        write(body);
        request.answeredBytes().addAndGet(body.length);
      }
    }

    /// Copies at most `limit` bytes of a body to the client.
    void copy(InputStream body, long limit) throws IOException {
      byte[] buffer = new byte[1 << 16];
      long left = limit;
      while (left > 0) {
        int count = body.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (count < 0) {
          return;
        }
        client.getOutputStream().write(buffer, 0, count);
        request.answeredBytes().addAndGet(count);
        left -= count;
      }
    }

    void write(byte[] bytes) throws IOException {
      OutputStream out = client.getOutputStream();
      out.write(bytes);
      out.flush();
    }
  }
}
