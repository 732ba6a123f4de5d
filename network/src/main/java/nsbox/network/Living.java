package nsbox.network;

/// Who tells whether what a container has taken still counts.
public interface Living {
  /// Whether the container is being made, runs or ends: from before it takes anything until after
  /// it has given all back.
  boolean lives(String containerId);
}
