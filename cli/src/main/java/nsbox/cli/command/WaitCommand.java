package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.GoDuration;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox wait`: returns when containers do not run any more, and prints their exit codes.
public final class WaitCommand implements Command {
  private static final Set<String> ENDS = Set.of("stopped", "exited");
  private static final Set<String> OTHERS =
      Set.of("created", "configured", "running", "paused", "restarting");
  private static final String DEFAULT_INTERVAL = "250ms";

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "wait",
            "[OPTIONS] CONTAINER...",
            "Wait until containers have ended, and print their exit codes; of one that never ran, 0.");
    spec.addOption(
        texts("STATE", "Wait for this instead, and print -1: running, paused ...", "--condition"));
    spec.addOption(text("TIME", "How often to look for it (250ms)", "-i", "--interval"));
    spec.addOption(flag("Those that are not there are no failure: -1", "--ignore"));
    spec.addOption(flag("The container that was created last", "-l", "--latest"));
    spec.addPositional(Model.optionalParameters("CONTAINER", "Names or IDs"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> conditions = values(parsed, "--condition");
    boolean ends = true;
    for (String condition : conditions) {
      if (!ENDS.contains(condition) && !OTHERS.contains(condition)) {
        throw new Failure("--condition " + condition + ": there is no such state of containers");
      }
      ends &= ENDS.contains(condition);
    }
    long interval =
        GoDuration.parse("--interval", parsed.matchedOptionValue("--interval", DEFAULT_INTERVAL))
            .toMillis();
    session.prepare();
    List<ContainerFolder> folders = new ArrayList<>();
    int code = find(parsed, session, folders);
    if (ends) {
      new Ends(session).print(folders);
    } else {
      for (ContainerFolder folder : folders) {
        session.front().out(folder == null ? "-1\n" : await(folder, conditions, interval) + "\n");
      }
    }
    return code;
  }

  /* Null stands for one that is not there. */
  private static int find(ParseResult parsed, Session session, List<ContainerFolder> folders)
      throws Exception {
    if (isSet(parsed, "--latest")) {
      folders.add(ContainerChoice.one(parsed, session, List.of()).folder());
      return 0;
    }
    if (positionals(parsed).isEmpty()) {
      throw new Failure("requires at least 1 arg(s): no container is named");
    }
    int code = 0;
    for (String name : positionals(parsed)) {
      Lookup.Found found = Lookup.find(session, name);
      if (found.folder() != null || isSet(parsed, "--ignore")) {
        folders.add(found.folder());
      } else {
        Failure missing = Lookup.missing(name, null);
        session.front().err("nsbox: " + missing.getMessage() + "\n");
        code = missing.exitCode();
      }
    }
    return code;
  }

  private static int await(ContainerFolder folder, List<String> conditions, long interval)
      throws Exception {
    while (true) {
      if (!java.nio.file.Files.exists(folder.recordFile())) {
        return -1;
      }
      String state = folder.state().word();
      boolean ended = state.equals("exited") && conditions.contains("stopped");
      boolean made = state.equals("created") && conditions.contains("configured");
      if (ended || made || conditions.contains(state)) {
        return -1;
      }
      Thread.sleep(Math.max(1, interval));
    }
  }
}
