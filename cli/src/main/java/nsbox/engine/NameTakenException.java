package nsbox.engine;

/// A container has this name already.
public final class NameTakenException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String containerId;

  NameTakenException(String name, String containerId) {
    super("the name " + name + " is in use by container " + containerId);
    this.containerId = containerId;
  }

  public String containerId() {
    return containerId;
  }
}
