package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// The files of /etc that belong to the container and not to its image, as docker makes them.
final class EtcFiles {
  private static final Path HOST_HOSTS = Path.of("/etc/hosts");
  private static final Path HOST_RESOLV_CONF = Path.of("/etc/resolv.conf");

  private EtcFiles() {}

  static Map<String, String> make(String hostname, boolean hostNetwork) throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("hostname", hostname + "\n");
    files.put("hosts", hostNetwork ? readIfThere(HOST_HOSTS) : ownHosts(hostname));
    files.put("resolv.conf", readIfThere(HOST_RESOLV_CONF));
    return files;
  }

  private static String ownHosts(String hostname) {
    return "127.0.0.1\tlocalhost " + hostname + "\n::1\tlocalhost ip6-localhost ip6-loopback\n";
  }

  private static String readIfThere(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file) : "";
  }
}
