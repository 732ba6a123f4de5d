package nsbox.registry;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;

/// No connection to the server came about, or it was lost.
public final class UnreachableException extends RegistryException {
  private static final long serialVersionUID = 1L;

  private final boolean lost;
  private final boolean mayPass;

  private UnreachableException(
      Target target, String found, boolean lost, boolean mayPass, IOException cause) {
    super(target, found, cause);
    this.lost = lost;
    this.mayPass = mayPass;
  }

  static UnreachableException of(Target target, URI uri, IOException cause) {
    String server = uri.getRawAuthority();
    if (cause instanceof UnknownHostException) {
      return new UnreachableException(
          target, "no address is known for " + Addresses.host(uri), false, false, cause);
    }
    if (cause instanceof ConnectException
        || cause instanceof NoRouteToHostException
        || cause instanceof SocketTimeoutException) {
      String why = cause.getMessage();
      return new UnreachableException(
          target, "no connection to " + server + ": " + why, false, true, cause);
    }
    /* The JDK loses the server's reason when it comes while the request is being written. */
    boolean unanswered =
        uri.getScheme().equals("https") && "Error writing to server".equals(cause.getMessage());
    String hint = unanswered ? " (does it ask for a client certificate in TLS?)" : "";
    return new UnreachableException(
        target,
        "the connection to " + server + " was lost: " + VisibleText.of(cause.getMessage()) + hint,
        true,
        true,
        cause);
  }

  /// @param whole how many bytes were announced
  /// @param cause null where the server ended the connection in order
  static UnreachableException shortBody(
      Target target, URI uri, long came, long whole, IOException cause) {
    return new UnreachableException(
        target,
        "the connection to "
            + uri.getRawAuthority()
            + " ended after "
            + came
            + " of "
            + whole
            + " bytes",
        true,
        true,
        cause);
  }

  /// Whether there was a connection at first.
  public boolean lost() {
    return lost;
  }

  @Override
  public boolean mayPass() {
    return mayPass;
  }
}
