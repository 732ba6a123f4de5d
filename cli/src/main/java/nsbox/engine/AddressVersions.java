package nsbox.engine;

/// Which addresses a container has on networks of its own.
public enum AddressVersions {
  /// It is on none, or on those of the host or of another container.
  NONE,

  VERSION_4,

  /// Of version 6, and mostly of version 4, too.
  WITH_VERSION_6
}
