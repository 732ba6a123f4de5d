package nsbox.bundle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.bundle.BundleGenerator.Surroundings;
import nsbox.image.ImageConfig;
import nsbox.json.JsonObject;

/// `process` of config.json: what runs, as whom, where and with which environment.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/conversion.md Conversion
final class ProcessPart {
  private final ImageConfig image;
  private final ContainerOptions options;
  private final Surroundings surroundings;
  private final Origins origins;

  ProcessPart(
      ImageConfig image, ContainerOptions options, Surroundings surroundings, Origins origins) {
    this.image = image;
    this.options = options;
    this.surroundings = surroundings;
    this.origins = origins;
  }

  JsonObject make() throws IOException, BundleException {
    JsonObject process = new JsonObject();
    process.put("terminal", options.terminal().isPresent());
    origins.note(
        "process.terminal",
        Boolean.toString(options.terminal().isPresent()),
        options.terminal().isPresent() ? "--tty" : "default");
    options
        .terminal()
        .ifPresent(size ->
            process.put(
                "consoleSize",
                new JsonObject().put("height", size.rows()).put("width", size.columns())));
    String userText = options.user().orElse(image.user());
    Account account = Account.resolve(userText, surroundings.files());
    process.put(
        "user",
        new JsonObject()
            .put("uid", account.uid())
            .put("gid", account.gid())
            .put("additionalGids", account.groups()));
    origins.note(
        "process.user",
        account.uid() + ":" + account.gid() + " with groups " + account.groups(),
        options.user().isPresent()
            ? "--user " + userText
            : userText.isEmpty() ? "default root" : "image " + userText);
    process.put("args", arguments());
    process.put("env", environment(account));
    process.put("cwd", workingDirectory());
    process.put("capabilities", capabilities());
    origins.note("process.capabilities", String.join(" ", DefaultPolicy.CAPABILITIES), "default");
    process.put("noNewPrivileges", false);
    return process;
  }

  /* Docker's rule: an entrypoint of the user's drops the image's command. */
  private List<String> arguments() throws BundleException {
    List<String> arguments = new ArrayList<>();
    String source = "image";
    if (options.entrypoint().isEmpty()) {
      arguments.addAll(image.entrypoint());
    } else if (!options.entrypoint().get().isEmpty()) {
      arguments.add(options.entrypoint().get());
    }
    if (!options.arguments().isEmpty()) {
      source = arguments.isEmpty() ? "command line" : "image and command line";
      arguments.addAll(options.arguments());
    } else if (options.entrypoint().isEmpty()) {
      arguments.addAll(image.cmd());
    }
    if (options.entrypoint().isPresent()) {
      source = options.arguments().isEmpty() ? "--entrypoint" : "--entrypoint and command line";
    }
    if (arguments.isEmpty()) {
      throw new BundleException.NoCommand();
    }
    origins.note("process.args", String.join(" ", arguments), source);
    return arguments;
  }

  private List<String> environment(Account account) {
    Map<String, String> values = new LinkedHashMap<>();
    Map<String, String> sources = new LinkedHashMap<>();
    set(values, sources, "PATH=" + DefaultPolicy.PATH, "default");
    set(
        values,
        sources,
        "HOSTNAME=" + options.hostname().orElse(surroundings.hostname()),
        options.hostname().isPresent() ? "--hostname" : "default");
    if (options.terminal().isPresent()) {
      set(values, sources, "TERM=xterm", "--tty");
    }
    for (String assignment : image.env()) {
      set(values, sources, assignment, "image");
    }
    for (String assignment : options.environment()) {
      set(values, sources, assignment, "--env");
    }
    if (values.getOrDefault("HOME", "").isEmpty()) {
      boolean known = !account.home().isEmpty();
      set(
          values,
          sources,
          "HOME=" + (known ? account.home() : "/"),
          known ? "image /etc/passwd" : "default");
    }
    List<String> environment = new ArrayList<>();
    for (Map.Entry<String, String> entry : values.entrySet()) {
      environment.add(entry.getKey() + "=" + entry.getValue());
      origins.note(
          "process.env", entry.getKey() + "=" + entry.getValue(), sources.get(entry.getKey()));
    }
    return environment;
  }

  private static void set(
      Map<String, String> values, Map<String, String> sources, String assignment, String source) {
    int equals = assignment.indexOf('=');
    String name = equals < 0 ? assignment : assignment.substring(0, equals);
    values.put(name, equals < 0 ? "" : assignment.substring(equals + 1));
    sources.put(name, source);
  }

  private String workingDirectory() throws BundleException {
    String directory = options.workingDirectory().orElse(image.workingDir());
    String source =
        options.workingDirectory().isPresent()
            ? "--workdir"
            : directory.isEmpty() ? "default" : "image";
    if (directory.isEmpty()) {
      directory = "/";
    }
    if (!directory.startsWith("/")) {
      throw new BundleException.BadValue(
          "the working directory " + directory + " is not an absolute path");
    }
    origins.note("process.cwd", directory, source);
    return directory;
  }

  private static JsonObject capabilities() {
    /* Never inheritable or ambient: a program without file capabilities would keep them for any
     * user (CVE-2022-24769). */
    return new JsonObject()
        .put("bounding", DefaultPolicy.CAPABILITIES)
        .put("effective", DefaultPolicy.CAPABILITIES)
        .put("permitted", DefaultPolicy.CAPABILITIES);
  }
}
