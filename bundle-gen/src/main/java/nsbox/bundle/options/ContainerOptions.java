package nsbox.bundle.options;

/// What a user asks of a container, beyond what its image says, by subject. Each subject has a
/// `DEFAULT`, which is what nobody asked for.
public record ContainerOptions(
    ProcessOptions process,
    EnvironmentOptions environment,
    NameOptions names,
    FileOptions files,
    NamespaceOptions namespaces,
    SecurityOptions security,
    DeviceOptions devices,
    ResourceOptions resources,
    MetadataOptions metadata) {

  public static final ContainerOptions DEFAULT =
      new ContainerOptions(
          ProcessOptions.DEFAULT,
          EnvironmentOptions.DEFAULT,
          NameOptions.DEFAULT,
          FileOptions.DEFAULT,
          NamespaceOptions.DEFAULT,
          SecurityOptions.DEFAULT,
          DeviceOptions.DEFAULT,
          ResourceOptions.DEFAULT,
          MetadataOptions.DEFAULT);
}
