package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.List;
import nsbox.bundle.options.ContainerOptions;
import nsbox.bundle.options.FileOptions;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.bundle.options.NameOptions;
import nsbox.bundle.options.NamespaceOptions;
import nsbox.bundle.options.ProcessOptions;
import nsbox.cli.Failure;
import nsbox.cli.Flags;

/// The options that shape a container's configuration, shared by all commands that make one. Each
/// class of this package has those of one subject.
public final class ContainerFlags {
  private ContainerFlags() {}

  public static void addTo(Flags flags) {
    ProcessFlags.addTo(flags);
    EnvironmentFlags.addTo(flags);
    NameFlags.addTo(flags);
    MountFlags.addTo(flags);
    NamespaceFlags.addTo(flags);
    NetworkFlags.addTo(flags);
    SecurityFlags.addTo(flags);
    DeviceFlags.addTo(flags);
    LimitFlags.addTo(flags);
    MetadataFlags.addTo(flags);
  }

  /// @param arguments what stands after the image
  public static ContainerOptions read(Asked asked, List<String> arguments) throws Failure {
    ProcessOptions process = ProcessFlags.read(asked, arguments);
    NameOptions names = NameFlags.read(asked);
    NamespaceOptions namespaces = NamespaceFlags.read(asked);
    FileOptions files = MountFlags.read(asked, mounts(asked));
    return new ContainerOptions(
        process,
        EnvironmentFlags.read(asked),
        names,
        files,
        namespaces,
        SecurityFlags.read(asked),
        DeviceFlags.read(asked),
        LimitFlags.read(asked),
        MetadataFlags.read(asked));
  }

  private static List<Mount> mounts(Asked asked) {
    List<Mount> mounts = new ArrayList<>();
    if (asked.isSet("--init")) {
      mounts.add(
          new Mount(
              "bind",
              asked.invocation().home() + "/lib/nsbox-init",
              ProcessFlags.INIT,
              List.of("bind", "rprivate", "ro", "nosuid", "nodev"),
              "--init"));
    }
    return mounts;
  }
}
