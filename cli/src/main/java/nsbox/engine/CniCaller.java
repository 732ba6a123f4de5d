package nsbox.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.network.cni.CniNetworks;
import nsbox.network.cni.CniPrograms;

/// By whom the plugins of CNI networks are called: `nsbox` itself, as a program that the monitor
/// runs.
///
/// @param program the path of `nsbox`
/// @param environment of who starts the container: it says where networks and plugins are
public record CniCaller(String program, Map<String, String> environment) {
  /// The command that is called; it is in no list.
  public static final String COMMAND = "__cni";

  /// Adds the container to a network.
  public static final String ADD = "add";

  /// Takes the container off a network.
  public static final String DELETE = "delete";

  private static final String PATH = "PATH";
  private static final String DEFAULT_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  List<String> command(StateRoots roots, String action, String id, String interfaceName) {
    return List.of(
        program,
        "--root",
        roots.root().toString(),
        "--run-root",
        roots.run().toString(),
        COMMAND,
        action,
        id,
        interfaceName);
  }

  /* What else the caller has in its environment is not a plugin's business. */
  List<String> variables() {
    List<String> variables = new ArrayList<>();
    variables.add(PATH + "=" + environment.getOrDefault(PATH, DEFAULT_PATH));
    for (String name : new String[] {CniNetworks.VARIABLE, CniPrograms.VARIABLE}) {
      if (environment.containsKey(name)) {
        variables.add(name + "=" + environment.get(name));
      }
    }
    return variables;
  }
}
