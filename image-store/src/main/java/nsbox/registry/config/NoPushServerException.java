package nsbox.registry.config;

import nsbox.image.Reference;

/// A hosts.toml in which no host has the capability `push`.
public final class NoPushServerException extends ConfigException {
  private static final long serialVersionUID = 1L;

  NoPushServerException(Reference reference, Origin origin) {
    super(
        origin, reference + " cannot be pushed: " + origin + " names no host that takes it", null);
  }
}
