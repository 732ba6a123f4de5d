package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import nsbox.bundle.options.NameOptions;

/// The files of /etc that belong to the container and not to its image, as docker makes them.
final class EtcFiles {
  private static final Path HOST_HOSTS = Path.of("/etc/hosts");

  private static final String VERSION_6 =
      "fe00::\tip6-localnet\n"
          + "ff00::\tip6-mcastprefix\n"
          + "ff02::1\tip6-allnodes\n"
          + "ff02::2\tip6-allrouters\n";

  private EtcFiles() {}

  /// By file name; those that the image is to keep are left out.
  ///
  /// @param addresses that it has on networks of its own, which are known when it is started
  static Map<String, String> make(
      NameOptions names, String hostname, boolean hostNetwork, AddressVersions addresses)
      throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    if (names.hostnameFile()) {
      files.put("hostname", hostname + "\n");
    }
    if (names.hostsFile()) {
      files.put("hosts", hosts(names, hostname, hostNetwork, addresses != AddressVersions.NONE));
    }
    if (names.resolverFile()) {
      files.put("resolv.conf", resolver(names, addresses));
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
      if (onNetworks) {
        text.append(VERSION_6);
      }
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

  private static String resolver(NameOptions names, AddressVersions addresses) throws IOException {
    ResolverFile file = ResolverFile.ofHost(addresses != AddressVersions.NONE);
    file.replace(names.nameServers(), names.searchDomains(), names.resolverOptions());
    if (addresses != AddressVersions.NONE && names.nameServers().isEmpty()) {
      file.keepReachableServers(addresses == AddressVersions.WITH_VERSION_6);
    }
    return file.text();
  }

  /// What a container on networks of version 4 gets whose user says nothing else.
  static String resolverOfHost() throws IOException {
    ResolverFile file = ResolverFile.ofHost(true);
    file.keepReachableServers(false);
    return file.text();
  }

  private static String readIfThere(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file) : "";
  }
}
