package nsbox.cli.command;

import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.bundle.Account;
import nsbox.bundle.BundleException;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.cli.flags.Asked;
import nsbox.cli.flags.EnvironmentFlags;
import nsbox.json.JsonObject;
import nsbox.runtime.plan.CapabilityNames;
import nsbox.runtime.state.ExecLaunch;
import picocli.CommandLine.ParseResult;

/// `process` of config.json for `exec`: the container's own, with what the options say otherwise.
final class FurtherProcess {
  private final Session session;
  private final ParseResult parsed;
  private final ExecLaunch.Container container;

  FurtherProcess(Session session, ParseResult parsed, ExecLaunch.Container container) {
    this.session = session;
    this.parsed = parsed;
    this.container = container;
  }

  /// @throws Failure if an option's value cannot be used in this container
  JsonObject of(List<String> command) throws IOException, Failure {
    JsonObject process = container.config().object("process");
    Map<String, String> environment = new LinkedHashMap<>();
    for (String assignment : process.strings("env")) {
      set(environment, assignment);
    }
    Optional<String> user = optional(parsed, "--user");
    if (user.isPresent() && !user.get().isEmpty()) {
      become(user.get(), process, environment);
    }
    boolean terminal = isSet(parsed, "--tty");
    if (terminal && !environment.containsKey("TERM")) {
      environment.put("TERM", "xterm");
    }
    Asked asked = new Asked(parsed, session.invocation(), new ArrayList<>());
    for (String assignment : EnvironmentFlags.assignments(asked)) {
      set(environment, assignment);
    }
    directory(process);
    if (isSet(parsed, "--privileged")) {
      process.put("capabilities", allCapabilities());
      process.remove("apparmorProfile");
    }
    return process
        .put("args", List.copyOf(command))
        .put("env", assignments(environment))
        .put("terminal", terminal)
        .put(
            "consoleSize",
            new JsonObject()
                .put("height", (long) session.invocation().rows())
                .put("width", (long) session.invocation().columns()));
  }

  private static void set(Map<String, String> environment, String assignment) {
    int equals = assignment.indexOf('=');
    if (equals > 0) {
      environment.put(assignment.substring(0, equals), assignment.substring(equals + 1));
    }
  }

  private static List<String> assignments(Map<String, String> environment) {
    List<String> assignments = new ArrayList<>();
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      assignments.add(variable.getKey() + "=" + variable.getValue());
    }
    return assignments;
  }

  private void directory(JsonObject process) throws Failure {
    Optional<String> directory = optional(parsed, "--workdir");
    if (directory.isEmpty()) {
      return;
    }
    if (!directory.get().startsWith("/")) {
      throw new Failure(
          "--workdir " + directory.get() + ": the working directory is not an absolute path");
    }
    process.put("cwd", directory.get());
  }

  private void become(String name, JsonObject process, Map<String, String> environment)
      throws IOException, Failure {
    JsonObject user = process.object("user");
    try (RunningRoot root = RunningRoot.of(container.process())) {
      Account account = Account.resolve(name, root);
      Account own = Account.resolve(Long.toString(user.number("uid")), root);
      user.put("uid", account.uid())
          .put("gid", account.gid())
          .put("additionalGids", account.groups());
      /* A home that comes from the container's user goes with that user; what was set stays. */
      String home = environment.getOrDefault("HOME", "");
      if (home.isEmpty() || home.equals("/") || home.equals(own.home())) {
        environment.put("HOME", account.home().isEmpty() ? "/" : account.home());
      }
    } catch (BundleException.UnknownUser e) {
      throw new Failure(
          "unable to find user "
              + name
              + ": no matching entries in the container's /etc/passwd or /etc/group",
          e);
    } catch (BundleException e) {
      throw new Failure("--user " + name + ": " + e.getMessage(), e);
    }
    process.put("user", user);
  }

  /* All that this kernel has and the caller may give. */
  private static JsonObject allCapabilities() throws IOException {
    List<String> all = CapabilityNames.ofThisProcess();
    return new JsonObject().put("bounding", all).put("effective", all).put("permitted", all);
  }
}
