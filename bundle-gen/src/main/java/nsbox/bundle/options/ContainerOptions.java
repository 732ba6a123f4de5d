package nsbox.bundle.options;

import java.util.List;

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

  /// The same with other namespaces.
  public ContainerOptions withNamespaces(NamespaceOptions other) {
    return new ContainerOptions(
        process, environment, names, files, other, security, devices, resources, metadata);
  }

  /// The same with other mounts.
  public ContainerOptions withMounts(List<FileOptions.Mount> mounts) {
    return new ContainerOptions(
        process,
        environment,
        names,
        new FileOptions(files.readonlyRoot(), mounts, files.sharedMemory()),
        namespaces,
        security,
        devices,
        resources,
        metadata);
  }
}
