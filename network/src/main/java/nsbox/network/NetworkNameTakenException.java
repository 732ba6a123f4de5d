package nsbox.network;

/// A network has this name already.
public final class NetworkNameTakenException extends NetworkException {
  private static final long serialVersionUID = 1;

  NetworkNameTakenException(String name) {
    super("network with name " + name + " already exists");
  }
}
