package nsbox.archive;

/// How images lie in a file or folder. The names are those that podman and skopeo give them.
public enum ArchiveFormat {
  /// What `docker save` writes: `manifest.json`, configs and uncompressed layers.
  DOCKER_ARCHIVE("docker-archive"),
  /// An OCI image layout in a tar archive.
  OCI_ARCHIVE("oci-archive"),
  /// An OCI image layout in a folder.
  OCI_DIR("oci-dir");

  private final String text;

  ArchiveFormat(String text) {
    this.text = text;
  }

  /// As the user writes it.
  @Override
  public String toString() {
    return text;
  }
}
