package nsbox.runtime.systemd;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

/// A connection of D-Bus over a Unix socket: one call after the other, and signals between them.
final class BusConnection implements Closeable {
  private static final int LONGEST_LINE = 16 << 10;

  private final SocketChannel channel;
  private final Selector selector;
  private final long deadline;
  private final Queue<Message> signals = new ArrayDeque<>();
  private int serial;

  private BusConnection(SocketChannel channel, Selector selector, Duration limit)
      throws IOException {
    this.channel = channel;
    this.selector = selector;
    this.deadline = System.nanoTime() + limit.toNanos();
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ);
  }

  /// @param userId whom the other side sees at this end of the socket
  /// @param limit for all that the connection is used for
  static BusConnection open(Path socket, int userId, Duration limit) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    BusConnection connection = new BusConnection(channel, Selector.open(), limit);
    try {
      connection.authenticate(userId);
      return connection;
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  /* SASL's mechanism EXTERNAL: the kernel tells the other side who we are; we say the same, as the hex
   * digits of decimal ones. The NUL at the start is what credentials came with once. */
  private void authenticate(int userId) throws IOException {
    StringBuilder hex = new StringBuilder();
    for (char digit : Integer.toString(userId).toCharArray()) {
      hex.append(Integer.toHexString(digit));
    }
    send(("\0AUTH EXTERNAL " + hex + "\r\n").getBytes(StandardCharsets.US_ASCII));
    String answer = line();
    if (!answer.startsWith("OK ")) {
      throw new IOException("the bus does not take us for user " + userId + ": " + answer);
    }
    send("BEGIN\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (!line.toString().endsWith("\r\n")) {
      if (line.length() > LONGEST_LINE) {
        throw new IOException("the bus does not speak D-Bus");
      }
      line.append((char) receive(1)[0]);
    }
    return line.substring(0, line.length() - 2);
  }

  /// Calls a method and waits for its answer.
  ///
  /// @throws SystemdException if the answer is an error
  Message call(Message.Target target, String signature, Marshaller body) throws IOException {
    int asked = ++serial;
    send(Message.call(asked, target, signature, body.toBytes()));
    while (true) {
      Message message = receive();
      if (message.type() == Message.SIGNAL) {
        signals.add(message);
      } else if (message.replyTo() == asked) {
        if (message.type() == Message.ERROR) {
          String text = message.body().isEmpty() ? "" : message.text(0);
          throw new SystemdException(message.error(), text);
        }
        return message;
      }
    }
  }

  /// The next signal, which is waited for.
  Message signal() throws IOException {
    while (signals.isEmpty()) {
      Message message = receive();
      if (message.type() == Message.SIGNAL) {
        signals.add(message);
      }
    }
    return signals.remove();
  }

  private Message receive() throws IOException {
    byte[] start = receive(Message.FIXED_BYTES);
    byte[] rest = receive(Message.remaining(ByteBuffer.wrap(start)));
    byte[] whole = new byte[start.length + rest.length];
    System.arraycopy(start, 0, whole, 0, start.length);
    System.arraycopy(rest, 0, whole, start.length, rest.length);
    return Message.parse(whole);
  }

  private void send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      if (channel.write(buffer) == 0) {
        await(SelectionKey.OP_WRITE);
      }
    }
  }

  private byte[] receive(int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      int count = channel.read(buffer);
      if (count < 0) {
        throw new EOFException("systemd has closed the connection");
      }
      if (count == 0) {
        await(SelectionKey.OP_READ);
      }
    }
    return buffer.array();
  }

  private void await(int operation) throws IOException {
    long milliseconds = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
    channel.keyFor(selector).interestOps(operation);
    if (milliseconds <= 0 || selector.select(milliseconds) == 0) {
      throw new IOException("systemd does not answer");
    }
    selector.selectedKeys().clear();
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
