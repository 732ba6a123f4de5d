package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.image.ImageInspection;
import nsbox.cli.network.NetworkInspectCommand;
import nsbox.cli.output.InspectFormat;
import nsbox.cli.output.Visible;
import nsbox.cli.volume.VolumeInspectCommand;
import nsbox.engine.AmbiguousContainerException;
import nsbox.engine.ContainerFolder;
import nsbox.engine.Images;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox inspect` and `nsbox container inspect`: all that is known, as JSON or as a template says.
///
/// A name is first looked for among containers, then among images, volumes and networks. What is
/// found is printed also where something is missing.
public final class InspectCommand implements Command {
  private enum Type {
    ALL,
    CONTAINER,
    IMAGE,
    VOLUME,
    NETWORK
  }

  private final boolean containersOnly;

  private InspectCommand(boolean containersOnly) {
    this.containersOnly = containersOnly;
  }

  /// Of everything that has a name.
  public static InspectCommand ofAll() {
    return new InspectCommand(false);
  }

  public static InspectCommand ofContainers() {
    return new InspectCommand(true);
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        containersOnly
            ? Model.command(
                "container inspect",
                "[OPTIONS] CONTAINER...",
                "Show all that is known of containers, as a list of JSON objects.")
            : Model.command(
                "inspect",
                "[OPTIONS] NAME...",
                "Show all that is known of containers, images, networks and volumes, as a list of JSON"
                    + " objects.");
    spec.addOption(text("FORMAT", "json or a Go template for each object", "-f", "--format"));
    spec.addOption(flag("The container that was created last", "-l", "--latest"));
    spec.addOption(flag("Add up a container's files: SizeRw and SizeRootFs", "-s", "--size"));
    if (!containersOnly) {
      spec.addOption(
          text("TYPE", "Only of this type: all, container, image, network, volume", "--type"));
    }
    spec.addPositional(
        Model.optionalParameters(containersOnly ? "CONTAINER" : "NAME", "Names or IDs"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Type type = containersOnly ? Type.CONTAINER : type(optional(parsed, "--type").orElse("all"));
    boolean latest = isSet(parsed, "--latest");
    List<String> names = positionals(parsed);
    if (latest && !names.isEmpty()) {
      throw new Failure("--latest names the container; no other name can stand beside it");
    } else if (!latest && names.isEmpty()) {
      throw new Failure("no names or ids specified");
    }
    InspectFormat format = InspectFormat.parse(optional(parsed, "--format"));
    session.prepare();
    Images images = session.images();
    ImageInspection inspection = new ImageInspection(images);
    if (latest) {
      names = List.of(latest(session));
    }
    List<JsonObject> found = new ArrayList<>();
    List<String> complaints = new ArrayList<>();
    for (String name : names) {
      Optional<JsonObject> object = Optional.empty();
      try {
        if (type == Type.ALL || type == Type.CONTAINER) {
          object = container(session, images, name, isSet(parsed, "--size"));
        }
        if (object.isEmpty() && (type == Type.ALL || type == Type.IMAGE)) {
          object = inspection.find(name);
        }
        if (object.isEmpty() && (type == Type.ALL || type == Type.VOLUME)) {
          object = VolumeInspectCommand.document(session, name);
        }
        if (object.isEmpty() && (type == Type.ALL || type == Type.NETWORK)) {
          object = NetworkInspectCommand.document(session, name);
        }
        if (object.isEmpty()) {
          complaints.add(missing(type, name));
        }
      } catch (AmbiguousContainerException e) {
        complaints.add(e.getMessage());
      }
      object.ifPresent(found::add);
    }
    String text = format.print(found);
    session.front().out(session.invocation().outputIsTerminal() ? Visible.lines(text) : text);
    for (String complaint : complaints) {
      session.front().err("nsbox: " + complaint + "\n");
    }
    return complaints.isEmpty() ? 0 : Failure.NSBOX;
  }

  private static Type type(String word) throws Failure {
    return switch (word) {
      case "all" -> Type.ALL;
      case "container" -> Type.CONTAINER;
      case "image" -> Type.IMAGE;
      case "network" -> Type.NETWORK;
      case "volume" -> Type.VOLUME;
      default ->
          throw new Failure(
              "--type "
                  + word
                  + ": there are all, container, image, network and volume to be inspected");
    };
  }

  private static String missing(Type type, String name) {
    return switch (type) {
      case ALL -> "no such object: \"" + name + "\"";
      case CONTAINER -> "no container with name or ID \"" + name + "\" found: no such container";
      case IMAGE -> "no such image: " + name;
      case NETWORK -> "no such network: " + name;
      case VOLUME -> "no such volume: " + name;
    };
  }

  private static Optional<JsonObject> container(
      Session session, Images images, String name, boolean sized)
      throws IOException, AmbiguousContainerException {
    /* Docker's names begin with a slash. */
    String plain = name.startsWith("/") ? name.substring(1) : name;
    Optional<ContainerFolder> folder = session.containers().find(plain);
    return folder.isEmpty()
        ? Optional.empty()
        : Optional.of(new ContainerDocument(folder.get(), images.snapshots()).document(sized));
  }

  private static String latest(Session session) throws IOException, Failure {
    try {
      return ContainerChoice.latest(session).id();
    } catch (Failure e) {
      throw new Failure("no containers to inspect: no such container", e);
    }
  }
}
