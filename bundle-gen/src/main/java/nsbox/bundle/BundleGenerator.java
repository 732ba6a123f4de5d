package nsbox.bundle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import nsbox.bundle.Bundle.Origin;
import nsbox.bundle.ContainerOptions.Network;
import nsbox.bundle.ContainerOptions.Volume;
import nsbox.image.ImageConfig;
import nsbox.json.JsonObject;
import nsbox.json.JsonText;

/// Makes config.json from what the image says, what the user asks, and nsbox's default policy.
///
/// The user outranks the image, the image outranks the defaults. Every decision is noted with its
/// source, so that `--explain` can tell.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/conversion.md Conversion
public final class BundleGenerator {
  private static final String VERSION = "1.1.0";

  private final ImageConfig image;
  private final ContainerOptions options;
  private final Surroundings surroundings;
  private final List<Origin> origins = new ArrayList<>();

  /// What comes from around the container.
  ///
  /// @param rootPath of the root file system, as config.json names it
  /// @param hostname where the user names none
  /// @param cgroupsPath of the container's cgroup
  /// @param pidsController the host can limit the number of processes
  /// @param seccomp the default filter, `linux.seccomp`
  /// @param etcFiles host files to show as /etc/hosts and its siblings, by destination
  public record Surroundings(
      RootFiles files,
      String rootPath,
      String hostname,
      Optional<String> cgroupsPath,
      boolean pidsController,
      Optional<JsonText> seccomp,
      Map<String, String> etcFiles) {}

  private BundleGenerator(ImageConfig image, ContainerOptions options, Surroundings surroundings) {
    this.image = image;
    this.options = options;
    this.surroundings = surroundings;
  }

  /// @throws BundleException if image and options do not make a container
  /// @throws IOException if the image's files cannot be read
  public static Bundle generate(
      ImageConfig image, ContainerOptions options, Surroundings surroundings)
      throws IOException, BundleException {
    BundleGenerator generator = new BundleGenerator(image, options, surroundings);
    JsonObject config = generator.config();
    return new Bundle(config, List.copyOf(generator.origins));
  }

  private JsonObject config() throws IOException, BundleException {
    JsonObject config = new JsonObject().put("ociVersion", VERSION);
    config.put("process", process());
    config.put(
        "root",
        new JsonObject()
            .put("path", surroundings.rootPath())
            .put("readonly", options.readonlyRoot()));
    note(
        "root.readonly",
        Boolean.toString(options.readonlyRoot()),
        options.readonlyRoot() ? "--read-only" : "default");
    String hostname = options.hostname().orElse(surroundings.hostname());
    config.put("hostname", hostname);
    note("hostname", hostname, options.hostname().isPresent() ? "--hostname" : "default");
    config.put("mounts", mounts());
    config.put("linux", linux());
    annotations(config);
    return config;
  }

