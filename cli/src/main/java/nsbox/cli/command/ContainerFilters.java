package nsbox.cli.command;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.cli.output.FilterException;
import nsbox.cli.output.FilterTime;
import nsbox.cli.output.Filters;
import nsbox.engine.AmbiguousContainerException;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerGlance;
import nsbox.engine.ContainerNetworks;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import nsbox.json.JsonObject;
import nsbox.network.Attachment;

/// Which containers `--filter` leaves: parsed once, asked for each.
///
/// As with docker, filters of different keys must all fit, and of one key any; of `label`,
/// `before`, `since` and `until` all.
public final class ContainerFilters {
  static final String[] KEYS = {
    "ancestor",
    "before",
    "exited",
    "expose",
    "health",
    "id",
    "is-task",
    "label",
    "label!",
    "name",
    "network",
    "publish",
    "since",
    "status",
    "until",
    "volume"
  };

  /* Docker's and podman's words; those that no container of ours is ever in fit none. */
  private static final Set<String> STATES =
      Set.of(
          "created",
          "restarting",
          "running",
          "removing",
          "paused",
          "exited",
          "dead",
          "stopped",
          "stopping",
          "configured",
          "initialized",
          "unknown");
  private static final Set<String> HEALTH = Set.of("starting", "healthy", "unhealthy", "none");

  @FunctionalInterface
  private interface Condition {
    boolean holds(ListedContainer container) throws IOException;
  }

  private final List<Condition> conditions = new ArrayList<>();
  private boolean ofAnyState;

  private ContainerFilters() {}

  /// @throws FilterException if a text is no filter of containers
  /// @throws Failure if a filter names a container that is not there
  public static ContainerFilters parse(List<String> texts, Session session)
      throws IOException, FilterException, Failure, AmbiguousContainerException {
    ContainerFilters filters = new ContainerFilters();
    if (!texts.isEmpty()) {
      filters.read(Filters.parse(texts, KEYS), session);
    }
    return filters;
  }

  /// Whether containers were asked for by how they ended or what they do, so that those that do not
  /// run are meant too.
  public boolean ofAnyState() {
    return ofAnyState;
  }

  public boolean match(ContainerFolder folder, ContainerRecord record, ContainerState state)
      throws IOException {
    return conditions.isEmpty()
        || match(new ListedContainer(folder, ContainerGlance.of(record), state));
  }

  boolean match(ListedContainer container) throws IOException {
    for (Condition condition : conditions) {
      if (!condition.holds(container)) {
        return false;
      }
    }
    return true;
  }

  private void read(Filters filters, Session session)
      throws IOException, FilterException, Failure, AmbiguousContainerException {
    ofAnyState = !filters.values("status").isEmpty() || !filters.values("exited").isEmpty();
    readNames(filters);
    readStates(filters);
    readTimes(filters, session);
    for (String label : filters.values("label")) {
      conditions.add(it -> Filters.hasLabel(it.record().labels(), label));
    }
    for (String label : filters.values("label!")) {
      conditions.add(it -> !Filters.hasLabel(it.record().labels(), label));
    }
    List<String> networks = filters.values("network");
    if (!networks.isEmpty()) {
      conditions.add(it -> isOnOne(it, networks));
    }
    readPorts(filters);
    List<String> volumes = filters.values("volume");
    if (!volumes.isEmpty()) {
      conditions.add(it -> hasMount(it, volumes));
    }
    List<Ancestor> ancestors = new ArrayList<>();
    for (String name : filters.values("ancestor")) {
      ancestors.add(Ancestor.find(session.images().store(), name));
    }
    if (!ancestors.isEmpty()) {
      conditions.add(it -> Ancestor.any(ancestors, it.record()));
    }
  }

  private void readPorts(Filters filters) throws FilterException {
    if (!filters.values("publish").isEmpty()) {
      PortFilter ports = new PortFilter("publish", filters.values("publish"));
      conditions.add(ports::isPublished);
    }
    if (!filters.values("expose").isEmpty()) {
      PortFilter ports = new PortFilter("expose", filters.values("expose"));
      conditions.add(ports::isExposed);
    }
  }

