package nsbox.cli.planner;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import nsbox.cli.Failure;
import nsbox.cli.Invocation;
import nsbox.engine.StateRoots;

/// The options that stand before the command.
///
/// They are few and always the same, so they are read by hand: a model of them would be built for
/// every command.
///
/// @param rest the command and all that follows
record GlobalOptions(
    StateRoots roots, boolean debug, boolean help, boolean version, List<String> rest) {

  /// @throws Failure if an option is none of these, or lacks its value
  static GlobalOptions parse(Invocation invocation, boolean runtime) throws Failure {
    Map<String, String> environment = invocation.environment();
    String root = variable(environment, "NSBOX_ROOT", "/var/lib/nsbox");
    String run = variable(environment, "NSBOX_RUN_ROOT", "/run/nsbox");
    if (runtime) {
      root = "/run/nsbox-runtime";
    }
    boolean debug = false;
    boolean help = false;
    boolean version = false;
    List<String> arguments = invocation.arguments();
    int at = 1;
    for (; at < arguments.size() && arguments.get(at).startsWith("-"); at++) {
      String argument = arguments.get(at);
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      switch (name) {
        case "--debug" -> debug = true;
        case "--help", "-h" -> help = true;
        case "--version", "-v" -> version = true;
        case "--root", "--run-root" -> {
          if (equals < 0 && ++at == arguments.size()) {
            throw new Failure("option " + name + " needs a folder");
          }
          String value = equals < 0 ? arguments.get(at) : argument.substring(equals + 1);
          if (value.isEmpty()) {
            throw new Failure("option " + name + " needs a folder");
          }
          if (name.equals("--root")) {
            root = value;
          } else {
            run = value;
          }
        }
        default ->
            throw new Failure(
                "unknown option "
                    + name
                    + " before the command\n  '"
                    + invocation.program()
                    + " --help' lists the options.");
      }
    }
    Path directory = Path.of(invocation.directory());
    if (invocation.directory().isEmpty() && !(root.startsWith("/") && run.startsWith("/"))) {
      throw new Failure("the current folder has been deleted; use absolute paths");
    }
    Path rootPath = directory.resolve(root).normalize();
    /* An OCI runtime has one root, and all in it goes with a reboot. */
    Path runPath = runtime ? rootPath.resolve("run") : directory.resolve(run).normalize();
    return new GlobalOptions(
        new StateRoots(rootPath, runPath),
        debug,
        help,
        version,
        arguments.subList(Math.min(at, arguments.size()), arguments.size()));
  }

  /* An empty one counts as none, for an empty path would be the caller's own folder. */
  private static String variable(Map<String, String> environment, String name, String fallback) {
    String value = environment.getOrDefault(name, "");
    return value.isEmpty() ? fallback : value;
  }
}
