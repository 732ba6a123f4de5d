package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.ListFormat;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerState;
import nsbox.engine.DamagedContainerException;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox stats`: what containers use, again and again, or once.
public final class StatsCommand implements Command {
  private static final String COLUMNS =
      "{{.ID}}\\t{{.Name}}\\t{{.CPUPerc}}\\t{{.MemUsage}}\\t{{.MemPerc}}\\t{{.NetIO}}\\t{{.BlockIO}}"
          + "\\t{{.PIDs}}";
  private static final String CLEAR = "\u001b[2J\u001b[H";
  private static final int MILLISECONDS = 1000;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "stats",
            "[OPTIONS] [CONTAINER...]",
            "Show what containers use of the machine; of all that run if none is named.");
    spec.addOption(flag("Also those that do not run", "-a", "--all"));
    spec.addOption(flag("Once, and end", "--no-stream"));
    spec.addOption(flag("Do not clear the screen in between", "--no-reset"));
    spec.addOption(flag("Cut no IDs off", "--no-trunc"));
    spec.addOption(text("TEMPLATE", "json, table TEMPLATE, or TEMPLATE", "--format"));
    spec.addOption(text("SECONDS", "Time between two looks (1)", "-i", "--interval"));
    spec.addOption(flag("The container that was created last", "-l", "--latest"));
    spec.addPositional(Model.optionalParameters("CONTAINER", "Names or IDs"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    ListFormat format = ListFormat.parse(optional(parsed, "--format"), COLUMNS);
    int interval = interval(parsed);
    boolean once = isSet(parsed, "--no-stream");
    boolean clears =
        !once && !isSet(parsed, "--no-reset") && session.invocation().outputIsTerminal();
    session.prepare();
    List<ContainerFolder> named = named(parsed, session);
    Map<String, ContainerUse> before = look(parsed, session, named);
    do {
      Thread.sleep((long) interval * MILLISECONDS);
      Map<String, ContainerUse> now = look(parsed, session, named);
      List<JsonObject> rows = new ArrayList<>();
      for (Map.Entry<String, ContainerUse> entry : now.entrySet()) {
        ContainerUse use = entry.getValue();
        rows.add(use.row(before.getOrDefault(entry.getKey(), use), isSet(parsed, "--no-trunc")));
      }
      session.front().out((clears ? CLEAR : "") + format.print(rows, headings(), true));
      before = now;
    } while (!once);
    return 0;
  }

  private static int interval(ParseResult parsed) throws Failure {
    String text = parsed.matchedOptionValue("--interval", "1");
    try {
      int seconds = Integer.parseInt(text);
      if (seconds > 0) {
        return seconds;
      }
    } catch (NumberFormatException e) {
      throw new Failure("--interval " + text + ": expected a number of seconds", e);
    }
    throw new Failure("--interval " + text + ": expected at least one second");
  }

  private static Map<String, String> headings() {
    Map<String, String> headings = new LinkedHashMap<>();
    headings.put("ID", "CONTAINER ID");
    headings.put("Container", "CONTAINER");
    headings.put("Name", "NAME");
    headings.put("CPUPerc", "CPU %");
    headings.put("MemUsage", "MEM USAGE / LIMIT");
    headings.put("MemPerc", "MEM %");
    headings.put("NetIO", "NET I/O");
    headings.put("BlockIO", "BLOCK I/O");
    headings.put("PIDs", "PIDS");
    return headings;
  }

  private static List<ContainerFolder> named(ParseResult parsed, Session session) throws Exception {
    List<ContainerFolder> named = new ArrayList<>();
    if (isSet(parsed, "--latest")) {
      named.add(ContainerChoice.one(parsed, session, List.of()).folder());
    }
    for (String name : positionals(parsed)) {
      named.add(Lookup.container(session, name));
    }
    return named;
  }

  private static Map<String, ContainerUse> look(
      ParseResult parsed, Session session, List<ContainerFolder> named) throws IOException {
    boolean all = !named.isEmpty() || isSet(parsed, "--all");
    Map<String, ContainerUse> uses = new LinkedHashMap<>();
    for (ContainerFolder folder : named.isEmpty() ? session.containers().list() : named) {
      try {
        ContainerState state = folder.state();
        if (all || state instanceof ContainerState.Running) {
          uses.put(folder.id(), ContainerUse.of(folder, state));
        }
      } catch (NoSuchFileException e) {
        continue; // just removed
      } catch (DamagedContainerException e) {
        ContainerChoice.warn(session, e);
      }
    }
    return uses;
  }
}
