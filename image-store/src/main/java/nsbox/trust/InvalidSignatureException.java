package nsbox.trust;

/// Why one signature does not count. It never leaves this package: it becomes a [RefusedSignature].
final class InvalidSignatureException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidSignatureException(String reason) {
    super(reason);
  }

  InvalidSignatureException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
