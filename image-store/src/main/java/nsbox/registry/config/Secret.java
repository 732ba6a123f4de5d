package nsbox.registry.config;

/// A text that never gets into messages, logs or stack traces by accident.
public final class Secret {
  private final String text;

  public Secret(String text) {
    this.text = text;
  }

  /// The text itself: for the header or the file that it is meant for, and nothing else.
  public String reveal() {
    return text;
  }

  @Override
  public String toString() {
    return "***";
  }
}