  private JsonObject process() throws IOException, BundleException {
    JsonObject process = new JsonObject();
    process.put("terminal", options.terminal().isPresent());
    note(
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
    note(
        "process.user",
        account.uid() + ":" + account.gid() + " with groups " + account.groups(),
        options.user().isPresent()
            ? "--user " + userText
            : userText.isEmpty() ? "default root" : "image " + userText);
    process.put("args", arguments());
    process.put("env", environment(account));
    process.put("cwd", workingDirectory());
    process.put("capabilities", capabilities());
    note("process.capabilities", String.join(" ", DefaultPolicy.CAPABILITIES), "default");
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
    note("process.args", String.join(" ", arguments), source);
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
        "default");
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
      set(values, sources, "HOME=" + account.home(), "image /etc/passwd");
    }
    List<String> environment = new ArrayList<>();
    for (Map.Entry<String, String> entry : values.entrySet()) {
      environment.add(entry.getKey() + "=" + entry.getValue());
      note("process.env", entry.getKey() + "=" + entry.getValue(), sources.get(entry.getKey()));
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
    note("process.cwd", directory, source);
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

  private List<JsonObject> mounts() {
    List<JsonObject> mounts = new ArrayList<>();
    for (DefaultPolicy.Mount mount : DefaultPolicy.MOUNTS) {
      if (!replacedByVolume(mount.destination())) {
        mounts.add(mount(mount.destination(), mount.type(), mount.type(), mount.options()));
        note("mounts", mount.type() + " on " + mount.destination(), "default");
      }
    }
    for (Map.Entry<String, String> file : new TreeMap<>(surroundings.etcFiles()).entrySet()) {
      if (!replacedByVolume(file.getKey())) {
        mounts.add(mount(file.getKey(), "bind", file.getValue(), List.of("bind", "rprivate")));
        note("mounts", file.getValue() + " on " + file.getKey(), "default");
      }
    }
    for (Volume volume : options.volumes()) {
      List<String> bind = new ArrayList<>(List.of("rbind", volume.propagation()));
      if (volume.readonly()) {
        bind.add("rro");
      }
      mounts.add(mount(volume.destination(), "bind", volume.source(), bind));
      note(
          "mounts",
          volume.source() + " on " + volume.destination() + (volume.readonly() ? " read-only" : ""),
          "--volume");
    }
    return mounts;
  }

  private boolean replacedByVolume(String destination) {
    for (Volume volume : options.volumes()) {
      if (volume.destination().equals(destination)) {
        return true;
      }
    }
    return false;
  }

  private static JsonObject mount(
      String destination, String type, String source, List<String> options) {
    return new JsonObject()
        .put("destination", destination)
        .put("type", type)
        .put("source", source)
        .put("options", options);
  }

  private JsonObject linux() {
    JsonObject linux = new JsonObject();
    boolean ownNetwork = options.network() == Network.NONE;
    if (ownNetwork) {
      JsonObject sysctl = new JsonObject();
      new TreeMap<>(DefaultPolicy.NETWORK_SYSCTLS).forEach(sysctl::put);
      linux.put("sysctl", sysctl);
      note("linux.sysctl", sysctl.members().toString(), "default");
    }
    JsonObject resources =
        new JsonObject()
            .put("devices", List.of(new JsonObject().put("allow", false).put("access", "rwm")));
    if (surroundings.pidsController()) {
      resources.put("pids", new JsonObject().put("limit", DefaultPolicy.PIDS_LIMIT));
      note("linux.resources.pids.limit", Long.toString(DefaultPolicy.PIDS_LIMIT), "default");
    }
    linux.put("resources", resources);
    note("linux.resources.devices", "none but the standard devices", "default");
    surroundings
        .cgroupsPath()
        .ifPresent(path -> {
          linux.put("cgroupsPath", path);
          note("linux.cgroupsPath", path, "default");
        });
    namespaces(linux, ownNetwork);
    surroundings
        .seccomp()
        .ifPresent(seccomp -> {
          linux.put("seccomp", seccomp);
          note("linux.seccomp", "nsbox's default filter", "default");
        });
    linux.put("maskedPaths", DefaultPolicy.MASKED_PATHS);
    note("linux.maskedPaths", String.join(" ", DefaultPolicy.MASKED_PATHS), "default");
    linux.put("readonlyPaths", DefaultPolicy.READONLY_PATHS);
    note("linux.readonlyPaths", String.join(" ", DefaultPolicy.READONLY_PATHS), "default");
    return linux;
  }

  private void namespaces(JsonObject linux, boolean ownNetwork) {
    List<String> types = new ArrayList<>(List.of("pid", "ipc", "uts", "mount", "cgroup"));
    if (ownNetwork) {
      types.add("network");
    }
    List<JsonObject> namespaces = new ArrayList<>();
    for (String type : types) {
      namespaces.add(new JsonObject().put("type", type));
    }
    linux.put("namespaces", namespaces);
    note(
        "linux.namespaces",
        String.join(" ", types),
        ownNetwork ? "default" : "default, without network by --network host");
  }

  /* The annotations that the image specification derives from an image's configuration. */
  private void annotations(JsonObject config) {
    JsonObject annotations = new JsonObject();
    image.stopSignal().ifPresent(it -> annotations.put("org.opencontainers.image.stopSignal", it));
    image.labels().forEach(annotations::put);
    options.labels().forEach(annotations::put);
    if (!annotations.isEmpty()) {
      config.put("annotations", annotations);
    }
  }

  private void note(String field, String value, String source) {
    origins.add(new Origin(field, value, source));
  }
}
