package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.List;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// Which container a command is about, where it need not be named: `--latest`, `--cidfile`.
final class ContainerChoice {
  private ContainerChoice() {}

  /// @param name as the user typed it, or the name that it has
  /// @param rest what stands behind it
  record One(ContainerFolder folder, String name, List<String> rest) {}

  static void addOneTo(CommandSpec spec) {
    spec.addOption(flag("The container that was created last", "-l", "--latest"));
    spec.addOption(text("FILE", "The container whose ID is in this file", "--cidfile"));
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

  private static ContainerFolder latest(Session session) throws IOException, Failure {
    ContainerFolder latest = null;
    long created = 0;
    for (ContainerFolder folder : session.containers().list()) {
      long nanos;
      try {
        nanos = folder.record().createdNanos();
      } catch (NoSuchFileException e) {
        continue; // just removed
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
