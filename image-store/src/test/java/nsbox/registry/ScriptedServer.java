package nsbox.registry;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;

/// A server that does what a test tells it, also what no server should.
final class ScriptedServer implements AutoCloseable {
  private final ServerSocket listener;
  private final boolean tls;
  private final Script script;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  /// All requests, in the order in which they came.
  final List<Received> requests = new CopyOnWriteArrayList<>();

  /// What to say to each request; returning false hangs up.
  interface Script {
    boolean answer(Received request, OutputStream out) throws IOException;
  }

  /// @param path with the query
  /// @param headers by name in lower case
  /// @param number from 1
  record Received(
      String method, String path, Map<String, String> headers, String body, int number) {}

  ScriptedServer(Script script) throws IOException {
    this(ServerSocketFactory.getDefault(), false, script);
  }

  ScriptedServer(SSLContext context, Script script) throws IOException {
    this(context.getServerSocketFactory(), true, script);
  }

  private ScriptedServer(ServerSocketFactory factory, boolean tls, Script script)
      throws IOException {
    this.listener = factory.createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    this.tls = tls;
    this.script = script;
    Thread.ofVirtual().start(this::accept);
  }

  String host() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  String address() {
    return (tls ? "https://" : "http://") + host();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      while (true) {
        String[] first = line(in).split(" ");
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
          int colon = line.indexOf(':');
          headers.put(
              line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        String body = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
        Received request;
        synchronized (requests) {
          request = new Received(first[0], first[1], headers, body, requests.size() + 1);
          requests.add(request);
        }
        boolean more = script.answer(request, out);
        out.flush();
        if (!more) {
          return;
        }
      }
    } catch (IOException e) {
      /* The client has hung up, or the test is over. */
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    int c = in.read();
    while (c != '\n') {
      if (c < 0) {
        throw new IOException("end");
      }
      if (c != '\r') {
        line.append((char) c);
      }
      c = in.read();
    }
    return line.toString();
  }

  /// Answers as a server should.
  ///
  /// @param headers lines without their ends
  static boolean reply(OutputStream out, int status, String body, String... headers)
      throws IOException {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " X\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
    out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    out.write(bytes);
    return true;
  }

  static boolean raw(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    return false;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
