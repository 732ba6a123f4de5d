package nsbox.cli.oci;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.engine.Front;
import nsbox.runtime.criu.CriuLog;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// What `checkpoint` and `restore` have in common: criu, its folders, and the options that are for
/// it. They are runc's.
final class Criu {
  private static final String SEARCH_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final List<String> MODES = List.of("soft", "full", "strict", "ignore");

  private Criu() {}

  static void addOptions(CommandSpec spec) {
    spec.addOption(text("DIR", "criu's files (checkpoint)", "--image-path"));
    spec.addOption(text("DIR", "criu's log and working files (as --image-path)", "--work-path"));
    spec.addOption(flag("Allow open TCP connections", "--tcp-established"));
    spec.addOption(flag("Allow unix sockets that lead out of the container", "--ext-unix-sk"));
    spec.addOption(flag("Allow what was started from a shell's terminal", "--shell-job"));
    spec.addOption(flag("Allow file locks", "--file-locks"));
    spec.addOption(
        text(
            "MODE",
            "What becomes of cgroups: soft, full, strict or ignore",
            "--manage-cgroups-mode"));
    spec.addOption(
        text("NAMESPACE", "network: without its interfaces and addresses", "--empty-ns"));
    spec.addOption(flag("Take away memory that another file has", "--auto-dedup"));
  }

  /// Those of them that are set, as criu calls them.
  static List<String> options(ParseResult parsed) throws Failure {
    List<String> options = new ArrayList<>();
    for (String option :
        List.of(
            "--tcp-established", "--ext-unix-sk", "--shell-job", "--file-locks", "--auto-dedup")) {
      if (isSet(parsed, option)) {
        options.add(option);
      }
    }
    Optional<String> mode = given(parsed, "--manage-cgroups-mode");
    if (mode.isPresent() && !MODES.contains(mode.get())) {
      throw new Failure(
          "--manage-cgroups-mode " + mode.get() + ": expected one of " + String.join(", ", MODES));
    }
    options.add("--manage-cgroups=" + mode.orElse("soft"));
    Optional<String> namespace = given(parsed, "--empty-ns");
    if (namespace.isPresent() && !namespace.get().equals("network")) {
      throw new Failure("--empty-ns " + namespace.get() + ": criu can do it for network alone");
    }
    if (namespace.isPresent()) {
      options.addAll(List.of("--empty-ns", "net"));
    }
    return options;
  }

  /// The value of an option, unless it is empty.
  static Optional<String> given(ParseResult parsed, String option) {
    return optional(parsed, option).filter(value -> !value.isEmpty());
  }

  static Path images(ParseResult parsed, Session session) throws Failure {
    return session.path(given(parsed, "--image-path").orElse("checkpoint"));
  }

  /// Where criu works and writes its log; made if it is missing.
  static Path work(ParseResult parsed, Session session, Path images) throws Failure, IOException {
    Optional<String> work = given(parsed, "--work-path");
    return work.isPresent() ? folder(session.path(work.get())) : images;
  }

  /// What was in a container's memory is for nobody else.
  static Path folder(Path path) throws IOException {
    Files.createDirectories(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return path;
  }

  /// criu's own program.
  ///
  /// @throws Failure if there is none
  static String program(Session session) throws Failure {
    String name = session.runtimeOptions().criu().orElse("criu");
    if (name.contains("/")) {
      Path path = session.path(name);
      if (isProgram(path)) {
        return path.toString();
      }
      throw new Failure("--criu " + name + ": there is no such program");
    }
    for (String folder : searchPath(session).split(":")) {
      if (!folder.isEmpty() && isProgram(Path.of(folder, name))) {
        return Path.of(folder, name).toString();
      }
    }
    throw new Failure(
        name
            + " is not installed: no folder of PATH has it, "
            + searchPath(session)
            + "\n  Containers are saved and restored by criu. Install it, as with 'apt-get install criu'"
            + " or 'dnf install criu', or say where it is: nsbox-runtime --criu PROGRAM.");
  }

  private static boolean isProgram(Path path) {
    return Files.isRegularFile(path) && Files.isExecutable(path);
  }

  private static String searchPath(Session session) {
    String path = session.invocation().environment().getOrDefault("PATH", "");
    return path.isEmpty() ? SEARCH_PATH : path;
  }

  /// criu runs other programs: for addresses, firewalls and archives.
  static List<String> environment(Session session) {
    return List.of("PATH=" + searchPath(session), "LC_ALL=C.UTF-8");
  }

  /* What it says on its streams is of interest where there is anything. */
  private static String reason(String detail) {
    String nothing = ", output:";
    return detail.endsWith(nothing)
        ? detail.substring(0, detail.length() - nothing.length()) + "."
        : detail;
  }

  /// @param intent what was to be done, such as `restore container web`
  /// @param after what is true now
  static Failure failure(String intent, Front.Outcome outcome, CriuLog log, String after)
      throws IOException {
    StringBuilder text = new StringBuilder("cannot " + intent);
    text.append("\n  criu ended with ").append(reason(outcome.detail().strip()));
    List<String> errors = log.errors();
    if (errors.isEmpty()) {
      text.append("\n  There is no error in its log, ").append(log.file()).append('.');
    } else {
      text.append("\n  The last errors of its log, ").append(log.file()).append(':');
      for (String error : errors) {
        text.append("\n    ").append(error);
      }
    }
    return new Failure(text.append("\n  ").append(after).toString());
  }
}
