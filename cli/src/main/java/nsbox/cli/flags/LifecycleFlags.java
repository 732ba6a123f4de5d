package nsbox.cli.flags;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.cli.Sizes;
import nsbox.runtime.state.Identifiers;

/// What is asked of `run` and `create` beside the configuration: names, files of the caller's, and
/// what becomes of the container.
///
/// @param idFile gets the container's ID; must not be there
/// @param pidFile gets the process's number with every start
/// @param monitorPidFile gets the number of whoever watches over it
/// @param replaces a container with this name goes first
/// @param removes the container goes when it ends
/// @param removesImage its image goes with it
/// @param pickedIds how many ids it gets that no other container has; 0 where they are said
/// @param serviceNotify who tells systemd that the container is ready: `container`, `conmon` or
///   `ignore`
/// @param storageBytes how much its files may take up; 0 for no limit
public record LifecycleFlags(
    Optional<String> name,
    Optional<Path> idFile,
    Optional<Path> pidFile,
    Optional<Path> monitorPidFile,
    boolean replaces,
    boolean removes,
    boolean removesImage,
    boolean keepsInput,
    long pickedIds,
    long storageBytes,
    String serviceNotify) {
  private static final int NAME_LENGTH = 128;

  public static void addTo(Flags flags) {
    flags
        .flag("Keep standard input open", "-i", "--interactive")
        .flag("Remove the container when it ends", "--rm")
        .text("NAME", "Name of the container", "--name")
        .flag("Remove a container that has this name already", "--replace")
        .text("FILE", "Write the container's ID to a file, which must not be there", "--cidfile")
        .text("FILE", "Write the number of its process to a file, with every start", "--pidfile")
        .text(
            "container|conmon|ignore",
            "Who tells systemd, by $NOTIFY_SOCKET, that it is ready: its monitor with conmon (ignore)",
            "--sdnotify")
        .texts("size=SIZE", "Limit what the container's own files take up", "--storage-opt")
        .texts("CONTAINER[:ro]", "Show what another container has mounted", "--volumes-from")
        .text("NAME", "nsbox-runtime; there is no other", "--runtime")
        .text("FILE", "Write the number of its monitor to a file", "--conmon-pidfile")
        .flag("Remove the image too, if nobody else uses it; implies --rm", "--rmi")
        .flag("Refused: nsbox runs images; nsbox-runtime runs folders", "--rootfs");
  }

  public static LifecycleFlags read(Asked asked) throws Failure {
    refuse(asked);
    Optional<String> name = checkedName(asked.text("--name"));
    boolean replaces = asked.isSet("--replace");
    if (replaces && name.isEmpty()) {
      throw new Failure("cannot replace container without --name being set");
    }
    Optional<Path> idFile = path(asked, "--cidfile");
    if (idFile.isPresent() && Files.exists(idFile.get(), LinkOption.NOFOLLOW_LINKS)) {
      throw new Failure(
          "--cidfile "
              + idFile.get()
              + ": container ID file found, make sure the other container isn't running or delete it");
    }
    return new LifecycleFlags(
        name,
        idFile,
        path(asked, "--pidfile"),
        path(asked, "--conmon-pidfile"),
        replaces,
        asked.isSet("--rm") || asked.isSet("--rmi"),
        asked.isSet("--rmi"),
        asked.isSet("--interactive"),
        NamespaceFlags.autoSize(asked),
        storageBytes(asked.texts("--storage-opt")),
        serviceNotify(asked));
  }

  private static String serviceNotify(Asked asked) throws Failure {
    String mode = asked.text("--sdnotify").orElse("ignore");
    return switch (mode) {
      case "container", "conmon", "ignore" -> mode;
      default ->
          throw new Failure(
              "--sdnotify " + mode + ": invalid sdnotify mode; use container, conmon or ignore");
    };
  }

  private static void refuse(Asked asked) throws Failure {
    Optional<String> runtime = asked.text("--runtime");
    if (runtime.isPresent()) {
      String program = runtime.get().substring(runtime.get().lastIndexOf('/') + 1);
      if (!program.equals("nsbox-runtime") && !program.equals("nsbox")) {
        throw new Failure(
            "--runtime " + runtime.get() + ": nsbox is its own runtime, nsbox-runtime");
      }
    }
    if (asked.isSet("--rootfs")) {
      throw new Failure(
          "--rootfs: nsbox runs images\n"
              + "  Bring it in: tar -C DIR -c . | nsbox import - NAME; or run a bundle: nsbox-runtime run");
    }
  }

  private static Optional<Path> path(Asked asked, String option) throws Failure {
    Optional<String> path = asked.text(option);
    return path.isEmpty()
        ? Optional.empty()
        : Optional.of(Path.of(asked.path(option, path.get())).normalize());
  }

  private static long storageBytes(List<String> options) throws Failure {
    long bytes = 0;
    for (String option : options) {
      if (!option.startsWith("size=")) {
        throw new Failure("--storage-opt " + option + ": the only option of storage is size=SIZE");
      }
      bytes = Sizes.parse(option.substring("size=".length()), "--storage-opt size");
    }
    return bytes;
  }

  private static Optional<String> checkedName(Optional<String> name) throws Failure {
    if (name.isEmpty()) {
      return name;
    }
    checkName("--name", name.get());
    return name;
  }

  /// @param option that has it, for the message
  /// @throws Failure if no container can have this name
  public static void checkName(String option, String name) throws Failure {
    if (!Identifiers.isValid(name, NAME_LENGTH, "_.-")) {
      throw new Failure(
          option
              + " "
              + name
              + ": a name has 1 to "
              + NAME_LENGTH
              + " letters, digits, '_', '.' or '-' and begins with a letter or digit");
    }
  }
}
