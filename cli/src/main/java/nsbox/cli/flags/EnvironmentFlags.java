package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.bundle.options.EnvironmentOptions;
import nsbox.cli.Failure;
import nsbox.cli.Flags;

/// Options about variables of the environment.
public final class EnvironmentFlags {
  private static final List<String> PROXIES =
      List.of("http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy");

  private EnvironmentFlags() {}

  static void addTo(Flags flags) {
    flags
        .texts("NAME[=VALUE]", "Set an environment variable", "-e", "--env")
        .texts("FILE", "Set the variables that a file says, a line each", "--env-file")
        .flag("Pass on all variables of the caller", "--env-host")
        .flag("Pass on the caller's variables for proxies", "--http-proxy")
        .texts("NAME", "Leave out a variable of the image or a default one", "--unsetenv")
        .flag("Leave out all variables of the image and the default ones", "--unsetenv-all");
  }

  static EnvironmentOptions read(Asked asked) throws Failure {
    Map<String, String> own = asked.invocation().environment();
    return new EnvironmentOptions(
        ofHost(asked, own),
        ofFiles(asked, own),
        ofOptions(asked, own),
        asked.texts("--unsetenv"),
        asked.isSet("--unsetenv-all"));
  }

  /// What `--env-file` and `--env` say together, complete assignments; the last of a name counts.
  public static List<String> assignments(Asked asked) throws Failure {
    Map<String, String> own = asked.invocation().environment();
    List<String> assignments = ofFiles(asked, own);
    assignments.addAll(ofOptions(asked, own));
    return assignments;
  }

  private static List<String> ofOptions(Asked asked, Map<String, String> own) throws Failure {
    List<String> variables = new ArrayList<>();
    for (String flag : asked.texts("--env")) {
      if (flag.isEmpty() || flag.startsWith("=")) {
        throw new Failure("--env " + flag + ": no name before the equals sign");
      }
      add(variables, flag, own);
    }
    return variables;
  }

  /* A name alone means the caller's own value; one that the caller has not is not set. A name with a
   * star, all that begin so. */
  private static void add(List<String> variables, String flag, Map<String, String> own) {
    if (flag.indexOf('=') > 0) {
      variables.add(flag);
    } else if (own.containsKey(flag)) {
      variables.add(flag + "=" + own.get(flag));
    } else if (flag.endsWith("*")) {
      String prefix = flag.substring(0, flag.length() - 1);
      for (Map.Entry<String, String> entry : own.entrySet()) {
        if (entry.getKey().startsWith(prefix)) {
          variables.add(entry.getKey() + "=" + entry.getValue());
        }
      }
    }
  }

  private static List<String> ofHost(Asked asked, Map<String, String> own) {
    List<String> variables = new ArrayList<>();
    boolean all = asked.isSet("--env-host");
    if (!all && !asked.isSet("--http-proxy")) {
      return variables;
    }
    for (Map.Entry<String, String> entry : own.entrySet()) {
      if (all || PROXIES.contains(entry.getKey().toLowerCase(java.util.Locale.ROOT))) {
        variables.add(entry.getKey() + "=" + entry.getValue());
      }
    }
    return variables;
  }

  private static List<String> ofFiles(Asked asked, Map<String, String> own) throws Failure {
    List<String> variables = new ArrayList<>();
    for (String file : asked.texts("--env-file")) {
      String path = asked.path("--env-file", file);
      for (String line : LineFile.read("--env-file", path)) {
        add(variables, line, own);
      }
    }
    return variables;
  }
}