  /* By name; of a container that runs also by ID. */
  private static boolean isOnOne(ListedContainer container, List<String> wanted)
      throws IOException {
    List<Attachment> networks = container.record().networks();
    for (Attachment network : networks) {
      if (wanted.contains(network.network())) {
        return true;
      }
    }
    if (networks.isEmpty()) {
      return wanted.contains(new ContainerDetails(container.folder()).networkMode());
    }
    for (JsonObject joined : ContainerNetworks.state(container.folder())) {
      if (wanted.contains(joined.string("name"))
          || isBeginning(joined.string("networkId"), wanted)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isBeginning(String id, List<String> wanted) {
    for (String text : wanted) {
      if (!text.isEmpty() && id.startsWith(text)) {
        return true;
      }
    }
    return false;
  }

  private void readNames(Filters filters) throws FilterException {
    List<Pattern> names = patterns("name", filters.values("name"));
    if (!names.isEmpty()) {
      /* Docker's names begin with a slash, and people have written ^/name$. */
      conditions.add(
          it -> fits(names, it.glance().name()) || fits(names, "/" + it.glance().name()));
    }
    List<String> ids = filters.values("id");
    if (!ids.isEmpty()) {
      List<Pattern> patterns = patterns("id", ids);
      conditions.add(it -> fits(patterns, it.glance().id()));
    }
  }

  private void readStates(Filters filters) throws FilterException {
    List<String> states = new ArrayList<>();
    for (String word : filters.values("status")) {
      check("status", word, STATES);
      states.add(
          switch (word) {
            case "stopped" -> "exited";
            case "configured", "initialized" -> "created";
            default -> word;
          });
    }
    if (!states.isEmpty()) {
      conditions.add(it -> states.contains(it.state().word()));
    }
    List<Integer> codes = new ArrayList<>();
    for (String code : filters.values("exited")) {
      codes.add(number(code));
    }
    if (!codes.isEmpty()) {
      conditions.add(it ->
          it.state() instanceof ContainerState.Exited exited && codes.contains(exited.exitCode()));
    }
    List<String> healths = filters.values("health");
    for (String word : healths) {
      check("health", word, HEALTH);
    }
    if (!healths.isEmpty()) {
      conditions.add(it -> healths.contains(it.health().isEmpty() ? "none" : it.health()));
    }
    Optional<Boolean> task = filters.flag("is-task");
    if (task.isPresent() && task.get()) {
      conditions.add(_ -> false);
    }
  }

  private void readTimes(Filters filters, Session session)
      throws IOException, FilterException, Failure, AmbiguousContainerException {
    for (String name : filters.values("before")) {
      long time = Lookup.container(session, name).record().createdNanos();
      conditions.add(it -> it.createdNanos() < time);
    }
    for (String name : filters.values("since")) {
      long time = Lookup.container(session, name).record().createdNanos();
      conditions.add(it -> it.createdNanos() > time);
    }
    for (String text : filters.values("until")) {
      Instant time = FilterTime.parse("until", text, Instant.now());
      conditions.add(it -> Instant.ofEpochSecond(0, it.createdNanos()).isBefore(time));
    }
  }

  private static boolean hasMount(ListedContainer container, List<String> wanted)
      throws IOException {
    for (JsonObject mount : new ContainerDetails(container.folder()).mounts()) {
      if (wanted.contains(mount.string("Source"))
          || wanted.contains(mount.string("Destination"))
          || wanted.contains(mount.optionalString("Name").orElse(""))) {
        return true;
      }
    }
    return false;
  }

  private static List<Pattern> patterns(String key, List<String> texts) throws FilterException {
    List<Pattern> patterns = new ArrayList<>();
    for (String text : texts) {
      try {
        patterns.add(Pattern.compile(text));
      } catch (PatternSyntaxException e) {
        throw new FilterException(key + "=" + text, "no pattern: " + e.getDescription());
      }
    }
    return patterns;
  }

  private static boolean fits(List<Pattern> patterns, String text) {
    for (Pattern pattern : patterns) {
      if (pattern.matcher(text).find()) {
        return true;
      }
    }
    return false;
  }

  private static void check(String key, String word, Set<String> known) throws FilterException {
    if (!known.contains(word)) {
      List<String> words = new ArrayList<>(known);
      words.sort(null);
      throw new FilterException(key + "=" + word, "there are " + String.join(", ", words));
    }
  }

  private static int number(String code) throws FilterException {
    try {
      return Integer.parseInt(code);
    } catch (NumberFormatException e) {
      throw new FilterException("exited=" + code, "expected an exit code");
    }
  }
}
