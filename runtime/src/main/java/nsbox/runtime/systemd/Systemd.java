package nsbox.runtime.systemd;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The service manager of this host, asked over D-Bus to make and to end scopes.
///
/// @spec https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.systemd1.html
public final class Systemd implements Closeable {
  private static final Path RUNNING = Path.of("/run/systemd/system");

  /* systemd's own socket, for root alone, and there without a bus daemon as well. */
  private static final Path PRIVATE = Path.of("/run/systemd/private");
  private static final Path BUS = Path.of("/run/dbus/system_bus_socket");

  /* What runc waits for a job at most; systemd may be busy with others' units. */
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String MANAGER = "org.freedesktop.systemd1.Manager";

  private final BusConnection connection;

  private Systemd(BusConnection connection) {
    this.connection = connection;
  }

  /// Whether systemd is the host's first process, as sd_booted(3) finds out.
  public static boolean isRunning() {
    return Files.isDirectory(RUNNING);
  }

  /// @param userId of this process
  /// @throws IOException if systemd is not running on this host, or cannot be reached
  public static Systemd connect(int userId) throws IOException {
    if (!isRunning()) {
      throw new IOException("systemd is not running on this host: no folder " + RUNNING);
    }
    boolean direct = userId == 0 && Files.exists(PRIVATE);
    BusConnection connection = BusConnection.open(direct ? PRIVATE : BUS, userId, LIMIT);
    try {
      if (!direct) {
        register(connection);
      }
      return new Systemd(connection);
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  /* On its own socket, systemd sends signals to all; on the bus, to those who asked. */
  private static void register(BusConnection connection) throws IOException {
    connection.call(bus("Hello"), "", new Marshaller());
    String rule = "type='signal',interface='" + MANAGER + "',member='JobRemoved'";
    connection.call(bus("AddMatch"), "s", new Marshaller().text(rule));
    connection.call(manager("Subscribe"), "", new Marshaller());
  }

  private static Message.Target bus(String method) {
    String name = "org.freedesktop.DBus";
    return new Message.Target(name, "/org/freedesktop/DBus", name, method);
  }

  private static Message.Target manager(String method) {
    return new Message.Target(
        "org.freedesktop.systemd1", "/org/freedesktop/systemd1", MANAGER, method);
  }

  /// Makes a scope for a process, which is in the scope's cgroup on return.
  ///
  /// A scope of that name that failed and was never looked after makes room; one that is there
  /// otherwise is an error.
  ///
  /// @param properties beside those that every container's scope has
  public void startScope(ScopeName scope, String id, int pid, List<UnitProperty> properties)
      throws IOException {
    List<UnitProperty> all = new ArrayList<>(ScopeProperties.common(scope, id, pid));
    all.addAll(properties);
    try {
      start(scope, all);
    } catch (SystemdException e) {
      if (!e.isOfUnitThatExists()) {
        throw e;
      }
      resetFailed(scope.unit());
      start(scope, all);
    }
  }

  private void start(ScopeName scope, List<UnitProperty> properties) throws IOException {
    Marshaller body = new Marshaller().text(scope.unit()).text("fail").properties(properties);
    /* No further units. */
    body.u32(0).align(8);
    await(connection.call(manager("StartTransientUnit"), "ssa(sv)a(sa(sv))", body), scope.unit());
  }

  /// Changes limits of a scope, until it ends.
  public void change(String unit, List<UnitProperty> properties) throws IOException {
    Marshaller body = new Marshaller().text(unit).u32(1).properties(properties);
    connection.call(manager("SetUnitProperties"), "sba(sv)", body);
  }

  /// Takes a scope away, and waits until it is gone; nothing where there is none.
  public void stop(String unit) throws IOException {
    try {
      Marshaller body = new Marshaller().text(unit).text("replace");
      await(connection.call(manager("StopUnit"), "ss", body), unit);
    } catch (SystemdException e) {
      if (!e.isOfUnitThatIsGone()) {
        throw e;
      }
    }
    resetFailed(unit);
  }

  private void resetFailed(String unit) throws IOException {
    try {
      connection.call(manager("ResetFailedUnit"), "s", new Marshaller().text(unit));
    } catch (SystemdException e) {
      if (!e.isOfUnitThatIsGone()) {
        throw e;
      }
    }
  }

  /* JobRemoved: the job's number, its path, the unit, and how it ended. */
  private void await(Message answer, String unit) throws IOException {
    String job = answer.text(0);
    while (true) {
      Message signal = connection.signal();
      if (!signal.member().equals("JobRemoved") || !signal.text(1).equals(job)) {
        continue;
      }
      String result = signal.text(3);
      if (!result.equals("done") && !result.equals("skipped")) {
        throw new IOException("systemd's job for " + unit + " ended as " + result);
      }
      return;
    }
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
