package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox system boot`: starts what a restart policy wants to run again after a reboot.
public final class SystemBootCommand implements Command {
  private record Candidate(ContainerRecord record, long createdNanos) {}

  @Override
  public CommandSpec spec() {
    return Model.command(
        "system boot",
        "",
        "Start the containers that are to run again after a reboot, and print their names.",
        "These are all with the restart policy always; those with unless-stopped that no user has"
            + " stopped; those with on-failure that no user has stopped, that did not end with code 0"
            + " and may be started once more. Whose namespaces others share is started first. What"
            + " runs is left alone. share/systemd, share/openrc and share/cron of the distribution"
            + " have samples that call it.");
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    List<String> names = new ArrayList<>();
    for (ContainerRecord record : inOrder(candidates(session))) {
      names.add(record.name());
    }
    return EachContainer.run(
        session, names, folder -> StartCommand.start(session, folder, Staying.NOT));
  }

  private static List<Candidate> candidates(Session session) throws IOException {
    List<Candidate> candidates = new ArrayList<>();
    for (ContainerFolder folder : session.containers().list()) {
      try {
        ContainerRecord record = folder.record();
        if (isToRun(folder, record)) {
          candidates.add(new Candidate(record, record.createdNanos()));
        }
      } catch (NoSuchFileException e) {
        continue; // just removed
      }
    }
    candidates.sort(Comparator.comparingLong(Candidate::createdNanos));
    return candidates;
  }

  /* As dockerd when it starts, also for on-failure; only that one of these which a user has stopped, and
   * which that left with a code that is not 0, stays as the user left it. */
  private static boolean isToRun(ContainerFolder folder, ContainerRecord record)
      throws IOException {
    ContainerState state = folder.state();
    if (state instanceof ContainerState.Running || state instanceof ContainerState.Restarting) {
      return false;
    }
    return switch (record.restartPolicy()) {
      case "always" -> true;
      case "unless-stopped" -> !Files.exists(folder.stoppedFile());
      case "on-failure" ->
          !Files.exists(folder.stoppedFile())
              && state instanceof ContainerState.Exited exited
              && exited.exitCode() != 0
              && (record.restartMost() == 0 || folder.restarts() < record.restartMost());
      default -> false;
    };
  }

  /* By their age; the clock may have been set back, so it does not say who joins whom. */
  private static Set<ContainerRecord> inOrder(List<Candidate> candidates) throws IOException {
    Map<String, ContainerRecord> byId = new LinkedHashMap<>();
    for (Candidate candidate : candidates) {
      byId.put(candidate.record().id(), candidate.record());
    }
    Set<ContainerRecord> order = new LinkedHashSet<>();
    for (ContainerRecord record : byId.values()) {
      add(record, byId, order);
    }
    return order;
  }

  /* None joins one that came later, so this ends. */
  private static void add(
      ContainerRecord record, Map<String, ContainerRecord> byId, Set<ContainerRecord> order)
      throws IOException {
    for (String joined : record.joins().values()) {
      if (byId.containsKey(joined) && !order.contains(byId.get(joined))) {
        add(byId.get(joined), byId, order);
      }
    }
    order.add(record);
  }
}
