package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import nsbox.engine.DamagedContainerException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// Which containers a command is about, where they need not be named: `--all`, `--latest`,
/// `--cidfile`, `--filter`.
final class ContainerChoice {
  private ContainerChoice() {}

  /// @param name as the user typed it, or the name that it has
  /// @param rest what stands behind it
  record One(ContainerFolder folder, String name, List<String> rest) {}

  /// @param names as the user typed them, or IDs
  /// @param ignoresMissing those that are not there are no failure
  record Many(List<String> names, boolean ignoresMissing) {}

  /// Which containers `--all` means, and `--filter` chooses from.
  @FunctionalInterface
  interface Wanted {
    /// Also those that cannot be read.
    Wanted ALL =
        new Wanted() {
          @Override
          public boolean test(ContainerState state) {
            return true;
          }

          @Override
          public boolean takesDamaged() {
            return true;
          }
        };

    boolean test(ContainerState state);

    default boolean takesDamaged() {
      return false;
    }
  }

  static void addOneTo(CommandSpec spec) {
    spec.addOption(flag("The container that was created last", "-l", "--latest"));
    spec.addOption(text("FILE", "The container whose ID is in this file", "--cidfile"));
  }

  /// @param all names of the option, such as `--all`
  static void addManyTo(CommandSpec spec, String description, String... all) {
    spec.addOption(flag(description, all));
    spec.addOption(flag("The container that was created last", "-l", "--latest"));
    spec.addOption(texts("FILE", "A container whose ID is in this file", "--cidfile"));
    boolean free = spec.findOption("-f") == null;
    String[] filter = free ? new String[] {"-f", "--filter"} : new String[] {"--filter"};
    spec.addOption(texts("KEY=VALUE", "Those for which this holds", filter));
    spec.addPositional(Model.optionalParameters("CONTAINER", "Names or IDs"));
  }

  /// @throws Failure if no container is named or chosen, or there is none such
  static One one(ParseResult parsed, Session session, List<String> words) throws Exception {
    if (isSet(parsed, "--latest")) {
      ContainerFolder latest = latest(session);
      return new One(latest, latest.record().name(), words);
    }
    if (Model.optional(parsed, "--cidfile").isPresent()) {
      String id = fromFile(session, Model.optional(parsed, "--cidfile").get());
      return new One(Lookup.container(session, id), id, words);
    }
    if (words.isEmpty()) {
      throw new Failure("requires at least 1 arg(s): the container is not named");
    }
    return new One(
        Lookup.container(session, words.getFirst()),
        words.getFirst(),
        words.subList(1, words.size()));
  }

  /// @param wanted those that `--all` means
  /// @throws Failure if no container is named or chosen, or some are in two ways
  static Many many(ParseResult parsed, Session session, Wanted wanted) throws Exception {
    List<String> names = new ArrayList<>(positionals(parsed));
    List<String> files = values(parsed, "--cidfile");
    List<String> filters = values(parsed, "--filter");
    boolean all = isSet(parsed, "--all");
    boolean latest = isSet(parsed, "--latest");
    boolean ignore = parsed.matchedOptionValue("--ignore", false);
    int ways =
        (names.isEmpty() && files.isEmpty() ? 0 : 1)
            + (all ? 1 : 0)
            + (latest ? 1 : 0)
            + (filters.isEmpty() ? 0 : 1);
    if (ways > 1) {
      throw new Failure(
          "--all, --latest, --filter and names of containers cannot be used together");
    }
    if (ways == 0) {
      throw new Failure("requires at least 1 arg(s): no container is named");
    }
    if (latest) {
      return new Many(List.of(latest(session).id()), false);
    }
    if (all || !filters.isEmpty()) {
      ContainerFilters parsedFilters = ContainerFilters.parse(filters, session);
      return new Many(
          all(session, wanted, parsedFilters, wanted.takesDamaged() && filters.isEmpty()), true);
    }
    for (String file : files) {
      names.add(fromFile(session, file));
    }
    return new Many(names, ignore);
  }

  /// @param damaged whether those that cannot be read are meant as well
  private static List<String> all(
      Session session, Wanted wanted, ContainerFilters filters, boolean damaged)
      throws IOException {
    List<String> ids = new ArrayList<>();
    for (ContainerFolder folder : session.containers().folders()) {
      try {
        ContainerRecord record = folder.record();
        ContainerState state = folder.state();
        if (wanted.test(state) && filters.match(folder, record, state)) {
          ids.add(folder.id());
        }
      } catch (NoSuchFileException e) {
        continue; // just removed
      } catch (DamagedContainerException e) {
        if (damaged) {
          ids.add(folder.id());
        } else {
          warn(session, e);
        }
      }
    }
    return ids;
  }

  static void warn(Session session, DamagedContainerException e) throws IOException {
    session.front().err("nsbox: warning: " + e.getMessage() + "\n");
  }

  static ContainerFolder latest(Session session) throws IOException, Failure {
    ContainerFolder latest = null;
    long created = 0;
    for (ContainerFolder folder : session.containers().list()) {
      long nanos;
      try {
        nanos = folder.record().createdNanos();
      } catch (NoSuchFileException e) {
        continue; // just removed
      } catch (DamagedContainerException e) {
        warn(session, e);
        continue;
      }
      if (latest == null || nanos > created) {
        latest = folder;
        created = nanos;
      }
    }
    if (latest == null) {
      throw new Failure("--latest: there is no container");
    }
    return latest;
  }

  private static String fromFile(Session session, String file) throws IOException, Failure {
    try {
      return Files.readString(session.path(file)).strip();
    } catch (NoSuchFileException e) {
      throw new Failure("--cidfile " + file + ": no such file", e);
    }
  }
}
