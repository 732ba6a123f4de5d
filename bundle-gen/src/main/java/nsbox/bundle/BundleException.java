package nsbox.bundle;

/// A container that cannot be configured from this image with these options.
public abstract sealed class BundleException extends Exception {
  private static final long serialVersionUID = 1L;

  private BundleException(String message) {
    super(message);
  }

  /// Neither the image nor the user names a program.
  public static final class NoCommand extends BundleException {
    private static final long serialVersionUID = 1L;

    public NoCommand() {
      super("neither the image nor the command line names a program to run");
    }
  }

  /// A user or group that the image's /etc/passwd or /etc/group does not have.
  public static final class UnknownUser extends BundleException {
    private static final long serialVersionUID = 1L;

    /// @param kind `user` or `group`
    /// @param file where it was looked for
    public UnknownUser(String kind, String name, String file) {
      super("no " + kind + " " + name + " in the image's " + file);
    }
  }

  /// An option or a field of the image that cannot be meant as it stands.
  public static final class BadValue extends BundleException {
    private static final long serialVersionUID = 1L;

    public BadValue(String message) {
      super(message);
    }
  }
}
