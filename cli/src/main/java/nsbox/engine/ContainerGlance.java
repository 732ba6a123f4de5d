package nsbox.engine;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.network.Address;
import nsbox.network.PublishedPort;

/// What a list shows of a container, read from container.json without a parser.
///
/// A cold JVM takes longer to get a parser going than to start; who lists hundreds of containers
/// waits for that. The file begins with just these members, as nsbox writes it; of a file that
/// begins otherwise, or has an escape in them, the parser makes the same.
public final class ContainerGlance {
  private static final int USUAL_BYTES = 4096;
  private static final String HEALTH = ",\"health\":{";
  private static final String EXPOSED = ",\"exposed\":[";
  private static final String PORTS = ",\"ports\":[";
  private static final String HOST = "\"hostIp\":\"";

  private final byte[] bytes;
  private final String file;

  /* Whether that is all of the file. */
  private final boolean whole;
  private ContainerRecord record;
  private String text;
  private int at;

  private String id;
  private String name;
  private String image;
  private List<String> command;
  private long createdNanos;
  private boolean asked;
  private List<String> exposed = List.of();
  private List<PublishedPort> ports = List.of();

  private ContainerGlance(byte[] bytes, String file, boolean whole) {
    this.bytes = bytes;
    this.file = file;
    this.whole = whole;
  }

  /// @throws NoSuchFileException if the container is gone
  /// @throws DamagedContainerException if it cannot be read
  public static ContainerGlance of(ContainerFolder folder) throws IOException {
    String file = folder.lasting() + "/container.json";
    try {
      return of(read(file), file, true);
    } catch (JsonException e) {
      throw new DamagedContainerException(folder, e.getMessage(), e);
    } catch (NoSuchFileException e) {
      throw folder.isGutted()
          ? new DamagedContainerException(folder, "it has no container.json", e)
          : e;
    }
  }

  /// Of a container whose record has been read, or the beginning of it.
  ///
  /// @param most how many bytes of it were asked for
  public static ContainerGlance of(ContainerFolder folder, byte[] beginning, int most)
      throws IOException {
    ContainerGlance glance =
        new ContainerGlance(
            beginning, folder.lasting() + "/container.json", beginning.length < most);
    boolean plain = glance.scan();
    glance.text = null;
    return plain ? glance : of(folder);
  }

  /// Of a container that has been read.
  public static ContainerGlance of(ContainerRecord record) throws IOException {
    ContainerGlance glance = new ContainerGlance(new byte[0], "", true);
    glance.record = record;
    glance.takeFrom(record);
    return glance;
  }

  static ContainerGlance of(byte[] bytes, String file) throws IOException {
    return of(bytes, file, true);
  }

  private static ContainerGlance of(byte[] bytes, String file, boolean whole) throws IOException {
    ContainerGlance glance = new ContainerGlance(bytes, file, whole);
    if (!glance.scan()) {
      glance.takeFrom(glance.record());
    }
    glance.text = null;
    return glance;
  }

  private static byte[] read(String file) throws IOException {
    try (FileInputStream in = new FileInputStream(file)) {
      byte[] buffer = new byte[USUAL_BYTES];
      int length = Math.max(in.read(buffer), 0);
      if (length < USUAL_BYTES) {
        return Arrays.copyOf(buffer, length);
      }
      byte[] rest = in.readAllBytes();
      byte[] all = Arrays.copyOf(buffer, length + rest.length);
      System.arraycopy(rest, 0, all, length, rest.length);
      return all;
    } catch (FileNotFoundException e) {
      throw new NoSuchFileException(file, null, e.getMessage());
    }
  }

  /// All of it; parsed when it is first asked for.
  public ContainerRecord record() throws IOException {
    if (record == null) {
      record = new ContainerRecord(Json.parse(whole ? bytes : read(file), file));
    }
    return record;
  }

  public String id() {
    return id;
  }

  public String shortId() {
    return id.substring(0, Math.min(12, id.length()));
  }

  public String name() {
    return name;
  }

  public String image() {
    return image;
  }

  public List<String> command() {
    return command;
  }

  /// Since the epoch.
  public long createdNanos() {
    return createdNanos;
  }

  /// Since the epoch.
  public long createdSeconds() {
    return createdNanos / 1_000_000_000;
  }

