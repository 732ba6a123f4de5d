package nsbox.cli.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import nsbox.cli.output.Human;
import nsbox.cli.output.TemplateMethod;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import nsbox.json.JsonObject;
import nsbox.network.Attachment;

/// The rows of `nsbox ps` for `--format`: docker's members, and some that podman's users know.
///
/// What stands in other files than a container's first is read for those rows only that show it.
final class ContainerRows {
  private static final int COMMAND_LENGTH = 20;
  private static final int MOUNT_LENGTH = 15;
  private static final DateTimeFormatter DOCKER =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss '+0000 UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final ContainerSizes sizes;
  private final boolean full;
  private final boolean sized;
  private final boolean whole;
  private final long now;

  /// @param full whether nothing is cut off
  /// @param sized whether sizes were asked for
  /// @param whole whether all members are shown, as in JSON, where only asked for ones are worked
  ///   out otherwise
  ContainerRows(ContainerSizes sizes, boolean full, boolean sized, boolean whole, long now) {
    this.sizes = sizes;
    this.full = full;
    this.sized = sized;
    this.whole = whole;
    this.now = now;
  }

  /// The heading of each member.
  static Map<String, Object> headings() {
    Map<String, Object> headings = new LinkedHashMap<>();
    headings.put("Command", "COMMAND");
    headings.put("CreatedAt", "CREATED AT");
    headings.put("ID", "CONTAINER ID");
    headings.put("Image", "IMAGE");
    headings.put("Label", (TemplateMethod) ContainerRows::labelHeading);
    headings.put("Labels", "LABELS");
    headings.put("LocalVolumes", "LOCAL VOLUMES");
    headings.put("Mounts", "MOUNTS");
    headings.put("Names", "NAMES");
    headings.put("Networks", "NETWORKS");
    headings.put("Ports", "PORTS");
    headings.put("RunningFor", "CREATED");
    headings.put("Size", "SIZE");
    headings.put("State", "STATE");
    headings.put("Status", "STATUS");
    headings.put("AutoRemove", "AUTOREMOVE");
    headings.put("CreatedHuman", "CREATED");
    headings.put("ExitCode", "EXIT CODE");
    headings.put("Id", "CONTAINER ID");
    headings.put("ImageID", "IMAGE ID");
    headings.put("Pid", "PID");
    return headings;
  }

  JsonObject row(ListedContainer container) throws IOException {
    ContainerRecord record = container.record();
    ContainerDetails details = new ContainerDetails(container.folder());
    ContainerState state = container.state();
    String ago = Human.duration(now - container.createdSeconds()) + " ago";
    int exitCode = state instanceof ContainerState.Exited exited ? exited.exitCode() : 0;
    int pid = state instanceof ContainerState.Running running ? running.process().pid() : 0;
    return new JsonObject()
        .put("Command", command(record.command(), full))
        .put("CreatedAt", DOCKER.format(Instant.ofEpochSecond(container.createdSeconds())))
        .put("ID", full ? record.id() : record.shortId())
        .put("Image", record.image())
        .put("Label", (TemplateMethod) arguments -> label(record, arguments))
        .put("Labels", labels(record))
        .put("LocalVolumes", member(() -> localVolumes(details)))
        .put("Mounts", member(() -> mounts(details)))
        .put("Names", record.name())
        .put("Networks", member(() -> networks(record, details)))
        .put("Ports", container.ports())
        .put("RunningFor", ago)
        .put("Size", whole && !sized ? "0B" : member(() -> size(container)))
        .put("State", state.word())
        .put("Status", ContainerStatus.text(container, now))
        .put("AutoRemove", TemplateMethod.of(record.autoRemove()))
        .put("CreatedHuman", TemplateMethod.of(ago))
        .put("ExitCode", TemplateMethod.of((long) exitCode))
        .put("Id", TemplateMethod.of(full ? record.id() : record.shortId()))
        .put("ImageID", TemplateMethod.of(record.imageId()))
        .put("Pid", TemplateMethod.of((long) pid));
  }

  @FunctionalInterface
  private interface Source {
    String text() throws IOException;
  }

  private Object member(Source source) throws IOException {
    if (whole) {
      return source.text();
    }
    return (TemplateMethod)
        arguments -> {
          try {
            return arguments.isEmpty() ? source.text() : null;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
  }

  /// As it is typed, in quotes.
  static String command(List<String> words, boolean full) {
    String text = String.join(" ", words).replace('\n', ' ');
    if (!full && text.length() > COMMAND_LENGTH) {
      text = text.substring(0, COMMAND_LENGTH - 1) + "…";
    }
    return '"' + text + '"';
  }

  String size(ListedContainer container) throws IOException {
    return Human.size(sizes.ownBytes(container.folder()))
        + " (virtual "
        + Human.size(sizes.wholeBytes(container.folder(), container.record()))
        + ")";
  }

  /* As docker: the last part of the name, and blanks for what parts words. */
  private static Object labelHeading(List<Object> arguments) {
    if (arguments.size() != 1 || !(arguments.getFirst() instanceof String name)) {
      return null;
    }
    return name.substring(name.lastIndexOf('.') + 1).replace('-', ' ').replace('_', ' ');
  }

  private static Object label(ContainerRecord record, List<Object> arguments) {
    try {
      return arguments.size() == 1 && arguments.getFirst() instanceof String name
          ? record.labels().getOrDefault(name, "")
          : null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String labels(ContainerRecord record) throws IOException {
    List<String> labels = new ArrayList<>();
    for (Map.Entry<String, String> label : new TreeMap<>(record.labels()).entrySet()) {
      labels.add(label.getKey() + "=" + label.getValue());
    }
    return String.join(",", labels);
  }

  private static String networks(ContainerRecord record, ContainerDetails details)
      throws IOException {
    List<String> networks = new ArrayList<>();
    for (Attachment network : record.networks()) {
      networks.add(network.network());
    }
    return networks.isEmpty() ? details.networkMode() : String.join(",", networks);
  }

  private static String localVolumes(ContainerDetails details) throws IOException {
    int volumes = 0;
    for (JsonObject mount : details.mounts()) {
      volumes += mount.has("Name") ? 1 : 0;
    }
    return Integer.toString(volumes);
  }

  private String mounts(ContainerDetails details) throws IOException {
    List<String> mounts = new ArrayList<>();
    for (JsonObject mount : details.mounts()) {
      String name = mount.optionalString("Name").orElse(mount.string("Source"));
      boolean cut = !full && name.length() > MOUNT_LENGTH;
      mounts.add(cut ? name.substring(0, MOUNT_LENGTH - 1) + "…" : name);
    }
    return String.join(",", mounts);
  }
}
