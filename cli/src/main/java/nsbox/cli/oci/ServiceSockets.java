package nsbox.cli.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Invocation;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// What systemd gives a service, passed on to the container that is the service: the sockets that
/// it listens on, see sd_listen_fds(3), and the one on which it says that it is ready, see
/// sd_notify(3).
///
/// runc passes what a container says on through a process of its own, and of all that only
/// `READY=1`. Here nobody stays beside a container that was created and started, so the socket
/// itself is mounted, and all that the container says arrives: also `STOPPING=1`, `STATUS=` and
/// `WATCHDOG=1`. systemd looks at who speaks: the unit needs `NotifyAccess=all`, and the
/// container's cgroup must be below the unit's, as it is with a relative `linux.cgroupsPath` or
/// none.
final class ServiceSockets {
  private static final String LISTEN_COUNT = "LISTEN_FDS";
  private static final String LISTEN_PID = "LISTEN_PID";
  private static final String NOTIFY = "NOTIFY_SOCKET";

  /// Where runc has it.
  static final String NOTIFY_PATH = "/run/notify/notify.sock";

  private final Invocation invocation;

  ServiceSockets(Invocation invocation) {
    this.invocation = invocation;
  }

  /// Adds to a configuration what the caller's environment has of this.
  ///
  /// @throws Failure if the socket is one that a container cannot be given
  void addTo(JsonObject config) throws JsonException, Failure {
    Optional<JsonObject> process = config.optionalObject("process");
    if (process.isEmpty()) {
      return;
    }
    Optional<String> listening = listening();
    if (listening.isPresent()) {
      set(process.get(), LISTEN_COUNT, listening.get());
      set(process.get(), LISTEN_PID, "1");
    }
    String notify = invocation.environment().getOrDefault(NOTIFY, "");
    if (!notify.isEmpty()) {
      notifies(config, process.get(), notify);
    }
  }

  /* The front has kept these descriptors, by the same rule. */
  private Optional<String> listening() {
    Map<String, String> environment = invocation.environment();
    String count = environment.getOrDefault(LISTEN_COUNT, "0");
    boolean ours =
        environment.getOrDefault(LISTEN_PID, "").equals(Integer.toString(invocation.processId()));
    return ours && !count.equals("0") ? Optional.of(count) : Optional.empty();
  }

  private static void notifies(JsonObject config, JsonObject process, String socket)
      throws JsonException, Failure {
    if (!socket.startsWith("/")) {
      throw new Failure(
          NOTIFY + "=" + socket + ": only a socket with an absolute path can be mounted");
    }
    List<Object> mounts = new ArrayList<>(config.objects("mounts"));
    mounts.add(
        new JsonObject()
            .put("destination", NOTIFY_PATH)
            .put("type", "bind")
            .put("source", socket)
            .put("options", List.of("bind", "nosuid", "noexec", "nodev", "ro")));
    config.put("mounts", mounts);
    set(process, NOTIFY, NOTIFY_PATH);
  }

  private static void set(JsonObject process, String name, String value) throws JsonException {
    List<String> environment = new ArrayList<>();
    for (String assignment : process.strings("env")) {
      if (!assignment.startsWith(name + "=")) {
        environment.add(assignment);
      }
    }
    environment.add(name + "=" + value);
    process.put("env", environment);
  }
}
