package nsbox.registry.config;

import nsbox.image.Reference;

/// An image that registries.conf forbids by `blocked`.
public final class BlockedRegistryException extends ConfigException {
  private static final long serialVersionUID = 1L;

  private final transient Reference reference;
  private final String prefix;

  BlockedRegistryException(Reference reference, String prefix, Origin origin) {
    super(origin, reference + " is blocked: " + origin + " forbids all of " + prefix, null);
    this.reference = reference;
    this.prefix = prefix;
  }

  public Reference reference() {
    return reference;
  }

  /// The prefix of the rule that forbids it.
  public String prefix() {
    return prefix;
  }
}
