package nsbox.cli.planner;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// As much of a registry as training needs: what is put to a path is given from there.
final class TrainingRegistry implements AutoCloseable {
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

  private final ServerSocket server;
  private final Map<String, byte[]> contents = new ConcurrentHashMap<>();

  TrainingRegistry() throws IOException {
    server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  String host() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "training registry");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        start(() -> serve(socket));
      } catch (IOException e) {
        // Closed: the training is over.
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      for (String head; !(head = head(in)).isEmpty(); ) {
        String[] words = head.split("[ \r]", 3);
        if (words.length < 3 || !words[1].startsWith("/")) {
          out.write("HTTP/1.0 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
          return;
        }
        answer(words[0], words[1], head, in, out);
      }
    } catch (IOException e) {
      // The other side has what it wanted.
      return;
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int one; (one = in.read()) >= 0; ) {
      head.write(one);
      String text = head.toString(StandardCharsets.ISO_8859_1);
      if (text.endsWith("\r\n\r\n") || head.size() == 1 && one == 0x16) {
        return text;
      }
    }
    return "";
  }

  private void answer(String method, String target, String head, InputStream in, OutputStream out)
      throws IOException {
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    switch (method) {
      case "POST" ->
          respond(out, "202 Accepted", "Location: " + path + "upload\r\n", new byte[0], true);
      case "PUT" -> {
        int digest = target.indexOf("digest=sha256%3A");
        int plain = target.indexOf("digest=sha256:");
        String name =
            digest >= 0
                ? path.replace("uploads/upload", "sha256:" + target.substring(digest + 16))
                : plain >= 0 ? path.replace("uploads/upload", target.substring(plain + 7)) : path;
        contents.put(name, in.readNBytes(length(head)));
        respond(out, "201 Created", "", new byte[0], true);
      }
      default -> {
        byte[] content = contents.get(path);
        if (content == null) {
          respond(out, path.equals("/v2/") ? "200 OK" : "404 Not Found", "", new byte[0], true);
        } else {
          respond(
              out, "200 OK", "Content-Type: " + MANIFEST + "\r\n", content, method.equals("GET"));
        }
      }
    }
  }

  private static int length(String head) {
    String lower = head.toLowerCase(java.util.Locale.ROOT);
    int start = lower.indexOf("content-length:") + "content-length:".length();
    return Integer.parseInt(head.substring(start, head.indexOf('\r', start)).strip());
  }

  private static void respond(
      OutputStream out, String status, String headers, byte[] body, boolean withBody)
      throws IOException {
    String head =
        "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + body.length + "\r\n\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    if (withBody) {
      out.write(body);
    }
    out.flush();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
