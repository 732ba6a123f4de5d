package nsbox.registry;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/// What the JDK's exceptions of a connection mean.
final class ConnectionFailures {
  private ConnectionFailures() {}

  static RegistryException typed(Target target, URI uri, Limits limits, IOException e) {
    if (has(e, SocketTimeoutException.class) && !isConnectTimeout(e)) {
      return new StalledException(target, uri, 0, limits.idleTimeout());
    }
    if (e instanceof SSLException) {
      if (has(e, SocketException.class) && !(e instanceof SSLHandshakeException)) {
        return UnreachableException.of(target, uri, e);
      }
      boolean certificate =
          e instanceof SSLPeerUnverifiedException
              || has(e, GeneralSecurityException.class)
              || String.valueOf(e.getMessage()).contains("No subject alternative");
      return new UntrustedServerException(target, uri, certificate, e);
    }
    if (e instanceof ProtocolException) {
      return new BadAnswerException(target, VisibleText.of(e.getMessage()), e);
    }
    return UnreachableException.of(target, uri, e);
  }

  /// Whether a server that was spoken to in TLS does not speak it, or nobody is there.
  static boolean meansNoTlsServer(RegistryException e) {
    if (e instanceof UntrustedServerException untrusted) {
      return !untrusted.certificate() && !saidByAlert(untrusted.getCause());
    }
    return e instanceof UnreachableException unreachable
        && unreachable.getCause() != null
        && (!unreachable.lost() || has(unreachable.getCause(), EOFException.class))
        && unreachable.mayPass()
        && !has(unreachable.getCause(), SocketTimeoutException.class);
  }

  /// Only a TLS server sends alerts, for instance that it wants a client's certificate.
  private static boolean saidByAlert(Throwable e) {
    return String.valueOf(e.getMessage()).contains("fatal alert");
  }

  private static boolean isConnectTimeout(IOException e) {
    return String.valueOf(e.getMessage()).startsWith("Connect timed out");
  }

  private static boolean has(Throwable e, Class<? extends Throwable> type) {
    int depth = 0;
    for (Throwable each = e; each != null && depth < 10; each = each.getCause()) {
      if (type.isInstance(each)) {
        return true;
      }
      depth++;
    }
    return false;
  }
}
