package nsbox.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// What systemd gives a service, passed on to the process that is the service: the sockets that it
/// listens on, see sd_listen_fds(3), and the one on which it says that it is ready, see
/// sd_notify(3).
///
/// runc passes what a container says on through a process of its own, and of all that only
/// `READY=1`. Here nobody stays beside a container that was created and started, so the socket
/// itself is mounted, and all that the container says arrives: also `STOPPING=1`, `STATUS=` and
/// `WATCHDOG=1`. systemd looks at who speaks: the unit needs `NotifyAccess=all`, and the
/// container's cgroup must be below the unit's, as it is with a relative `linux.cgroupsPath` or
/// none.
public final class ServiceSockets {
  private static final String LISTEN_COUNT = "LISTEN_FDS";
  private static final String LISTEN_NAMES = "LISTEN_FDNAMES";
  private static final String NOTIFY = "NOTIFY_SOCKET";

  /// Where runc has it.
  private static final String NOTIFY_PATH = "/run/notify/notify.sock";

  private final Invocation invocation;

  public ServiceSockets(Invocation invocation) {
    this.invocation = invocation;
  }

  /// What the environment of the process that listens says, but for LISTEN_PID; empty where the
  /// caller was given no sockets. The front has kept their descriptors, by the same rule.
  public Map<String, String> listening() {
    Map<String, String> environment = invocation.environment();
    String count = environment.getOrDefault(LISTEN_COUNT, "0");
    String pid = environment.getOrDefault("LISTEN_PID", "");
    if (count.equals("0") || !pid.equals(Integer.toString(invocation.processId()))) {
      return Map.of();
    }
    String names = environment.get(LISTEN_NAMES);
    return names == null
        ? Map.of(LISTEN_COUNT, count)
        : Map.of(LISTEN_COUNT, count, LISTEN_NAMES, names);
  }

  /// The socket of the caller's that wants to be notified; empty where there is none.
  public String notifySocket() {
    return invocation.environment().getOrDefault(NOTIFY, "");
  }

  /// Mounts the socket to be notified on into a container, if the caller has one.
  ///
  /// @throws Failure if the socket is one that a container cannot be given
  public void mountIn(JsonObject config) throws JsonException, Failure {
    Optional<JsonObject> process = config.optionalObject("process");
    String notify = notifySocket();
    if (process.isPresent() && !notify.isEmpty()) {
      mount(config, process.get(), notify);
    }
  }

  private static void mount(JsonObject config, JsonObject process, String socket)
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
    List<String> environment = new ArrayList<>();
    for (String assignment : process.strings("env")) {
      if (!assignment.startsWith(NOTIFY + "=")) {
        environment.add(assignment);
      }
    }
    environment.add(NOTIFY + "=" + NOTIFY_PATH);
    process.put("env", environment);
  }
}
