package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.bundle.ContainerOptions;
import nsbox.bundle.ContainerOptions.Network;
import nsbox.bundle.ContainerOptions.TerminalSize;
import nsbox.cli.Failure;
import nsbox.cli.Invocation;
import nsbox.cli.Model;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// The options that shape a container's configuration, shared by all commands that make one.
final class ContainerFlags {
  private ContainerFlags() {}

  static void addTo(CommandSpec spec) {
    spec.addOption(texts("NAME[=VALUE]", "Set an environment variable", "-e", "--env"));
    spec.addOption(text("DIR", "Working directory in the container", "-w", "--workdir"));
    spec.addOption(text("USER[:GROUP]", "Run as this user, by name or number", "-u", "--user"));
    spec.addOption(text("NAME", "Hostname of the container", "-h", "--hostname"));
    spec.addOption(text("COMMAND", "Replace the entrypoint of the image", "--entrypoint"));
    spec.addOption(flag("Make the root file system read-only", "--read-only"));
    spec.addOption(flag("Give the container a terminal", "-t", "--tty"));
    spec.addOption(
        texts(
            "SOURCE:TARGET[:OPTIONS]",
            "Show a file or directory of the host; options: ro, rw, rprivate, rslave, rshared",
            "-v",
            "--volume"));
    spec.addOption(text("NETWORK", "none (the default) or host", "--network", "--net"));
  }

  /// @param arguments what stands after the image
  static ContainerOptions read(ParseResult parsed, List<String> arguments, Invocation invocation)
      throws Failure {
    List<ContainerOptions.Volume> volumes = new ArrayList<>();
    for (String volume : values(parsed, "--volume")) {
      addVolume(volumes, VolumeFlag.parse(volume, invocation.directory()));
    }
    return new ContainerOptions(
        arguments,
        Model.optional(parsed, "--entrypoint"),
        environment(values(parsed, "--env"), invocation.environment()),
        Model.optional(parsed, "--workdir"),
        Model.optional(parsed, "--user"),
        hostname(parsed),
        isSet(parsed, "--read-only"),
        volumes,
        network(Model.optional(parsed, "--network").orElse("none")),
        isSet(parsed, "--tty")
            ? Optional.of(new TerminalSize(invocation.rows(), invocation.columns()))
            : Optional.empty(),
        Map.of());
  }

  private static void addVolume(
      List<ContainerOptions.Volume> volumes, ContainerOptions.Volume volume) throws Failure {
    for (ContainerOptions.Volume earlier : volumes) {
      if (earlier.destination().equals(volume.destination())) {
        throw new Failure("--volume " + volume.destination() + ": duplicate mount destination");
      }
    }
    volumes.add(volume);
  }

  /* A name alone means the caller's own value; one that the caller has not is not set. */
  private static List<String> environment(List<String> flags, Map<String, String> own)
      throws Failure {
    List<String> assignments = new ArrayList<>();
    for (String flag : flags) {
      if (flag.isEmpty() || flag.startsWith("=")) {
        throw new Failure("--env " + flag + ": no name before the equals sign");
      }
      if (flag.indexOf('=') > 0) {
        assignments.add(flag);
      } else if (own.containsKey(flag)) {
        assignments.add(flag + "=" + own.get(flag));
      }
    }
    return assignments;
  }

  private static Optional<String> hostname(ParseResult parsed) throws Failure {
    Optional<String> hostname = Model.optional(parsed, "--hostname");
    if (hostname.isPresent() && (hostname.get().isEmpty() || hostname.get().length() > 64)) {
      throw new Failure(
          "--hostname "
              + hostname.get()
              + ": a hostname has 1 to 64 characters, not "
              + hostname.get().length());
    }
    return hostname;
  }

  private static Network network(String name) throws Failure {
    return switch (name) {
      case "none" -> Network.NONE;
      case "host" -> Network.HOST;
      default ->
          throw new Failure(
              "--network " + name + ": this version of nsbox knows the networks none and host");
    };
  }
}
