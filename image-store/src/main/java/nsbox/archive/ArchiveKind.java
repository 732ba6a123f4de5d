package nsbox.archive;

/// What a tar holds, told by the members at its root.
public enum ArchiveKind {
  /// `oci-layout` is there.
  OCI_LAYOUT,
  /// `manifest.json` is there and names configs and layers, as docker's does.
  DOCKER_ARCHIVE,
  /// Anything else.
  ROOT_FILESYSTEM
}
