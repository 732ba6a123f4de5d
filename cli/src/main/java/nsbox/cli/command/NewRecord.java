package nsbox.cli.command;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import nsbox.bundle.options.ContainerOptions;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.cli.Signals;
import nsbox.cli.flags.HealthFlags;
import nsbox.cli.flags.LifecycleFlags;
import nsbox.engine.ContainerPlan;
import nsbox.engine.ContainerRecord;
import nsbox.engine.HealthCheck;
import nsbox.engine.Images;
import nsbox.json.JsonObject;
import nsbox.network.PublishedPort;

/// What container.json will say of a container that is being made.
///
/// @param imageName as the user wrote it
record NewRecord(
    Session session,
    String imageName,
    ContainerOptions options,
    LifecycleFlags lifecycle,
    NewNetworks networks,
    WatchFlags watch,
    HealthFlags health) {

  /// @param plan what it will run as
  /// @param taken the name that it has got
  /// @param joins IDs of containers whose namespaces it shares, by the type of the namespace
  /// @param ports of the host that it has got
  ContainerRecord make(
      ContainerPlan plan,
      Images images,
      Images.Unpacked unpacked,
      String taken,
      JsonObject joins,
      List<PublishedPort> ports)
      throws IOException, Failure {
    JsonObject process = plan.bundle().config().object("process");
    JsonObject labels = new JsonObject();
    unpacked.image().config().labels().forEach(labels::put);
    options.metadata().labels().forEach(labels::put);
    JsonObject json =
        new JsonObject()
            .put("id", plan.folder().id())
            .put("name", taken)
            .put("image", imageName)
            .put("imageId", unpacked.image().id().toString())
            .put("layers", unpacked.chainIds())
            .put("driver", images.driver().name())
            .put("command", process.strings("args"))
            .put("createdNanos", nanosNow());
    /* Lists look for ports and health just here. */
    networks.addPorts(json, ports);
    addHealth(json, unpacked);
    json.put("stopSignal", stopSignal(unpacked))
        .put("storageBytes", lifecycle.storageBytes())
        .put("autoRemove", lifecycle.removes())
        .put("terminal", process.flag("terminal"))
        .put("keepInput", lifecycle.keepsInput())
        .put("defaultFilter", plan.defaultFilter())
        .put("labels", labels);
    if (options.metadata().stopSeconds().isPresent()) {
      json.put("stopSeconds", options.metadata().stopSeconds().get());
    }
    if (lifecycle.pidFile().isPresent()) {
      json.put("pidFile", lifecycle.pidFile().get().toString());
    }
    if (!lifecycle.serviceNotify().equals("ignore")) {
      json.put("sdnotify", lifecycle.serviceNotify());
    }
    if (lifecycle.monitorPidFile().isPresent()) {
      json.put("monitorPidFile", lifecycle.monitorPidFile().get().toString());
    }
    if (lifecycle.removesImage()) {
      json.put("imageRemoval", imageRemoval());
    }
    networks.addNetworks(json);
    if (!joins.isEmpty()) {
      json.put("joins", joins);
    }
    if (!health.onFailure().equals("none")) {
      json.put("onUnhealthy", health.onFailure());
    }
    watch.addTo(json);
    watch.log().addTo(json, process.strings("env"));
    return new ContainerRecord(json);
  }

  private List<String> imageRemoval() {
    return List.of(
        session.invocation().home() + "/bin/nsbox",
        "--root",
        session.roots().root().toString(),
        "--run-root",
        session.roots().run().toString(),
        "rmi",
        imageName);
  }

  /// How its health is asked for: as the user says, else as the image does.
  HealthCheck health(Images.Unpacked unpacked) throws IOException {
    Optional<JsonObject> image = unpacked.image().config().healthcheck();
    return image.isEmpty() ? health.check() : health.check().over(HealthCheck.of(image.get()));
  }

  private void addHealth(JsonObject record, Images.Unpacked unpacked) throws IOException, Failure {
    HealthCheck check = health(unpacked);
    List<String> shell = unpacked.image().config().shell();
    if (check.command(shell).isPresent()) {
      JsonObject json = check.json();
      if (!shell.isEmpty()) {
        json.put("Shell", shell);
      }
      record.put("health", json);
    } else if (!health.onFailure().equals("none")) {
      throw new Failure(
          "cannot set on-failure action to "
              + health.onFailure()
              + " without a health check\n  Use: --health-cmd COMMAND");
    }
  }

  private int stopSignal(Images.Unpacked unpacked) throws Failure {
    String image = unpacked.image().config().stopSignal().orElse("SIGTERM");
    return Signals.number(options.metadata().stopSignal().orElse(image));
  }

  private static long nanosNow() {
    java.time.Instant now = java.time.Instant.now();
    return now.getEpochSecond() * 1_000_000_000 + now.getNano();
  }
}
