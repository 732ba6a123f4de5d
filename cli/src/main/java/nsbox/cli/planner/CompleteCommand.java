package nsbox.cli.planner;

import static nsbox.cli.Model.positionals;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.network.NetworkLookup;
import nsbox.engine.ContainerFolder;
import nsbox.engine.DamagedContainerException;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import nsbox.network.Network;
import nsbox.network.Networks;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox __complete -- WORD...`: what the last word may become, for the scripts of `completion`.
///
/// As cobra's programs answer: a candidate a line, and at last `:4`, or `:0` where names of files
/// fit too.
final class CompleteCommand implements Command {
  private static final List<String> GLOBALS =
      List.of("--root", "--run-root", "--storage-driver", "--debug", "--version", "--help");
  private static final String NO_FILES = ":4";
  private static final String FILES = ":0";

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command("__complete", "-- WORD...", "Print what the last word may become.");
    spec.addPositional(Model.optionalParameters("WORD", "What was typed behind nsbox"));
    return spec;
  }

  @Override
  public boolean stopsAtPositional() {
    return true;
  }

  @Override
  public boolean needsRoot() {
    return false;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = new ArrayList<>(positionals(parsed));
    String last = words.isEmpty() ? "" : words.removeLast();
    List<String> candidates = new ArrayList<>();
    String directive = complete(session, words, last, candidates);
    candidates.sort(null);
    StringBuilder text = new StringBuilder();
    for (String candidate : candidates) {
      if (candidate.startsWith(last) && candidate.indexOf('\n') < 0) {
        text.append(candidate).append('\n');
      }
    }
    session.front().out(text.append(directive).append('\n').toString());
    return 0;
  }

  private static String complete(
      Session session, List<String> words, String last, List<String> candidates) throws Exception {
    int at = 0;
    while (at < words.size() && words.get(at).startsWith("-")) {
      boolean value = GLOBALS.indexOf(words.get(at)) >= 0 && GLOBALS.indexOf(words.get(at)) < 3;
      at += value ? 2 : 1;
    }
    if (at > words.size()) {
      return FILES;
    } else if (at == words.size()) {
      candidates.addAll(last.startsWith("-") ? GLOBALS : CommandNames.all());
      return NO_FILES;
    }
    String name = words.get(at++);
    Command command;
    if (Catalog.isGroup(name)) {
      if (at == words.size()) {
        candidates.addAll(CommandNames.of(name));
        return NO_FILES;
      }
      command = Catalog.command(name, words.get(at++));
    } else {
      command = Catalog.command(name);
    }
    return command == null
        ? NO_FILES
        : arguments(session, command, words.subList(at, words.size()), last, candidates);
  }

  private static String arguments(
      Session session, Command command, List<String> words, String last, List<String> candidates)
      throws Exception {
    CommandSpec spec = command.spec();
    int parameters = 0;
    OptionSpec pending = null;
    for (String word : words) {
      if (pending != null) {
        pending = null;
      } else if (word.startsWith("-") && word.length() > 1) {
        OptionSpec option = spec.findOption(word);
        pending = option != null && option.arity().min() > 0 ? option : null;
      } else {
        parameters++;
      }
    }
    if (pending != null) {
      return values(session, pending, candidates);
    }
    boolean others = parameters > 0 && command.stopsAtPositional();
    if (last.startsWith("-") && !others) {
      for (OptionSpec option : spec.options()) {
        candidates.add(option.longestName());
      }
      return NO_FILES;
    }
    List<PositionalParamSpec> takes = spec.positionalParameters();
    return takes.isEmpty() || others ? FILES : values(session, takes.getFirst(), candidates);
  }

  private static String values(Session session, ArgSpec argument, List<String> candidates)
      throws Exception {
    String label = argument.paramLabel();
    if (label.contains("CONTAINER") || label.equals("NAME")) {
      addContainers(session, candidates);
    }
    if (label.contains("IMAGE") || label.contains("REPOSITORY") || label.equals("NAME")) {
      addImages(session, candidates);
    }
    if (label.equals("NETWORK")) {
      addNetworks(session, candidates);
    }
    if (label.equals("FORMAT")) {
      candidates.add("json");
    }
    return candidates.isEmpty() ? FILES : NO_FILES;
  }

  /* What cannot be read is not offered; a shell shows no complaints. */
  private static void addContainers(Session session, List<String> candidates) {
    try {
      for (ContainerFolder folder : session.containers().list()) {
        try {
          candidates.add(folder.record().name());
        } catch (NoSuchFileException e) {
          continue; // just removed
        } catch (DamagedContainerException e) {
          candidates.add(folder.id());
        }
      }
    } catch (IOException e) {
      candidates.clear();
    }
  }

  private static void addNetworks(Session session, List<String> candidates) {
    try {
      for (Network network : NetworkLookup.networks(session).list()) {
        candidates.add(network.name());
      }
    } catch (IOException e) {
      candidates.clear();
      return;
    }
    for (String name : List.of(Network.DEFAULT_NAME, Networks.HOST, Networks.NONE)) {
      if (!candidates.contains(name)) {
        candidates.add(name);
      }
    }
  }

  private static void addImages(Session session, List<String> candidates) {
    try {
      for (StoredImage image : session.images().store().list().images()) {
        for (Reference name : image.references()) {
          candidates.add(name.familiar());
        }
      }
    } catch (IOException | Failure e) {
      candidates.clear();
    }
  }
}