  /// Whether it has a health check.
  public boolean isAskedForHealth() {
    return asked;
  }

  /// Ports that it listens on, published or not, as `80/tcp`; none where it is on no network.
  public List<String> exposedPorts() {
    return exposed;
  }

  /// Ports of the host that lead to it.
  public List<PublishedPort> ports() {
    return ports;
  }

  private void takeFrom(ContainerRecord whole) throws IOException {
    id = whole.id();
    name = whole.name();
    image = whole.image();
    command = whole.command();
    createdNanos = whole.createdNanos();
    asked = whole.json().has("health");
    exposed = whole.exposedPorts();
    ports = whole.ports();
  }

  /* False where the file does not begin as expected. */
  private boolean scan() {
    /* Where there is no escape and all is ASCII, bytes are characters. */
    text = new String(bytes, StandardCharsets.ISO_8859_1);
    at = 0;
    id = member("{\"id\":\"");
    name = member(",\"name\":\"");
    image = member(",\"image\":\"");
    String imageId = member(",\"imageId\":\"");
    if (imageId == null || list(",\"layers\":[") == null || member(",\"driver\":\"") == null) {
      return false;
    }
    command = list(",\"command\":[");
    return command != null && created();
  }

  private boolean created() {
    String before = ",\"createdNanos\":";
    int end = text.indexOf(',', at + before.length());
    if (end < 0 || !text.startsWith(before, at)) {
      return false;
    }
    try {
      createdNanos = Long.parseLong(text.substring(at + before.length(), end));
      at = end;
      return exposed() && published() && health();
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private boolean exposed() {
    if (mayBegin(EXPOSED)) {
      exposed = list(EXPOSED);
    }
    return exposed != null;
  }

  private boolean published() {
    if (!mayBegin(PORTS)) {
      return true;
    }
    ports = new ArrayList<>();
    for (String before = PORTS + "{"; text.startsWith(before, at); before = ",{") {
      at += before.length();
      String host = text.startsWith(HOST, at) ? member(HOST) : "";
      if (host == null) {
        return false;
      }
      if (!host.isEmpty() && text.startsWith(",", at)) {
        at++;
      }
      int hostPort = number("\"hostPort\":");
      int containerPort = number(",\"containerPort\":");
      String protocol = member(",\"protocol\":\"");
      Optional<Address> address = Address.parse(host);
      if (hostPort < 0
          || containerPort < 0
          || protocol == null
          || address.isEmpty() && !host.isEmpty()
          || !text.startsWith("}", at)) {
        return false;
      }
      ports.add(new PublishedPort(address, hostPort, containerPort, protocol));
      at++;
    }
    at++;
    return text.startsWith("]", at - 1);
  }

  private boolean health() {
    asked = text.startsWith(HEALTH, at);
    return whole || at + HEALTH.length() <= text.length();
  }

  /* Whether that comes next, as far as the text goes. */
  private boolean mayBegin(String member) {
    return text.startsWith(member, at) || !whole && text.length() - at < member.length();
  }

  /* Below 0 where that does not come next. */
  private int number(String before) {
    if (at < 0 || !text.startsWith(before, at)) {
      return -1;
    }
    at += before.length();
    int number = 0;
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      number = number * 10 + text.charAt(at) - '0';
      at++;
    }
    return at == start || at - start > 5 ? -1 : number;
  }

  /* The string behind `before`; null where that does not come next, or the string is not plain. */
  private String member(String before) {
    return at >= 0 && text.startsWith(before, at) ? string(at + before.length()) : null;
  }

  private String string(int start) {
    int end = text.indexOf('"', start);
    if (end < 0) {
      at = -1;
      return null;
    }
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if (c == '\\' || c >= 0x80) {
        at = -1;
        return null;
      }
    }
    at = end + 1;
    return text.substring(start, end);
  }

  private List<String> list(String before) {
    if (at < 0 || !text.startsWith(before, at)) {
      return null;
    }
    List<String> strings = new ArrayList<>();
    at += before.length();
    while (text.startsWith("\"", at)) {
      String string = string(at + 1);
      if (string == null) {
        return null;
      }
      strings.add(string);
      if (text.startsWith(",\"", at)) {
        at++;
      }
    }
    if (!text.startsWith("]", at)) {
      return null;
    }
    at++;
    return strings;
  }
}
