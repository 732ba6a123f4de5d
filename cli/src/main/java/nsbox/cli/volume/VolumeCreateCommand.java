package nsbox.cli.volume;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.util.List;
import java.util.Map;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.named.Labels;
import nsbox.engine.Containers;
import nsbox.engine.Volumes;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox volume create`: a folder for files that outlive containers.
public final class VolumeCreateCommand implements Command {
  private static final List<String> OPTIONS = List.of("type", "device", "o");

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "volume create", "[OPTIONS] [VOLUME]", "Create a volume, and print its name.");
    spec.addOption(text("DRIVER", "local, which is the only one", "-d", "--driver"));
    spec.addOption(texts("NAME[=VALUE]", "Set a label", "-l", "--label"));
    spec.addOption(
        texts(
            "KEY=VALUE",
            "What is mounted instead of a folder: type, device and o, as mount(8) takes them",
            "-o",
            "--opt"));
    spec.addOption(flag("Be content if the volume is there", "--ignore"));
    spec.addPositional(
        Model.optionalParameters("VOLUME", "Name; a random one where it is missing"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    String driver = optional(parsed, "--driver").orElse("local");
    if (!driver.equals("local")) {
      throw new Failure(
          "error looking up volume plugin "
              + driver
              + ": plugin \""
              + driver
              + "\" not found\n  There is one driver of volumes: local");
    }
    List<String> words = Model.positionals(parsed);
    if (words.size() > 1) {
      throw new Failure("volume create takes one name, not " + words.size());
    }
    Map<String, String> labels = Labels.parse(values(parsed, "--label"));
    Map<String, String> options = options(values(parsed, "--opt"));
    boolean anonymous = words.isEmpty();
    String name = anonymous ? Containers.newId() : words.getFirst();
    checkName(name);
    session.prepare();
    Volumes volumes = VolumeLookup.volumes(session);
    if (volumes.find(name).isPresent() && !isSet(parsed, "--ignore")) {
      /* docker is content with one that is just as it was asked for. */
      if (!volumes.find(name).get().options().equals(options)) {
        throw new Failure(
            "volume with name "
                + name
                + " already exists, with other options: volume already exists");
      }
    }
    volumes.create(name, anonymous, labels, options);
    session.front().out(name + "\n");
    return 0;
  }

  /// @throws Failure if a volume cannot have the name
  static void checkName(String name) throws Failure {
    if (!Volumes.isName(name)) {
      throw new Failure(
          "volume name "
              + name
              + ": it has 2 to 255 letters, digits, '_', '.' or '-' and begins with a letter or digit"
              + "\n  For a folder of the host, use an absolute path.");
    }
  }

  private static Map<String, String> options(List<String> words) throws Failure {
    Map<String, String> options = Labels.parse(words);
    for (String name : options.keySet()) {
      if (!OPTIONS.contains(name)) {
        throw new Failure("--opt " + name + ": the driver local knows type, device and o");
      }
    }
    if (!options.isEmpty() && !options.containsKey("type")) {
      options.put("type", "none");
    }
    if (!options.isEmpty()
        && !options.containsKey("device")
        && !options.get("type").equals("tmpfs")) {
      throw new Failure("--opt type=" + options.get("type") + ": missing device");
    }
    return options;
  }
}
