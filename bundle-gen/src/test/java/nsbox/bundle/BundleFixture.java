package nsbox.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import nsbox.bundle.options.ContainerOptions;
import nsbox.bundle.options.DeviceOptions;
import nsbox.bundle.options.EnvironmentOptions;
import nsbox.bundle.options.FileOptions;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.bundle.options.MetadataOptions;
import nsbox.bundle.options.NameOptions;
import nsbox.bundle.options.NamespaceOptions;
import nsbox.bundle.options.NamespaceOptions.Namespace;
import nsbox.bundle.options.ProcessOptions;
import nsbox.bundle.options.ProcessOptions.TerminalSize;
import nsbox.bundle.options.ResourceOptions;
import nsbox.bundle.options.SecurityOptions;
import nsbox.image.ImageConfig;
import nsbox.image.Platform;
import nsbox.json.JsonObject;
import nsbox.json.JsonText;

/// An image, options and surroundings to change bit by bit; empty to begin with, but for `sh`.
final class BundleFixture {
  private List<String> entrypoint = List.of();
  private List<String> cmd = List.of("sh");
  private List<String> imageEnv = List.of();
  private String workingDir = "";
  private String imageUser = "";
  private Optional<String> stopSignal = Optional.empty();
  private Map<String, String> imageLabels = Map.of();

  private List<String> arguments = List.of();
  private Optional<String> entrypointFlag = Optional.empty();
  private EnvironmentOptions environment = EnvironmentOptions.DEFAULT;
  private Optional<String> workdirFlag = Optional.empty();
  private Optional<String> userFlag = Optional.empty();
  private Optional<String> hostnameFlag = Optional.empty();
  private boolean readonly;
  private List<Mount> mounts = List.of();
  private Optional<String> sharedMemory = Optional.empty();
  private List<String> groups = List.of();
  private NamespaceOptions namespaces = NamespaceOptions.DEFAULT;
  private SecurityOptions security = SecurityOptions.DEFAULT;
  private DeviceOptions devices = DeviceOptions.DEFAULT;
  private ResourceOptions resources = ResourceOptions.DEFAULT;
  private Optional<TerminalSize> terminal = Optional.empty();
  private Map<String, String> labelFlags = Map.of();

  private Map<String, String> files =
      Map.of("/etc/passwd", "root:x:0:0::/root:\nweb:x:8:9::/srv:\n");
  private boolean pids = true;
  private Optional<JsonText> seccomp = Optional.of(new JsonText("{\"defaultAction\":\"A\"}"));
  private Map<String, String> etcFiles = new TreeMap<>();

  BundleFixture image(List<String> newEntrypoint, List<String> newCmd) {
    entrypoint = newEntrypoint;
    cmd = newCmd;
    return this;
  }

  BundleFixture imageEnv(String... assignments) {
    imageEnv = List.of(assignments);
    return this;
  }

  BundleFixture imageWorkingDir(String directory) {
    workingDir = directory;
    return this;
  }

  BundleFixture imageUser(String user) {
    imageUser = user;
    return this;
  }

  BundleFixture imageStopSignal(String signal) {
    stopSignal = Optional.of(signal);
    return this;
  }

  BundleFixture imageLabels(Map<String, String> labels) {
    imageLabels = labels;
    return this;
  }

  BundleFixture arguments(String... words) {
    arguments = List.of(words);
    return this;
  }

  BundleFixture entrypoint(String program) {
    entrypointFlag = Optional.of(program);
    return this;
  }

  BundleFixture env(String... assignments) {
    return environment(
        new EnvironmentOptions(List.of(), List.of(), List.of(assignments), List.of(), false));
  }

  BundleFixture environment(EnvironmentOptions options) {
    environment = options;
    return this;
  }

  BundleFixture groups(String... names) {
    groups = List.of(names);
    return this;
  }

  BundleFixture sharedMemory(String size) {
    sharedMemory = Optional.of(size);
    return this;
  }

  BundleFixture namespaces(NamespaceOptions options) {
    namespaces = options;
    return this;
  }

  BundleFixture security(SecurityOptions options) {
    security = options;
    return this;
  }

  BundleFixture devices(DeviceOptions options) {
    devices = options;
    return this;
  }

  BundleFixture resources(ResourceOptions options) {
    resources = options;
    return this;
  }

  BundleFixture workdir(String directory) {
    workdirFlag = Optional.of(directory);
    return this;
  }

  BundleFixture user(String user) {
    userFlag = Optional.of(user);
    return this;
  }

  BundleFixture hostname(String name) {
    hostnameFlag = Optional.of(name);
    return this;
  }

  BundleFixture readonly() {
    readonly = true;
    return this;
  }

  BundleFixture mounts(Mount... all) {
    mounts = List.of(all);
    return this;
  }

  BundleFixture hostNetwork() {
    return namespaces(
        new NamespaceOptions(
            Namespace.HOST,
            Namespace.PRIVATE,
            Namespace.PRIVATE,
            Namespace.PRIVATE,
            Namespace.PRIVATE,
            Namespace.HOST,
            List.of(),
            List.of(),
            Map.of()));
  }

  BundleFixture terminal(int rows, int columns) {
    terminal = Optional.of(new TerminalSize(rows, columns));
    return this;
  }

  BundleFixture labels(Map<String, String> labels) {
    labelFlags = labels;
    return this;
  }

  BundleFixture withoutFiles() {
    files = Map.of();
    return this;
  }

  BundleFixture withoutPids() {
    pids = false;
    return this;
  }

  BundleFixture withoutSeccomp() {
    seccomp = Optional.empty();
    return this;
  }

  BundleFixture etcFile(String destination, String source) {
    etcFiles.put(destination, source);
    return this;
  }

  Bundle generate() throws IOException, BundleException {
    return BundleGenerator.generate(
        new ImageConfig(
            Optional.empty(),
            new Platform("linux", "amd64", ""),
            entrypoint,
            cmd,
            imageEnv,
            workingDir,
            imageUser,
            stopSignal,
            Set.of(),
            Set.of(),
            imageLabels,
            List.of(),
            List.of(),
            new JsonObject()),
        options(),
        new BundleGenerator.Surroundings(
            path ->
                Optional.ofNullable(files.get(path)).map(it -> it.getBytes(StandardCharsets.UTF_8)),
            "/rootfs",
            "0123456789ab",
            Optional.of("/nsbox/c1"),
            pids,
            seccomp,
            etcFiles));
  }

  private ContainerOptions options() {
    return new ContainerOptions(
        new ProcessOptions(
            arguments,
            entrypointFlag.map(it -> it.isEmpty() ? List.of() : List.of(it)),
            workdirFlag,
            userFlag,
            groups,
            Optional.empty(),
            terminal,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty()),
        environment,
        new NameOptions(
            hostnameFlag,
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            true,
            true,
            true),
        new FileOptions(readonly, mounts, sharedMemory),
        namespaces,
        security,
        devices,
        resources,
        new MetadataOptions(labelFlags, Map.of(), Optional.empty(), Optional.empty()));
  }

  JsonObject config() throws IOException, BundleException {
    return generate().config();
  }

  JsonObject process() throws IOException, BundleException {
    return config().object("process");
  }

  /// What the bundle says of where a field's value comes from, one text for each note.
  List<String> sources(String field) throws IOException, BundleException {
    return generate().origins().stream()
        .filter(origin -> origin.field().equals(field))
        .map(origin -> origin.value() + " <- " + origin.source())
        .toList();
  }
}
