package nsbox.cli.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.engine.Front;
import nsbox.runtime.cgroup.CgroupProcesses;
import nsbox.runtime.program.Program;
import nsbox.runtime.state.BundleLaunch.ScopeOrder;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.systemd.Systemd;
import nsbox.runtime.systemd.UnitProperty;

/// Containers whose cgroups systemd makes and takes away.
///
/// systemd makes a scope only for a process that is there, and removes one that has none. So the
/// front starts the container's process, which waits before its first step; this planner has it put
/// into a scope; then the front writes what limits systemd does not know, and lets it go on. That
/// is runc's way. A process that only keeps the scope meanwhile would count among the container's,
/// and with a limit of one process there would be no room for another.
final class Scopes {
  private Scopes() {}

  /// @throws Failure if there is no systemd to make them for this user
  static void requireSystemd(Session session) throws Failure {
    if (session.invocation().userId() != 0) {
      throw new Failure(
          "cgroup manager systemd: only root can use it in this version; you are user "
              + session.invocation().userId()
              + "\n  Use --cgroup-manager cgroupfs or disabled.");
    }
    if (!Systemd.isRunning()) {
      throw new Failure("cgroup manager systemd: systemd is not running on this host");
    }
  }

  /// Starts a container in a scope.
  ///
  /// @param intent what is to be done, such as `create container web`
  /// @throws Failure if systemd makes none; nothing is left of the container then
  static Front.Outcome launch(
      Session session,
      StateFolder folder,
      Program program,
      Front.Stay stay,
      String intent,
      ScopeOrder order)
      throws IOException, Failure {
    try (Systemd systemd = connect(session)) {
      Front.Interlude interlude =
          pid -> {
            systemd.startScope(order.name(), folder.id(), pid, order.properties());
            requireIn(order.directory(), pid);
          };
      return session.front().launch(program, stay, interlude);
    } catch (IOException e) {
      if (Files.exists(folder.path())) {
        Containers.removeFiles(session, folder);
      }
      throw new Failure(
          "cannot " + intent + "\n  systemd made no " + order.name().unit() + ": " + e.getMessage(),
          e);
    }
  }

  private static Systemd connect(Session session) throws IOException {
    return Systemd.connect(session.invocation().userId());
  }

  /* Else the limits would go somewhere else: where / of the hierarchy is not systemd's own, or where
   * systemd names the cgroup otherwise than the unit. */
  private static void requireIn(Path directory, int pid) throws IOException {
    if (!CgroupProcesses.in(directory.toString()).contains((long) pid)) {
      throw new IOException("systemd made the scope somewhere else than in " + directory);
    }
  }

  /// Tells systemd of other limits.
  static void change(Session session, String unit, List<UnitProperty> limits) throws IOException {
    try (Systemd systemd = connect(session)) {
      systemd.change(unit, limits);
    }
  }

  /// Takes away what may be left of a scope that is empty.
  static void stop(Session session, String unit) throws IOException, Failure {
    try (Systemd systemd = connect(session)) {
      systemd.stop(unit);
    } catch (IOException e) {
      throw new Failure("cannot remove " + unit + ": " + e.getMessage(), e);
    }
  }
}
