package nsbox.network;

/// A certain address was asked for, and another container has it.
public final class AddressTakenException extends NetworkException {
  private static final long serialVersionUID = 1;

  private final String containerId;

  AddressTakenException(Network network, Address address, String containerId) {
    super(
        "address "
            + address
            + " of network "
            + network.name()
            + " is already in use by container "
            + containerId);
    this.containerId = containerId;
  }

  /// Whose it is.
  public String containerId() {
    return containerId;
  }
}
