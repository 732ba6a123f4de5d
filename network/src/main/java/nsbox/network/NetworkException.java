package nsbox.network;

/// What was asked of a network cannot be; the message says what and why, without a full stop.
public class NetworkException extends Exception {
  private static final long serialVersionUID = 1;

  public NetworkException(String message) {
    super(message);
  }
}
