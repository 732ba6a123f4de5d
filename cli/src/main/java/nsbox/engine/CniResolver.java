package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import nsbox.network.cni.CniResult;

/// The name servers that a CNI network brings along, for a container whose user named none.
final class CniResolver {
  private static final String MARK = "# From CNI network ";

  private CniResolver() {}

  /* In its place, for the container shows the file as it is. */
  static void write(ContainerFolder folder, String network, CniResult.Dns dns) throws IOException {
    Path file = folder.lasting().resolve("resolv.conf");
    if (dns.nameservers().isEmpty() || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    String before = Files.readString(file);
    if (!before.startsWith(MARK) && !before.equals(EtcFiles.resolverOfHost())) {
      return;
    }
    StringBuilder text = new StringBuilder(MARK).append(network).append('\n');
    for (String server : dns.nameservers()) {
      text.append("nameserver ").append(server).append('\n');
    }
    if (!dns.domain().isEmpty()) {
      text.append("domain ").append(dns.domain()).append('\n');
    }
    line(text, "search", dns.search());
    line(text, "options", dns.options());
    Files.writeString(file, text, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
  }

  private static void line(StringBuilder text, String keyword, List<String> words) {
    if (!words.isEmpty()) {
      text.append(keyword).append(' ').append(String.join(" ", words)).append('\n');
    }
  }
}
