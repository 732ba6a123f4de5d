package nsbox.bundle.options;

import java.util.List;
import java.util.Optional;

/// What of the container's files is not the image's, and what may be written to.
///
/// @param mounts in no order; those that lie in others come after them
/// @param sharedMemory size of `/dev/shm` as tmpfs takes it, `65536k`
public record FileOptions(boolean readonlyRoot, List<Mount> mounts, Optional<String> sharedMemory) {

  public static final FileOptions DEFAULT = new FileOptions(false, List.of(), Optional.empty());

  /// One thing to be mounted, as config.json says it.
  ///
  /// @param type `bind`, `tmpfs` or any other file system
  /// @param source absolute path on the host of what is bound; else the type
  /// @param destination absolute path in the container
  /// @param options of mount(8)
  /// @param flag the option that asks for it
  public record Mount(
      String type, String source, String destination, List<String> options, String flag) {

    /// A directory or file of the host, shown in the container.
    ///
    /// @param propagation `rprivate` and its siblings
    public static Mount volume(
        String source, String destination, boolean readonly, String propagation) {
      List<String> options =
          readonly ? List.of("rbind", propagation, "rro") : List.of("rbind", propagation);
      return new Mount("bind", source, destination, options, "--volume");
    }

    public boolean isBind() {
      return type.equals("bind");
    }

    public boolean isReadonly() {
      return options.contains("rro") || options.contains("ro");
    }
  }
}
