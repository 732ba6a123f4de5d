package nsbox.network;

import java.util.List;

/// A network cannot go, for containers are on it.
public final class NetworkInUseException extends NetworkException {
  private static final long serialVersionUID = 1;

  private final transient List<String> containerIds;

  NetworkInUseException(Network network, List<String> containerIds) {
    super("network " + network.name() + " has active endpoints");
    this.containerIds = containerIds;
  }

  /// Who is on it.
  public List<String> containerIds() {
    return containerIds;
  }
}
