package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.bundle.options.NameOptions;

/// The files of /etc that belong to the container and not to its image, as docker makes them.
final class EtcFiles {
  private static final Path HOST_HOSTS = Path.of("/etc/hosts");
  private static final Path HOST_RESOLV_CONF = Path.of("/etc/resolv.conf");

  private EtcFiles() {}

  /// By file name; those that the image is to keep are left out.
  ///
  /// @param onNetworks it has addresses, which are known when it is started
  static Map<String, String> make(
      NameOptions names, String hostname, boolean hostNetwork, boolean onNetworks)
      throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    if (names.hostnameFile()) {
      files.put("hostname", hostname + "\n");
    }
    if (names.hostsFile()) {
      files.put("hosts", hosts(names, hostname, hostNetwork, onNetworks));
    }
    if (names.resolverFile()) {
      files.put("resolv.conf", resolver(names));
    }
    return files;
  }

  private static String hosts(
      NameOptions names, String hostname, boolean hostNetwork, boolean onNetworks)
      throws IOException {
    StringBuilder text = new StringBuilder();
    if (hostNetwork) {
      text.append(readIfThere(HOST_HOSTS));
      if (!text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
        text.append('\n');
      }
    } else {
      text.append("127.0.0.1\tlocalhost");
      if (!onNetworks) {
        text.append(' ').append(names(names, hostname));
      }
      text.append("\n::1\tlocalhost ip6-localhost ip6-loopback\n");
    }
    for (String line : names.hosts()) {
      text.append(line).append('\n');
    }
    if (onNetworks) {
      text.append(ContainerNetworks.HOSTS_MARK);
    }
    return text.toString();
  }

  private static String names(NameOptions names, String hostname) {
    return names.domainname().isPresent()
        ? hostname + ' ' + hostname + '.' + names.domainname().get()
        : hostname;
  }

  /* What is asked for comes in the place of the host's lines of its kind. */
  private static String resolver(NameOptions names) throws IOException {
    String host = readIfThere(HOST_RESOLV_CONF);
    List<String> servers = names.nameServers();
    List<String> domains = names.searchDomains();
    List<String> options = names.resolverOptions();
    if (servers.isEmpty() && domains.isEmpty() && options.isEmpty()) {
      return host;
    }
    StringBuilder text = new StringBuilder();
    if (!domains.isEmpty() && !domains.equals(List.of("."))) {
      text.append("search ").append(String.join(" ", domains)).append('\n');
    }
    for (String server : servers) {
      text.append("nameserver ").append(server).append('\n');
    }
    for (String line : host.split("\n")) {
      boolean replaced =
          line.startsWith("nameserver") && !servers.isEmpty()
              || (line.startsWith("search") || line.startsWith("domain")) && !domains.isEmpty()
              || line.startsWith("options") && !options.isEmpty();
      if (!replaced && !line.isBlank() && !line.startsWith("#") && !line.startsWith(";")) {
        text.append(line).append('\n');
      }
    }
    if (!options.isEmpty()) {
      text.append("options ").append(String.join(" ", options)).append('\n');
    }
    return text.toString();
  }

  /// What a container gets whose user says nothing else.
  static String resolverOfHost() throws IOException {
    return readIfThere(HOST_RESOLV_CONF);
  }

  private static String readIfThere(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file) : "";
  }
}
