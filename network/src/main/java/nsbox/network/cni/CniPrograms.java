package nsbox.network.cni;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Where the programs of plugins are, and how they are called.
///
/// @param folders in which they are looked for, in this order
/// @param prefix what stands before a program's path in the command that starts it; mostly nothing
/// @param environment what they get besides their parameters
/// @param limit how long one may take; then it is killed
public record CniPrograms(
    List<Path> folders, List<String> prefix, Map<String, String> environment, Duration limit) {
  /// The variable that names the folders, with `:` between them.
  public static final String VARIABLE = "CNI_PATH";

  /// Longer than a server for addresses may take.
  public static final Duration LIMIT = Duration.ofSeconds(60);

  private static final String DEFAULT_FOLDERS = "/opt/cni/bin:/usr/lib/cni:/usr/libexec/cni";

  /* Plugins call iptables, nft and ip. */
  private static final String DEFAULT_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /// The programs that this environment asks for.
  public static CniPrograms of(Map<String, String> environment) {
    String path = environment.getOrDefault(VARIABLE, "");
    List<Path> folders = new ArrayList<>();
    for (String folder : (path.isEmpty() ? DEFAULT_FOLDERS : path).split(":")) {
      if (!folder.isEmpty()) {
        folders.add(Path.of(folder));
      }
    }
    return new CniPrograms(folders, List.of(), environment, LIMIT);
  }

  /// The program of a plugin.
  ///
  /// @throws CniException if it is nowhere
  Path find(String network, String type) throws CniException {
    for (Path folder : folders) {
      Path program = folder.resolve(type);
      if (Files.isRegularFile(program) && Files.isExecutable(program)) {
        return program;
      }
    }
    throw new CniException(
        "CNI network "
            + network
            + ": there is no plugin "
            + type
            + " in "
            + path().replace(":", ", ")
            + "\n  Install it, or set the variable CNI_PATH to where it is.");
  }

  /// Calls a plugin.
  ///
  /// @param parameters its environment's other variables, `CNI_COMMAND` among them
  /// @return what it wrote
  /// @throws CniException if it cannot be started, takes too long or fails
  byte[] call(String network, String type, Map<String, String> parameters, JsonObject request)
      throws CniException {
    String action = parameters.get("CNI_COMMAND");
    List<String> command = new ArrayList<>(prefix);
    command.add(find(network, type).toString());
    CniInvocation invocation;
    try {
      invocation = CniInvocation.of(command, environment(parameters), Json.bytes(request), limit);
    } catch (IOException e) {
      throw new CniException(start(network, type, action) + "did not start: " + e.getMessage(), e);
    }
    if (invocation.killed()) {
      throw new CniException(
          start(network, type, action)
              + "did not end within "
              + limit.toSeconds()
              + " s and was killed");
    }
    if (invocation.overflowed()) {
      throw new CniException(
          start(network, type, action)
              + "wrote more than "
              + Json.MAX_BYTES
              + " bytes and was killed");
    }
    if (invocation.code() != 0) {
      throw failed(start(network, type, action), invocation);
    }
    return invocation.output();
  }

  /// The beginning of a message about a plugin's call.
  static String start(String network, String type, String action) {
    return "CNI network " + network + ": " + action + " of plugin " + type + " ";
  }

  private Map<String, String> environment(Map<String, String> parameters) {
    Map<String, String> all = new HashMap<>();
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      if (!variable.getKey().startsWith("CNI_")) {
        all.put(variable.getKey(), variable.getValue());
      }
    }
    if (all.getOrDefault("PATH", "").isEmpty()) {
      all.put("PATH", DEFAULT_PATH);
    }
    all.putAll(parameters);
    all.put(VARIABLE, path());
    return all;
  }

  private String path() {
    StringBuilder path = new StringBuilder();
    for (Path folder : folders) {
      path.append(path.isEmpty() ? "" : ":").append(folder);
    }
    return path.toString();
  }

  /* Its words are to be JSON on its output; some plugins write to the other stream. */
  private static CniException failed(String start, CniInvocation invocation) {
    byte[] words = invocation.output().length > 0 ? invocation.output() : invocation.errors();
    try {
      JsonObject error = Json.parse(words, "error");
      long code = error.optionalNumber("code").orElse(0L);
      String message = error.optionalString("msg").orElse("");
      String details = error.optionalString("details").orElse("");
      if (!message.isEmpty() || !details.isEmpty()) {
        String colon = message.isEmpty() || details.isEmpty() ? "" : ": ";
        return new CniException(
            start + "failed: " + message + colon + details + " (code " + code + ")",
            (int) code,
            null);
      }
    } catch (JsonException e) {
      /* Not what the specification wants, so it is quoted below. */
    }
    String said = invocation.said();
    return new CniException(
        start
            + "ended with code "
            + invocation.code()
            + (said.isEmpty() ? " and said nothing" : ": " + said));
  }
}
