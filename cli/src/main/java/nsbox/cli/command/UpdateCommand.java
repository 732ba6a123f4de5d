package nsbox.cli.command;

import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.ContainerChange;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerLock;
import nsbox.engine.ContainerMaker;
import nsbox.engine.ContainerState;
import nsbox.json.JsonObject;
import nsbox.runtime.state.ResourceUpdate;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox update`: other limits for containers: at once, and for later starts.
public final class UpdateCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "update",
            "[OPTIONS] CONTAINER...",
            "Change the limits of containers. What is not named stays.");
    ChangedLimits.addTo(spec);
    spec.addOption(text("POLICY", "no, on-failure[:N], always or unless-stopped", "--restart"));
    spec.addPositional(Model.parameters("CONTAINER", "1..*", "Names or IDs"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    JsonObject limits = ChangedLimits.read(parsed);
    Optional<String> restart = optional(parsed, "--restart");
    if (restart.isPresent()) {
      checkPolicy(restart.get());
    }
    if (limits.isEmpty() && restart.isEmpty()) {
      throw new Failure("update: no option says what to change");
    }
    session.prepare();
    return EachContainer.run(
        session, Model.positionals(parsed), folder -> update(session, folder, limits, restart));
  }

  private static void checkPolicy(String policy) throws Failure {
    int colon = policy.indexOf(':');
    String name = colon < 0 ? policy : policy.substring(0, colon);
    boolean known =
        switch (name) {
          case "no", "always", "unless-stopped" -> colon < 0;
          case "on-failure" -> colon < 0 || policy.substring(colon + 1).matches("[0-9]{1,9}");
          default -> false;
        };
    if (!known) {
      throw new Failure(policy + " invalid restart policy");
    }
  }

  private static void update(
      Session session, ContainerFolder folder, JsonObject limits, Optional<String> restart)
      throws Exception {
    try (ContainerLock _ = ContainerLock.take(folder)) {
      if (restart.isPresent() && folder.record().autoRemove() && !restart.get().equals("no")) {
        throw new Failure(
            "cannot update container "
                + folder.record().name()
                + ": it was made with --rm, so it cannot be started again");
      }
      ContainerChange change = new ContainerChange(session.containers(), folder);
      if (!limits.isEmpty()) {
        apply(session, folder, limits, change);
      }
      if (restart.isPresent()) {
        change.storeRecord(folder.record().json().put("restart", restart.get()));
      }
      session.events().container("update", folder.record());
    }
  }

  private static void apply(
      Session session, ContainerFolder folder, JsonObject limits, ContainerChange change)
      throws Exception {
    ResourceUpdate update =
        new ResourceUpdate(keeper(folder, change), Pausing.cgroup(folder), Optional.empty());
    if (folder.state() instanceof ContainerState.Running) {
      update.apply(limits);
      return;
    }
    /* Whoever starts it holds its run folder, and has read the old limits. */
    if (!new ContainerMaker(session.containers(), session.caller()).claimExisting(folder)) {
      throw new Failure(
          "cannot update container "
              + folder.record().name()
              + ": another command starts or removes it\n  Try again in a moment.");
    }
    try {
      update.store(limits);
    } finally {
      Removal.release(session, folder);
    }
  }

  private static ResourceUpdate.Keeper keeper(ContainerFolder folder, ContainerChange change) {
    return new ResourceUpdate.Keeper() {
      @Override
      public JsonObject config() throws IOException {
        return folder.config();
      }

      @Override
      public void store(JsonObject config) throws IOException {
        change.storeConfig(config);
      }
    };
  }
}
