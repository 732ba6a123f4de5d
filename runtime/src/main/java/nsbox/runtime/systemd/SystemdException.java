package nsbox.runtime.systemd;

import java.io.IOException;

/// What systemd, or the bus before it, answered instead of doing what it was asked to do.
public final class SystemdException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String name;

  /// @param name of the error, such as `org.freedesktop.systemd1.UnitExists`
  SystemdException(String name, String message) {
    super(message.isEmpty() ? name : message);
    this.name = name;
  }

  boolean isOfUnitThatExists() {
    return name.equals("org.freedesktop.systemd1.UnitExists");
  }

  boolean isOfUnitThatIsGone() {
    return name.equals("org.freedesktop.systemd1.NoSuchUnit");
  }
}
