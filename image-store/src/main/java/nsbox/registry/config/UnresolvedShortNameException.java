package nsbox.registry.config;

/// A name without a registry, where registries.conf has an empty list of registries to search.
public final class UnresolvedShortNameException extends ConfigException {
  private static final long serialVersionUID = 1L;

  private final String name;

  UnresolvedShortNameException(String name, Origin origin) {
    super(
        origin,
        "\"" + name + "\" names no registry, and " + origin + " gives none to search",
        null);
    this.name = name;
  }

  public String name() {
    return name;
  }
}
