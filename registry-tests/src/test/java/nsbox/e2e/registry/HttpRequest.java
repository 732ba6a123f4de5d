package nsbox.e2e.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/// A request that a [FaultProxy] has seen.
///
/// @param headers without regard to case; the values of a repeated one with commas between
/// @param answeredBytes how much of a body went back to the client so far
record HttpRequest(
    String method,
    String path,
    Map<String, String> headers,
    byte[] body,
    AtomicLong answeredBytes) {
  private static final int MAX_LINE = 1 << 16;

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /// Where a ranged request begins; 0 for one that asks for everything.
  long rangeStart() {
    return header("Range")
        .map(it -> Long.parseLong(it.replaceFirst("^bytes=(\\d+)-.*", "$1")))
        .orElse(0L);
  }

  @Override
  public String toString() {
    return method + " " + path + header("Range").map(it -> " " + it).orElse("");
  }

  /// The next request on a connection; empty at its end.
  static Optional<HttpRequest> read(InputStream in) throws IOException {
    List<String> head = head(in);
    if (head.isEmpty()) {
      return Optional.empty();
    }
    String[] words = head.getFirst().split(" ");
    Map<String, String> headers = headers(head);
    byte[] body = body(in, headers, 0).readAllBytes();
    return Optional.of(new HttpRequest(words[0], words[1], headers, body, new AtomicLong()));
  }

  /// The lines above a body; none where the connection has ended.
  static List<String> head(InputStream in) throws IOException {
    List<String> lines = new ArrayList<>();
    while (true) {
      Optional<String> line = line(in);
      if (line.isEmpty() && lines.isEmpty()) {
        return lines;
      }
      if (line.orElseThrow(() -> new EOFException("the head ends early")).isEmpty()) {
        return lines;
      }
      lines.add(line.get());
    }
  }

  static Map<String, String> headers(List<String> head) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line : head.subList(1, head.size())) {
      int colon = line.indexOf(':');
      headers.merge(
          line.substring(0, colon), line.substring(colon + 1).strip(), (a, b) -> a + ", " + b);
    }
    return headers;
  }

  /// A message's body without its framing.
  ///
  /// @param otherwise its length where no header says it
  static InputStream body(InputStream in, Map<String, String> headers, long otherwise) {
    if (headers.getOrDefault("Transfer-Encoding", "").equals("chunked")) {
      return new Chunks(in);
    }
    String length = headers.get("Content-Length");
    return new Limited(in, length == null ? otherwise : Long.parseLong(length));
  }

  /// The head of a request to send on, with its own body's length.
  byte[] head(String host) {
    Map<String, String> sent = new LinkedHashMap<>(headers);
    sent.keySet().removeIf(it -> it.matches("(?i)transfer-encoding|connection|expect"));
    sent.put("Connection", "close");
    sent.putIfAbsent("Host", host);
    if (body.length > 0 || !method.matches("GET|HEAD")) {
      sent.keySet().removeIf(it -> it.equalsIgnoreCase("content-length"));
      sent.put("Content-Length", Integer.toString(body.length));
    }
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    sent.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    return head.append("\r\n").toString().getBytes(ISO_8859_1);
  }

  private static Optional<String> line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next;
    while ((next = in.read()) >= 0 && next != '\n') {
      line.write(next);
      if (line.size() > MAX_LINE) {
        throw new IOException("a line of more than " + MAX_LINE + " bytes");
      }
    }
    return next < 0 && line.size() == 0
        ? Optional.empty()
        : Optional.of(line.toString(ISO_8859_1).stripTrailing());
  }

  /// As many bytes as a header promised, or fewer where the connection ends.
  private static final class Limited extends InputStream {
    private final InputStream in;
    private long left;

    Limited(InputStream in, long left) {
      this.in = in;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int count = in.read(into, offset, (int) Math.min(length, left));
      left -= Math.max(count, 0);
      return count;
    }
  }

  /// The chunked framing taken off.
  private static final class Chunks extends InputStream {
    private final InputStream in;
    private InputStream chunk = nullInputStream();
    private boolean first = true;
    private boolean ended;

    Chunks(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      while (!ended) {
        int count = chunk.read(into, offset, length);
        if (count > 0) {
          return count;
        }
        if (!first) {
          line(in);
        }
        first = false;
        String size = line(in).orElseThrow(() -> new EOFException("a chunk is missing"));
        long bytes = Long.parseLong(size.replaceFirst(";.*", ""), 16);
        chunk = new Limited(in, bytes);
        if (bytes == 0) {
          ended = true;
          while (!line(in).orElse("").isEmpty()) {
            /* trailers say nothing to us */
          }
        }
      }
      return -1;
    }
  }
}
