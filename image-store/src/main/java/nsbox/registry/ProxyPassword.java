package nsbox.registry;

import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Shows a proxy its password when it is asked for a tunnel; the JDK sends no header of ours there.
final class ProxyPassword extends Authenticator {
  private static final String BASIC = "Basic ";

  private final PasswordAuthentication password;

  /// @param header `Proxy-Authorization`; what is not of the scheme Basic is never shown
  ProxyPassword(String header) {
    this.password = header.startsWith(BASIC) ? read(header.substring(BASIC.length())) : null;
  }

  private static PasswordAuthentication read(String base64) {
    String both = new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    int colon = both.indexOf(':');
    return colon < 0
        ? new PasswordAuthentication(both, new char[0])
        : new PasswordAuthentication(
            both.substring(0, colon), both.substring(colon + 1).toCharArray());
  }

  @Override
  protected PasswordAuthentication getPasswordAuthentication() {
    return getRequestorType() == RequestorType.PROXY ? password : null;
  }
}
