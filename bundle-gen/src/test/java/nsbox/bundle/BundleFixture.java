package nsbox.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import nsbox.bundle.ContainerOptions.Network;
import nsbox.bundle.ContainerOptions.TerminalSize;
import nsbox.bundle.ContainerOptions.Volume;
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
  private List<String> envFlags = List.of();
  private Optional<String> workdirFlag = Optional.empty();
  private Optional<String> userFlag = Optional.empty();
  private Optional<String> hostnameFlag = Optional.empty();
  private boolean readonly;
  private List<Volume> volumes = List.of();
  private Network network = Network.NONE;
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
    envFlags = List.of(assignments);
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

  BundleFixture volume(Volume... all) {
    volumes = List.of(all);
    return this;
  }

  BundleFixture hostNetwork() {
    network = Network.HOST;
    return this;
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
        new ContainerOptions(
            arguments,
            entrypointFlag,
            envFlags,
            workdirFlag,
            userFlag,
            hostnameFlag,
            readonly,
            volumes,
            network,
            terminal,
            labelFlags),
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
