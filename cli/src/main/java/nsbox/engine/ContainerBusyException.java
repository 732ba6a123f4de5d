package nsbox.engine;

/// Another command starts a container or removes it.
public final class ContainerBusyException extends Exception {
  private static final long serialVersionUID = 1L;

  ContainerBusyException(String name) {
    super("another command starts or removes container " + name + "\n  Try again in a moment.");
  }
}
