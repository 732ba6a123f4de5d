package nsbox.cli.oci;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.GoDuration;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupStats;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.cgroup.OomWatch;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.state.StateFolder.Status;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime events`: what a container uses, again and again, and when it runs out of memory;
/// a line of JSON each.
public final class EventsCommand implements Command {
  /// Between two looks at whether there is anything to say.
  private static final Duration LOOK = Duration.ofMillis(200);

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        OciModel.command(
            "events", "ID", "Print, until the container ends, what it uses, as lines of JSON.");
    spec.addOption(text("DURATION", "Between two lines, such as 500ms (5s)", "--interval"));
    spec.addOption(flag("Print one line, and end", "--stats"));
    spec.addPositional(Model.parameters("ID", "1", "The container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Duration interval =
        GoDuration.parse("--interval", parsed.matchedOptionValue("--interval", "5s"));
    if (!interval.isPositive()) {
      /* As runc has it, word for word. */
      throw new Failure("duration interval must be greater than 0");
    }
    StateFolder folder = Containers.find(session, positionals(parsed).getFirst());
    if (folder.status() == Status.STOPPED) {
      throw new Failure("container with id " + folder.id() + " is not running");
    }
    ContainerCgroup cgroup = Containers.state(folder).cgroup();
    if (isSet(parsed, "--stats")) {
      print(session, stats(folder.id(), cgroup));
    } else {
      watch(session, folder, cgroup, interval);
    }
    return 0;
  }

  private static void watch(
      Session session, StateFolder folder, ContainerCgroup cgroup, Duration interval)
      throws Exception {
    Optional<OomWatch> memory = OomWatch.of(cgroup);
    Duration pause = interval.compareTo(LOOK) < 0 ? interval : LOOK;
    long next = System.nanoTime() + interval.toNanos();
    while (true) {
      Thread.sleep(pause);
      /* Asked before the look, so that the kill that ends a container is still seen. */
      boolean lives = folder.status() != Status.STOPPED;
      if (memory.isPresent() && memory.get().look()) {
        print(session, event("oom", folder.id()));
      }
      if (!lives) {
        return;
      }
      if (System.nanoTime() - next >= 0) {
        print(session, stats(folder.id(), cgroup));
        next += interval.toNanos();
      }
    }
  }

  private static JsonObject stats(String id, ContainerCgroup cgroup) throws IOException {
    return event("stats", id).put("data", CgroupStats.read(cgroup));
  }

  private static JsonObject event(String type, String id) {
    return new JsonObject().put("type", type).put("id", id);
  }

  private static void print(Session session, JsonObject event) throws IOException {
    session.front().out(Json.text(event) + "\n");
  }
}
