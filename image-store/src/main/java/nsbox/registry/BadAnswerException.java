package nsbox.registry;

/// The server's answer breaks the protocol, a limit, or its own word.
public final class BadAnswerException extends RegistryException {
  private static final long serialVersionUID = 1L;

  BadAnswerException(Target target, String wrong) {
    super(target, wrong);
  }

  BadAnswerException(Target target, String wrong, Throwable cause) {
    super(target, wrong, cause);
  }
}
