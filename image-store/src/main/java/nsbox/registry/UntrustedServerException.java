package nsbox.registry;

import java.io.IOException;
import java.net.URI;

/// The server did not show a certificate that is trusted, or would not speak TLS as configured.
public final class UntrustedServerException extends RegistryException {
  private static final long serialVersionUID = 1L;

  private final boolean certificate;

  UntrustedServerException(Target target, URI uri, boolean certificate, IOException cause) {
    super(
        target,
        (certificate ? "the certificate of " : "no TLS connection to ")
            + uri.getRawAuthority()
            + (certificate ? " is not trusted: " : ": ")
            + VisibleText.of(cause.getMessage()),
        cause);
    this.certificate = certificate;
  }

  /// Whether it is the certificate; otherwise the two could not agree on TLS at all.
  public boolean certificate() {
    return certificate;
  }
}
