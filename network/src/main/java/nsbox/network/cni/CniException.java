package nsbox.network.cni;

import java.io.IOException;

/// What cannot be done with a CNI network: its configuration is wrong, a plugin is missing, or a
/// plugin failed.
///
/// The message names the network or its file, the plugin, and what it said.
public final class CniException extends IOException {
  private static final long serialVersionUID = 1;

  /// The container is unknown to the plugin, so there is nothing to take back.
  static final int UNKNOWN_CONTAINER = 3;

  private final int code;

  CniException(String message) {
    this(message, 0, null);
  }

  CniException(String message, Throwable cause) {
    this(message, 0, cause);
  }

  CniException(String message, int code, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /// The error code that a plugin gave: up to 99 the specification's, from 100 on its own; 0 where
  /// none did.
  ///
  /// @spec https://github.com/containernetworking/cni/blob/spec-v1.1.0/SPEC.md#error Error
  public int code() {
    return code;
  }
}
