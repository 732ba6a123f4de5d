package nsbox.registry;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Addresses as servers give them: never written anew, for they may be signed to the letter.
final class Addresses {
  private static final String LEGAL = "-._~:/?#[]@!$&'()*+,;=%";

  private static final Pattern AUTHORITY =
      Pattern.compile("(?:[^@]*@)?([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(?::([0-9]{1,5})?)?");

  private Addresses() {}

  /// The address that `location` means for a reader at `base`.
  ///
  /// Only what no address may hold, such as a blank or a bar, is escaped.
  ///
  /// @throws URISyntaxException if it is no address of a server
  static URI resolved(URI base, String location) throws URISyntaxException {
    String legal = escaped(location);
    URI uri =
        legal.startsWith("?") ? new URI(withoutQuery(base) + legal) : base.resolve(new URI(legal));
    if (uri.getScheme() == null || host(uri).isEmpty()) {
      throw new URISyntaxException(location, "no host");
    }
    return uri;
  }

  /// Scheme, host and port, with the scheme's own port filled in: where a secret may go.
  static String origin(URI uri) {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    Matcher authority = AUTHORITY.matcher(String.valueOf(uri.getRawAuthority()));
    String port = authority.matches() ? authority.group(2) : null;
    if (port == null) {
      port = scheme.equals("https") ? "443" : "80";
    }
    return scheme + "://" + host(uri) + ":" + port;
  }

  /// In lower case; empty where there is none that a connection could be made to. Java's own reader
  /// knows no underscores in hosts, and local networks have them.
  static String host(URI uri) {
    Matcher authority = AUTHORITY.matcher(String.valueOf(uri.getRawAuthority()));
    return authority.matches() ? authority.group(1).toLowerCase(Locale.ROOT) : "";
  }

  /// The same with one parameter more.
  static String with(String address, String parameter) {
    return address + (address.indexOf('?') < 0 ? "?" : "&") + parameter;
  }

  /// Whether the host is this machine, by name or literal address.
  static boolean isLoopback(URI uri) {
    String host = host(uri);
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || host.equals("[::1]")
        || host.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}");
  }

  private static String withoutQuery(URI uri) {
    String text = uri.toString();
    int query = text.indexOf('?');
    return query < 0 ? text : text.substring(0, query);
  }

  private static String escaped(String location) {
    StringBuilder escaped = new StringBuilder();
    for (byte b : location.strip().getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean legal = c < 128 && (Character.isLetterOrDigit(c) || LEGAL.indexOf(c) >= 0);
      escaped.append(legal ? String.valueOf(c) : String.format("%%%02X", (int) c));
    }
    return escaped.toString();
  }
}
