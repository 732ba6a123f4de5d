package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.output.Absent;
import nsbox.cli.output.TemplateMethod;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerHealth;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import nsbox.engine.Health;
import nsbox.json.JsonObject;
import nsbox.runtime.state.ProcessIdentity;
import nsbox.snapshot.Snapshots;

/// What `nsbox inspect` says of a container: docker's members, then some that only podman has.
final class ContainerDocument {
  /// Docker's word for "never", which is Go's zero time.
  private static final String NEVER = "0001-01-01T00:00:00Z";

  private final ContainerFolder folder;
  private final ContainerRecord record;
  private final ContainerState state;
  private final ContainerDetails details;
  private final Snapshots snapshots;

  ContainerDocument(ContainerFolder folder, Snapshots snapshots) throws IOException {
    this.folder = folder;
    this.record = folder.record();
    this.state = folder.state();
    this.details = new ContainerDetails(folder);
    this.snapshots = snapshots;
  }

  /// @param sized whether to add up its files
  JsonObject document(boolean sized) throws IOException {
    List<String> command = record.command();
    JsonObject document =
        new JsonObject()
            .put("Id", record.id())
            .put("Created", nanoTime(record.createdNanos()))
            .put("Path", command.isEmpty() ? "" : command.getFirst())
            .put("Args", command.isEmpty() ? List.of() : command.subList(1, command.size()))
            .put("State", state())
            .put("Image", record.imageId())
            .put("ResolvConfPath", folder.lasting().resolve("resolv.conf").toString())
            .put("HostnamePath", folder.lasting().resolve("hostname").toString())
            .put("HostsPath", folder.lasting().resolve("hosts").toString())
            .put("LogPath", folder.log().toString())
            .put("Name", "/" + record.name())
            .put("RestartCount", folder.restarts())
            .put("Driver", driver())
            .put("Platform", "linux")
            .put("MountLabel", "")
            .put("ProcessLabel", "")
            .put("AppArmorProfile", "")
            .put("ExecIDs", Absent.LIST)
            .put("HostConfig", HostSettings.of(record, details))
            .put("GraphDriver", graphDriver());
    if (sized) {
      ContainerSizes sizes = new ContainerSizes(snapshots);
      document
          .put("SizeRw", sizes.ownBytes(folder))
          .put("SizeRootFs", sizes.wholeBytes(folder, record));
    }
    return document
        .put("Mounts", details.mounts())
        .put("Config", ContainerSettings.of(record, details))
        .put(
            "NetworkSettings",
            new NetworkSettings(folder, record, state, details.networkMode()).json())
        .put("ImageName", record.image())
        .put("OCIConfigPath", folder.configFile().toString())
        .put("OCIRuntime", "nsbox-runtime")
        .put("ID", TemplateMethod.of(record.id()));
  }

  private JsonObject state() throws IOException {
    JsonObject document =
        new JsonObject()
            .put("Status", state.word())
            .put("Running", state instanceof ContainerState.Running)
            .put("Paused", state.word().equals("paused"))
            .put("Restarting", state instanceof ContainerState.Restarting)
            .put("OOMKilled", folder.wantedMemory())
            .put("Dead", false);
    long pid = 0;
    long exitCode = 0;
    String finished = NEVER;
    if (state instanceof ContainerState.Running running) {
      pid = running.process().pid();
    } else if (state instanceof ContainerState.Exited exited) {
      exitCode = exited.exitCode();
      finished = Instant.ofEpochSecond(exited.atSeconds()).toString();
    } else if (state instanceof ContainerState.Restarting restarting) {
      exitCode = restarting.exitCode();
      finished = Instant.ofEpochSecond(restarting.atSeconds()).toString();
    }
    return document
        .put("Pid", pid)
        .put("ExitCode", exitCode)
        .put("Error", "")
        .put("StartedAt", started())
        .put("FinishedAt", finished)
        .put("ConmonPid", monitorPid())
        .put("CgroupPath", details.linux().optionalString("cgroupsPath").orElse(""))
        .put("Health", health());
  }

  /* Docker's Health; without a check, or a run, only templates see an empty one. */
  private Object health() throws IOException {
    Optional<ContainerHealth> asked = ContainerHealth.of(folder, record);
    if (asked.isEmpty() || !(state instanceof ContainerState.Running)) {
      return TemplateMethod.of(Absent.MAP);
    }
    Health health;
    try {
      health = asked.get().health();
    } catch (NoSuchFileException e) {
      return TemplateMethod.of(Absent.MAP); // it has just ended
    }
    List<JsonObject> log = new ArrayList<>();
    for (Health.Result result : health.results()) {
      log.add(
          new JsonObject()
              .put("Start", nanoTime(result.start()))
              .put("End", nanoTime(result.end()))
              .put("ExitCode", result.exitCode())
              .put("Output", result.output()));
    }
    return new JsonObject()
        .put("Status", health.status())
        .put("FailingStreak", health.failingStreak())
        .put("Log", log);
  }

  private long monitorPid() throws IOException {
    if (state instanceof ContainerState.Running running) {
      return running.monitor().pid();
    }
    return state instanceof ContainerState.Restarting restarting ? restarting.monitor().pid() : 0;
  }

  /* "SECONDS NANOS", as the last start wrote it. */
  private String started() throws IOException {
    String text = ProcessIdentity.readIfThere(folder.startedFile()).strip();
    int blank = text.indexOf(' ');
    if (blank < 0) {
      return NEVER;
    }
    return Instant.ofEpochSecond(
            Long.parseLong(text.substring(0, blank)), Long.parseLong(text.substring(blank + 1)))
        .toString();
  }

  private static String nanoTime(long nanos) {
    return Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000).toString();
  }

  private String driver() throws IOException {
    return record.driver().equals("overlay") ? "overlay2" : record.driver();
  }

  /* On the host nothing is mounted. Where the container runs, its own view is a path, too. */
  private JsonObject graphDriver() throws IOException {
    Map<String, Object> data = new LinkedHashMap<>();
    if (record.driver().equals("overlay")) {
      List<String> lower = new ArrayList<>();
      for (String chain : record.layers().reversed()) {
        lower.add(snapshots.directory(chain).toString());
      }
      data.put("LowerDir", String.join(":", lower));
      data.put("UpperDir", folder.lasting().resolve("upper").toString());
      data.put("WorkDir", folder.lasting().resolve("work").toString());
    }
    if (state instanceof ContainerState.Running running) {
      data.put("MergedDir", Path.of("/proc/" + running.process().pid() + "/root").toString());
    }
    return new JsonObject().put("Name", driver()).put("Data", data);
  }
}
