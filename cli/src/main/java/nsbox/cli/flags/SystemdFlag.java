package nsbox.cli.flags;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.bundle.options.ContainerOptions;
import nsbox.bundle.options.EnvironmentOptions;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.bundle.options.MetadataOptions;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.image.ImageConfig;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;

/// `--systemd`: what systemd wants as the first process, as podman gives it: empty folders for its
/// sockets and logs, a cgroup that it may divide, another signal to stop by, and to be told that it
/// is in a container.
///
/// @spec https://systemd.io/CONTAINER_INTERFACE
public final class SystemdFlag {
  private static final String FLAG = "--systemd";
  private static final String STOP_SIGNAL = "SIGRTMIN+3";
  private static final String CGROUPS = "/sys/fs/cgroup";
  private static final List<String> EMPTY =
      List.of("/run", "/run/lock", "/tmp", "/var/log/journal");
  private static final List<String> INITS =
      List.of("/sbin/init", "/usr/sbin/init", "/usr/local/sbin/init");

  /* Whose containers look how, systemd finds out by their marks. */
  private static final String VARIABLE = "container=oci";

  private final String mode;

  private SystemdFlag(String mode) {
    this.mode = mode;
  }

  public static void addTo(Flags flags) {
    flags.text(
        "true|false|always", "Prepare it for systemd; true: if that is its command (false)", FLAG);
  }

  public static SystemdFlag read(Asked asked) throws Failure {
    String mode = asked.text(FLAG).orElse("false");
    if (!mode.equals("true") && !mode.equals("false") && !mode.equals("always")) {
      throw new Failure(FLAG + " " + mode + ": true, false or always");
    }
    if (mode.equals("always") && asked.isSet("--init")) {
      throw new Failure(FLAG + " always: systemd is the first process or none, and --init is that");
    }
    return new SystemdFlag(mode);
  }

  /// Whether the container is prepared for systemd.
  public boolean isMeant(ContainerOptions options, ImageConfig image) {
    return mode.equals("always") || mode.equals("true") && isSystemd(first(options, image));
  }

  private static boolean isSystemd(String program) {
    return program.substring(program.lastIndexOf('/') + 1).equals("systemd")
        || INITS.contains(program);
  }

  private static String first(ContainerOptions options, ImageConfig image) {
    Optional<List<String>> entrypoint = options.process().entrypoint();
    List<String> command = new ArrayList<>(entrypoint.orElse(image.entrypoint()));
    command.addAll(options.process().arguments());
    if (options.process().arguments().isEmpty() && entrypoint.isEmpty()) {
      command.addAll(image.cmd());
    }
    return options.process().init().isPresent() || command.isEmpty() ? "" : command.getFirst();
  }

  /// The same options for systemd; what user and image say of it outranks.
  public ContainerOptions applied(ContainerOptions options, ImageConfig image) {
    EnvironmentOptions environment = options.environment();
    List<String> variables = new ArrayList<>(environment.ofHost());
    variables.add(VARIABLE);
    MetadataOptions metadata = options.metadata();
    Optional<String> signal = metadata.stopSignal();
    if (signal.isEmpty() && image.stopSignal().isEmpty()) {
      signal = Optional.of(STOP_SIGNAL);
    }
    return new ContainerOptions(
        options.process(),
        new EnvironmentOptions(
            variables,
            environment.ofFiles(),
            environment.assignments(),
            environment.unset(),
            environment.unsetAll()),
        options.names(),
        options.files(),
        options.namespaces(),
        options.security(),
        options.devices(),
        options.resources(),
        new MetadataOptions(
            metadata.labels(), metadata.annotations(), signal, metadata.stopSeconds()));
  }

  /// What is mounted for it besides.
  ///
  /// @throws Failure if the host has no cgroups that it could have
  public static List<Mount> mounts() throws IOException, Failure {
    List<Mount> mounts = new ArrayList<>();
    for (String target : EMPTY) {
      mounts.add(TmpfsFlag.copying(target, FLAG));
    }
    CgroupLayout host = CgroupLayout.ofHost();
    List<String> writable = new ArrayList<>(List.of("nosuid", "noexec", "nodev", "rw"));
    if (host.isUnified()) {
      mounts.add(new Mount("cgroup", "cgroup", CGROUPS, writable, FLAG));
      return mounts;
    }
    for (Hierarchy hierarchy : host.hierarchies()) {
      if (hierarchy.name().equals(CgroupLayout.SYSTEMD)) {
        /* Its own hierarchy alone: in the others are the container's limits. */
        writable.addFirst("remount");
        String target = CGROUPS + "/" + hierarchy.directoryName();
        mounts.add(new Mount("none", "none", target, writable, FLAG));
        return mounts;
      }
    }
    throw new Failure(
        FLAG + ": this host has neither cgroups of version 2 nor systemd's own hierarchy");
  }
}
