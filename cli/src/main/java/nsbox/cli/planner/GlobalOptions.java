package nsbox.cli.planner;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Invocation;
import nsbox.cli.RuntimeOptions;
import nsbox.cli.UserNamespace;
import nsbox.engine.StateRoots;

/// The options that stand before the command.
///
/// They are few and always the same, so they are read by hand: a model of them would be built for
/// every command.
///
/// @param storageDriver overlay, copy or vfs; empty for what suits the store
/// @param runtimeOptions those that only `nsbox-runtime` has; else the defaults
/// @param rest the command and all that follows
record GlobalOptions(
    StateRoots roots,
    Optional<String> storageDriver,
    boolean debug,
    boolean help,
    boolean version,
    RuntimeOptions runtimeOptions,
    List<String> rest) {
  private static final String RUNTIME_ROOT = "/run/nsbox-runtime";

  /// @throws Failure if an option is none of these, or lacks its value
  static GlobalOptions parse(Invocation invocation, boolean runtime) throws Failure {
    Map<String, String> environment = invocation.environment();
    String root = variable(environment, "NSBOX_ROOT", "/var/lib/nsbox");
    String run = variable(environment, "NSBOX_RUN_ROOT", "/run/nsbox");
    if (runtime) {
      root = runtimeRoot(invocation);
    }
    String driver = variable(environment, "NSBOX_STORAGE_DRIVER", "");
    boolean debug = false;
    boolean help = false;
    boolean version = false;
    RuntimeFlags flags = new RuntimeFlags();
    OptionWords words = new OptionWords(invocation.arguments());
    while (words.next()) {
      switch (words.name()) {
        case "--debug" -> debug = words.flag();
        case "--help", "-h" -> help = true;
        case "--version", "-v" -> version = true;
        case "--root" -> root = words.nonEmptyValue("a folder");
        default -> {
          if (runtime) {
            if (!flags.take(words)) {
              throw unknown(words.name(), invocation);
            }
          } else if (words.name().equals("--run-root")) {
            run = words.nonEmptyValue("a folder");
          } else if (words.name().equals("--storage-driver")) {
            driver = words.value("a driver: overlay or copy");
            checkDriver("--storage-driver " + driver, driver);
          } else {
            throw unknown(words.name(), invocation);
          }
        }
      }
    }
    if (!runtime && !driver.isEmpty()) {
      checkDriver("NSBOX_STORAGE_DRIVER=" + driver, driver);
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
        driver.isEmpty() ? Optional.empty() : Optional.of(driver),
        debug,
        help,
        version,
        runtime ? flags.options(debug) : RuntimeOptions.DEFAULT,
        words.rest());
  }

  /* As runc has it: a user has a folder of its own that goes with a reboot, and root of a user namespace
   * may be such a user. */
  private static String runtimeRoot(Invocation invocation) throws Failure {
    String folder = variable(invocation.environment(), "XDG_RUNTIME_DIR", "");
    if (folder.isEmpty() || invocation.userId() == 0 && isRealRoot(invocation)) {
      return RUNTIME_ROOT;
    }
    return folder + "/nsbox-runtime";
  }

  /// @throws Failure if the containers are where only root can make any
  void requireOwnRoot(int userId) throws Failure {
    if (userId != 0 && roots.root().toString().equals(RUNTIME_ROOT)) {
      throw new Failure(
          RUNTIME_ROOT
              + " is for root's containers; you are user "
              + userId
              + ", and XDG_RUNTIME_DIR names no folder of your own\n  Set it, or use --root.");
    }
  }

  private static boolean isRealRoot(Invocation invocation) throws Failure {
    try {
      return UserNamespace.isInitial()
          || invocation.environment().getOrDefault("USER", "").equals("root");
    } catch (IOException e) {
      throw new Failure("cannot find out whose root this is: " + e.getMessage(), e);
    }
  }

  private static Failure unknown(String option, Invocation invocation) {
    return new Failure(
        "unknown option "
            + option
            + " before the command\n  '"
            + invocation.program()
            + " --help' lists the options.");
  }

  private static void checkDriver(String asked, String driver) throws Failure {
    if (!driver.equals("overlay") && !driver.equals("copy") && !driver.equals("vfs")) {
      throw new Failure(
          asked
              + ": there is no such driver\n  overlay mounts the layers, copy (also called vfs)"
              + " copies them for each container.");
    }
  }

  /* An empty one counts as none, for an empty path would be the caller's own folder. */
  private static String variable(Map<String, String> environment, String name, String fallback) {
    String value = environment.getOrDefault(name, "");
    return value.isEmpty() ? fallback : value;
  }
}
