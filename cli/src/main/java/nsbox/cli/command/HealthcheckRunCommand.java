package nsbox.cli.command;

import static nsbox.cli.Model.positionals;

import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerHealth;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import nsbox.engine.DefaultFilter;
import nsbox.runtime.plan.FilterCompiler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox healthcheck run`: asks a container now whether it is healthy. The answer counts as any
/// other.
public final class HealthcheckRunCommand implements Command {
  private static final int UNHEALTHY = 1;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "healthcheck run",
            "CONTAINER",
            "Ask a container now whether it is healthy: 0 if it is, 1 if not, 125 if it cannot be"
                + " asked.");
    spec.addPositional(Model.parameters("CONTAINER", "1", "The container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    String name = positionals(parsed).getFirst();
    ContainerFolder folder = Lookup.container(session, name);
    ContainerRecord record = folder.record();
    Optional<ContainerHealth> health = ContainerHealth.of(folder, record);
    if (health.isEmpty()) {
      throw new Failure("container " + name + " has no defined healthcheck");
    }
    requireRunning(folder, name);
    FilterCompiler filters = FilterCompiler::direct;
    if (record.defaultFilter()) {
      DefaultFilter filter = session.defaultFilter();
      filters = FilterCompiler.ready(filter.filter());
    }
    Optional<Boolean> passed = health.get().askNow(session.roots(), session.front(), filters);
    if (passed.isEmpty()) {
      requireRunning(folder, name);
      throw new Failure("cannot ask container " + name + " whether it is healthy");
    }
    if (!passed.get()) {
      session.front().out("unhealthy\n");
    }
    return passed.get() ? 0 : UNHEALTHY;
  }

  private static void requireRunning(ContainerFolder folder, String name) throws Exception {
    ContainerState state = folder.state();
    if (!(state instanceof ContainerState.Running running) || running.paused()) {
      throw new Failure("container " + name + " is not running: it is " + state.word());
    }
  }
}
