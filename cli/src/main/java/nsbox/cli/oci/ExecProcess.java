package nsbox.cli.oci;

import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import picocli.CommandLine.ParseResult;

/// The process to run, from a file or from the container's own and the options.
final class ExecProcess {
  private ExecProcess() {}

  static JsonObject of(ParseResult parsed, Session session, JsonObject config, List<String> command)
      throws Exception {
    Optional<String> file = optional(parsed, "--process");
    if (file.isPresent()) {
      JsonObject process = Json.parse(Files.readAllBytes(session.path(file.get())), file.get());
      confine(process, config.object("process"));
      fillSize(process, session);
      return process;
    }
    if (command.isEmpty()) {
      throw new Failure("process args cannot be empty");
    }
    JsonObject process = config.object("process");
    process.put("args", List.copyOf(command));
    process.put("terminal", isSet(parsed, "--tty"));
    options(parsed, process);
    fillSize(process, session);
    return process;
  }

  /* As runc: what the file does not say of these is as for the container, not without bounds. */
  private static void confine(JsonObject process, JsonObject container) {
    for (String name : List.of("capabilities", "apparmorProfile", "selinuxLabel")) {
      if (!process.has(name) && container.has(name)) {
        process.put(name, container.members().get(name));
      }
    }
  }

  private static void fillSize(JsonObject process, Session session) {
    if (!process.has("consoleSize")) {
      process.put("consoleSize", Making.size(session));
    }
  }

  private static void options(ParseResult parsed, JsonObject process) throws Exception {
    if (optional(parsed, "--cwd").isPresent()) {
      process.put("cwd", optional(parsed, "--cwd").get());
    }
    List<String> environment = new ArrayList<>(process.strings("env"));
    environment.addAll(Model.values(parsed, "--env"));
    process.put("env", environment);
    user(parsed, process);
    if (isSet(parsed, "--no-new-privs")) {
      process.put("noNewPrivileges", true);
    }
    if (optional(parsed, "--apparmor").isPresent()) {
      process.put("apparmorProfile", optional(parsed, "--apparmor").get());
    }
    if (optional(parsed, "--process-label").isPresent()) {
      process.put("selinuxLabel", optional(parsed, "--process-label").get());
    }
    capabilities(Model.values(parsed, "--cap"), process);
  }

  private static void user(ParseResult parsed, JsonObject process) throws Exception {
    List<String> groups = Model.values(parsed, "--additional-gids");
    JsonObject user = process.optionalObject("user").orElseGet(JsonObject::new);
    if (optional(parsed, "--user").isPresent()) {
      String[] ids = optional(parsed, "--user").get().split(":", 2);
      user.put("uid", id("--user", ids[0]));
      if (ids.length > 1) {
        user.put("gid", id("--user", ids[1]));
      }
    }
    if (!groups.isEmpty()) {
      List<Object> gids = new ArrayList<>(user.numbers("additionalGids"));
      for (String group : groups) {
        gids.add(id("--additional-gids", group));
      }
      user.put("additionalGids", gids);
    }
    process.put("user", user);
  }

  private static long id(String option, String text) throws Failure {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new Failure(option + ": not a number: " + text, e);
    }
  }

  /* As runc: into every set but the inheritable and the ambient one. */
  private static void capabilities(List<String> names, JsonObject process) throws Exception {
    if (names.isEmpty()) {
      return;
    }
    JsonObject sets = process.optionalObject("capabilities").orElseGet(JsonObject::new);
    for (String set : List.of("bounding", "effective", "permitted")) {
      List<String> all = new ArrayList<>(sets.strings(set));
      all.addAll(names);
      sets.put(set, all);
    }
    process.put("capabilities", sets);
  }
}
