package nsbox.engine;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.plan.ExecPlan;
import nsbox.runtime.plan.FilterCompiler;
import nsbox.runtime.plan.Handover;
import nsbox.runtime.plan.Launch;
import nsbox.runtime.plan.Rootfs;
import nsbox.runtime.plan.Watch;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.ProcessSpec;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// How a container's monitor finds out whether the container is healthy, and what follows.
///
/// A probe is a further process in the container, as of `exec`, whose program is compiled before
/// there is a container: so asking needs no planner. The monitor fills in which process it is for.
public final class ContainerHealth {
  /* As health.h has them. */
  private static final int AS_POLICY_SAYS = 0;
  private static final int START_AGAIN = 1;
  private static final int STAY_DOWN = 2;

  private static final int KILL = 9;

  private final ContainerFolder folder;
  private final ContainerRecord record;
  private final HealthCheck check;
  private final List<String> command;

  private ContainerHealth(
      ContainerFolder folder, ContainerRecord record, HealthCheck check, List<String> command) {
    this.folder = folder;
    this.record = record;
    this.check = check;
    this.command = command;
  }

  /// Empty for a container that nobody asks.
  public static Optional<ContainerHealth> of(ContainerFolder folder, ContainerRecord record)
      throws IOException {
    Optional<JsonObject> asked = record.json().optionalObject("health");
    if (asked.isEmpty()) {
      return Optional.empty();
    }
    HealthCheck check = HealthCheck.of(asked.get());
    Optional<List<String>> command = check.command(asked.get().strings("Shell"));
    return command.isEmpty()
        ? Optional.empty()
        : Optional.of(new ContainerHealth(folder, record, check, command.get()));
  }

  /// What the monitor has to know, for its section `watch`.
  ///
  /// @param config that the container starts with
  void watch(
      Instructions watch, EventSteps events, JsonObject config, Spec spec, FilterCompiler filters)
      throws IOException, UnsupportedSpecException {
    ask(watch, events, config, spec, filters);
    String action = record.onUnhealthy();
    long grace = record.stopSeconds() < 0 ? 0 : Math.max(record.stopSeconds() * 1000, 1);
    switch (action) {
      case "kill" ->
          watch.add("kill it when it is unhealthy", Opcode.HEALTH_FAILURE, KILL, 0, AS_POLICY_SAYS);
      case "stop", "restart" ->
          watch.add(
              action + " it when it is unhealthy",
              Opcode.HEALTH_FAILURE,
              record.stopSignal(),
              grace,
              action.equals("stop") ? STAY_DOWN : START_AGAIN);
      default -> {}
    }
  }

  private void ask(
      Instructions steps, EventSteps events, JsonObject config, Spec spec, FilterCompiler filters)
      throws IOException, UnsupportedSpecException {
    steps.add(
        "ask every " + check.intervalMilliseconds() + " ms whether it is healthy",
        Opcode.HEALTH_CHECK,
        probe(config, spec, filters).encode(),
        check.intervalMilliseconds(),
        check.timeoutMilliseconds(),
        check.failures(),
        check.startPeriodMilliseconds(),
        check.startIntervalMilliseconds(),
        folder.pausedFile().toString());
    events.health(steps, folder.healthFile());
  }

  private Program probe(JsonObject config, Spec spec, FilterCompiler filters)
      throws IOException, UnsupportedSpecException {
    JsonObject process = new JsonObject();
    for (Map.Entry<String, Object> member : config.object("process").members().entrySet()) {
      process.put(member.getKey(), member.getValue());
    }
    process.put("args", command).put("terminal", false);
    Launch launch =
        new Launch(
            folder.id(),
            folder.lasting().toString(),
            spec.withProcess(ProcessSpec.parse(process)),
            new Rootfs.Directory(folder.mountPoint().toString()),
            false,
            Watch.NOTHING,
            new Launch.Records("", "", ""),
            CgroupLayout.ofHost(),
            filters,
            Handover.monitored(0),
            false,
            List.of());
    return ExecPlan.compile(launch, ExecPlan.Target.ofMonitor(launch));
  }

  /// Asks now, on behalf of a user, and waits for the answer.
  ///
  /// @return whether the probe passed; empty where the container ended or was paused meanwhile
  public Optional<Boolean> askNow(StateRoots roots, Front front, FilterCompiler filters)
      throws IOException, UnsupportedSpecException {
    Instructions steps = new Instructions();
    JsonObject config = folder.config();
    EventSteps events = new EventSteps(roots, folder, record);
    ask(steps, events, config, Spec.parse(config), filters);
    steps.add("ask now", Opcode.PROBE, folder.processFile().toString());
    Front.Outcome outcome = front.run(Program.of(steps).encode());
    return outcome.succeeded() ? Optional.of(outcome.detail().equals("passed")) : Optional.empty();
  }

  /// What is known by now.
  ///
  /// @throws NoSuchFileException if nothing is
  public Health health() throws IOException {
    return Health.read(folder.healthFile());
  }
}
