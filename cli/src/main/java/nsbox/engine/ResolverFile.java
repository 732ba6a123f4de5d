package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.network.Address;

/// What a container's /etc/resolv.conf says, after the host's.
///
/// @spec https://man7.org/linux/man-pages/man5/resolv.conf.5.html
final class ResolverFile {
  private static final Path HOST = Path.of("/etc/resolv.conf");

  /* Where systemd-resolved is the host's only name server, the ones that it asks itself. */
  private static final Path BEHIND_RESOLVED = Path.of("/run/systemd/resolve/resolv.conf");
  private static final String RESOLVED = "127.0.0.53";

  /* Docker's choice where the host has none that a container could reach: Google's public ones. */
  private static final List<String> PUBLIC = List.of("8.8.8.8", "8.8.4.4");
  private static final List<String> PUBLIC_6 =
      List.of("2001:4860:4860::8888", "2001:4860:4860::8844");

  private static final String SERVER = "nameserver";
  private static final int LOOPBACK = 127;

  private String text;

  private ResolverFile(String text) {
    this.text = text;
  }

  /// The host's.
  ///
  /// @param elsewhere whoever asks is in another network namespace, and so cannot reach what
  ///   listens on the host's loopback
  static ResolverFile ofHost(boolean elsewhere) throws IOException {
    return elsewhere ? of(HOST, BEHIND_RESOLVED) : new ResolverFile(read(HOST));
  }

  /// The same for files at other places.
  static ResolverFile of(Path host, Path behindResolved) throws IOException {
    ResolverFile file = new ResolverFile(read(host));
    return file.servers().equals(List.of(RESOLVED)) && Files.exists(behindResolved)
        ? new ResolverFile(read(behindResolved))
        : file;
  }

  private static String read(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file) : "";
  }

  String text() {
    return text;
  }

  private List<String> servers() {
    List<String> servers = new ArrayList<>();
    for (String line : text.split("\n")) {
      String server = server(line);
      if (!server.isEmpty()) {
        servers.add(server);
      }
    }
    return servers;
  }

  /* The address of a line that names one, else "". The resolver wants the word at the very beginning of a line. */
  private static String server(String line) {
    if (!line.startsWith(SERVER)) {
      return "";
    }
    int start = SERVER.length();
    while (start < line.length() && isBlank(line.charAt(start))) {
      start++;
    }
    int end = start;
    while (end < line.length() && !isBlank(line.charAt(end))) {
      end++;
    }
    return start == SERVER.length() ? "" : line.substring(start, end);
  }

  private static boolean isBlank(char character) {
    return character == ' ' || character == '\t' || character == '\r';
  }

  /// What is asked for comes in the place of the host's lines of its kind; the rest stays.
  void replace(List<String> servers, List<String> domains, List<String> options) {
    if (servers.isEmpty() && domains.isEmpty() && options.isEmpty()) {
      return;
    }
    StringBuilder made = new StringBuilder();
    if (!domains.isEmpty() && !domains.equals(List.of("."))) {
      made.append("search ").append(String.join(" ", domains)).append('\n');
    }
    for (String server : servers) {
      made.append(SERVER).append(' ').append(server).append('\n');
    }
    for (String line : text.split("\n")) {
      boolean replaced =
          line.startsWith(SERVER) && !servers.isEmpty()
              || (line.startsWith("search") || line.startsWith("domain")) && !domains.isEmpty()
              || line.startsWith("options") && !options.isEmpty();
      if (!replaced && !line.isBlank() && !line.startsWith("#") && !line.startsWith(";")) {
        made.append(line).append('\n');
      }
    }
    if (!options.isEmpty()) {
      made.append("options ").append(String.join(" ", options)).append('\n');
    }
    text = made.toString();
  }

  /// Leaves out the servers that a container on a network does not reach. Where none is left, it
  /// gets public ones, as with docker.
  void keepReachableServers(boolean version6) {
    StringBuilder made = new StringBuilder();
    boolean any = false;
    for (String line : text.split("\n")) {
      String server = server(line);
      boolean reached = server.isEmpty() || isReached(server, version6);
      any |= reached && !server.isEmpty();
      if (reached && (!line.isEmpty() || !made.isEmpty())) {
        made.append(line).append('\n');
      }
    }
    if (!any) {
      append(made, PUBLIC);
    }
    if (!any && version6) {
      append(made, PUBLIC_6);
    }
    text = made.toString();
  }

  private static void append(StringBuilder text, List<String> servers) {
    for (String server : servers) {
      text.append(SERVER).append(' ').append(server).append('\n');
    }
  }

  /* One with a zone, fe80::1%eth0, is on a link of the host's. */
  private static boolean isReached(String server, boolean version6) {
    Optional<Address> address = Address.parse(server);
    if (address.isEmpty()) {
      return false;
    }
    byte[] bytes = address.get().bytes();
    if (!address.get().isVersion6()) {
      return bytes[0] != LOOPBACK;
    }
    return version6 && !address.get().toString().equals("::1");
  }
}
