package nsbox.bundle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.bundle.options.ContainerOptions;
import nsbox.bundle.options.EnvironmentOptions;
import nsbox.image.ImageConfig;

/// `process.env` of config.json. Who comes later outranks: the host's own variables, the defaults
/// and the image, files of variables, single variables.
final class EnvironmentPart {
  private final ContainerOptions options;
  private final Map<String, String> values = new LinkedHashMap<>();
  private final Map<String, String> sources = new LinkedHashMap<>();

  EnvironmentPart(ContainerOptions options) {
    this.options = options;
  }

  /// @param hostname where the user names none
  List<String> make(ImageConfig image, Account account, String hostname, Origins origins) {
    EnvironmentOptions asked = options.environment();
    if (!asked.unsetAll()) {
      setDefaults(image, hostname);
    }
    for (String name : asked.unset()) {
      values.remove(name);
    }
    setAll(asked.ofFiles(), "--env-file");
    setAll(asked.assignments(), "--env");
    if (values.getOrDefault("HOME", "").isEmpty()) {
      boolean known = !account.home().isEmpty();
      set("HOME=" + (known ? account.home() : "/"), known ? "image /etc/passwd" : "default");
    }
    List<String> environment = new ArrayList<>();
    for (Map.Entry<String, String> entry : values.entrySet()) {
      environment.add(entry.getKey() + "=" + entry.getValue());
      origins.note(
          "process.env", entry.getKey() + "=" + entry.getValue(), sources.get(entry.getKey()));
    }
    return environment;
  }

  private void setDefaults(ImageConfig image, String hostname) {
    setAll(options.environment().ofHost(), "--env-host");
    set("PATH=" + DefaultPolicy.PATH, "default");
    boolean named = options.names().hostname().isPresent();
    set(
        "HOSTNAME=" + options.names().hostname().orElse(hostname),
        named ? "--hostname" : "default");
    if (options.process().terminal().isPresent()) {
      set("TERM=xterm", "--tty");
    }
    setAll(image.env(), "image");
  }

  private void setAll(List<String> assignments, String source) {
    for (String assignment : assignments) {
      set(assignment, source);
    }
  }

  private void set(String assignment, String source) {
    int equals = assignment.indexOf('=');
    String name = equals < 0 ? assignment : assignment.substring(0, equals);
    values.put(name, equals < 0 ? "" : assignment.substring(equals + 1));
    sources.put(name, source);
  }
}
