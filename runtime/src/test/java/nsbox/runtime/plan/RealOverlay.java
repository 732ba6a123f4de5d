package nsbox.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.testing.LaunchedProgram;

/// Layers on the disk, for programs that really run on them: with the host's /usr and /proc,
/// without cgroups and without any other mount.
///
/// The file `number` is in every layer and holds its number, the lowest being 1; `only-N` is in
/// layer N alone. Uid and gid of a file are the number of its layer.
final class RealOverlay implements AutoCloseable {
  /// What it takes to look at files of any owner, to change them, and to map ids.
  private static final String CAPABILITIES =
      "'CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_DAC_READ_SEARCH', 'CAP_FOWNER', 'CAP_FSETID',"
          + " 'CAP_SETFCAP', 'CAP_SETGID', 'CAP_SETUID', 'CAP_SYS_ADMIN', 'CAP_SYS_PTRACE'";

  private static final String CONFIG =
      """
      {'ociVersion': '1.1.0',
       'process': {'user': {'uid': 0, 'gid': 0}, 'args': [], 'cwd': '/',
                   'env': ['PATH=/usr/bin:/usr/sbin'],
                   'capabilities': {'bounding': [%1$s], 'effective': [%1$s], 'permitted': [%1$s]}},
       'root': {'path': 'rootfs'},
       'mounts': [
         {'destination': '/usr', 'type': 'bind', 'source': '/usr', 'options': ['rbind', 'ro']},
         {'destination': '/dev/null', 'type': 'bind', 'source': '/dev/null', 'options': ['bind']},
         {'destination': '/proc', 'type': 'bind', 'source': '/proc', 'options': ['rbind']}%2$s],
       'linux': {'namespaces': [{'type': 'mount'}]}}
      """;

  final Path folder;
  final Path container;
  private final Path layers;
  private final List<String> lowers = new ArrayList<>();
  private final List<String> arguments = new ArrayList<>();
  private final Map<String, String> fields = new LinkedHashMap<>();
  private final StringBuilder mounts = new StringBuilder();
  private boolean volatileUpper;
  private boolean noPivot;
  private Optional<IdMapping> mapping = Optional.empty();
  private int runs;

  /// @param name of the folder that all lies in, whatever its length and its characters
  RealOverlay(String name, int layerCount) throws IOException {
    folder = Files.createTempDirectory("nsbox-overlay-");
    layers = Files.createDirectories(folder.resolve(name).resolve("layers"));
    container = Files.createDirectories(folder.resolve(name).resolve("container"));
    Files.createDirectory(container.resolve("upper"));
    Files.createDirectory(container.resolve("work"));
    Files.createDirectory(folder.resolve("root"));
    for (int number = 1; number <= layerCount; number++) {
      Path layer = Files.createDirectory(layers.resolve("layer-" + number));
      lowers.addFirst(layer.toString());
      for (String file : List.of("number", "only-" + number)) {
        owned(Files.writeString(layer.resolve(file), number + "\n"), number);
      }
    }
    Path lowest = Path.of(lowers.getLast());
    for (String link : List.of("bin", "lib", "lib64")) {
      Files.createSymbolicLink(lowest.resolve(link), Path.of("usr", link));
    }
  }

  private static void owned(Path path, int id) throws IOException {
    Files.setAttribute(path, "unix:uid", id);
    Files.setAttribute(path, "unix:gid", id);
  }

  Path lowest() {
    return Path.of(lowers.getLast());
  }

  RealOverlay command(String... words) {
    arguments.clear();
    arguments.addAll(List.of(words));
    return this;
  }

  RealOverlay sh(String script) {
    return command("/bin/sh", "-c", script);
  }

  RealOverlay volatileUpper() {
    volatileUpper = true;
    return this;
  }

  RealOverlay withoutPivot() {
    noPivot = true;
    return this;
  }

  RealOverlay mapping(IdMapping ids) {
    mapping = Optional.of(ids);
    return this;
  }

  RealOverlay alsoLower(String path) {
    lowers.addFirst(path);
    return this;
  }

  /// @param field of config.json, such as `process.user`
  /// @param value JSON with single quotes
  RealOverlay with(String field, String value) {
    fields.put(field, value);
    return this;
  }

  /// @param mount JSON with single quotes
  RealOverlay mount(String mount) {
    mounts.append(",").append(mount);
    return this;
  }

  private JsonObject config() throws JsonException {
    JsonObject config = parse(CONFIG.formatted(CAPABILITIES, mounts).replace('\'', '"'));
    config.object("process").put("args", arguments);
    for (Map.Entry<String, String> field : fields.entrySet()) {
      String[] names = field.getKey().split("\\.");
      JsonObject object = config;
      for (int i = 0; i < names.length - 1; i++) {
        object = object.object(names[i]);
      }
      JsonObject value = parse("{\"v\": " + field.getValue().replace('\'', '"') + "}");
      object.put(names[names.length - 1], value.members().get("v"));
    }
    /* Through the text once more, so that every object knows its place in the whole. */
    return parse(Json.text(config));
  }

  private static JsonObject parse(String text) throws JsonException {
    return Json.parse(text.getBytes(StandardCharsets.UTF_8), "config.json");
  }

  Spec spec() throws Exception {
    return Spec.parse(config());
  }

  Program compile() throws Exception {
    Instructions teardown = new Instructions();
    teardown.add("forget it", Opcode.REMOVE_TREE, folder.resolve("nothing").toString());
    return LaunchPlan.compile(
        new Launch(
            "real",
            folder.toString(),
            spec(),
            new Rootfs.Overlay(
                lowers,
                container.resolve("upper").toString(),
                container.resolve("work").toString(),
                folder.resolve("root").toString(),
                volatileUpper,
                false,
                mapping),
            false,
            Watch.NOTHING,
            new Launch.Records(file("monitor"), file("process"), file("exit")),
            new CgroupLayout(List.of()),
            _ -> {
              throw new AssertionError("there is no filter");
            },
            Handover.monitored(0),
            noPivot,
            teardown.list()));
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  LaunchedProgram launched() throws Exception {
    return new LaunchedProgram(folder.resolve("home-" + ++runs), compile());
  }

  /// The pid of the container's process, as the host sees it.
  long pid() throws Exception {
    Path file = folder.resolve("process");
    for (int tries = 0; tries < 500 && !Files.exists(file); tries++) {
      Thread.sleep(20);
    }
    return Long.parseLong(Files.readString(file).split(" ")[0]);
  }

  /// Owner, mode and time of all that the layers hold, as the host sees it.
  Map<String, String> onTheDisk() throws IOException {
    return list(layers);
  }

  /// The same of what the container changed.
  Map<String, String> changed() throws IOException {
    return list(container.resolve("upper"));
  }

  private static Map<String, String> list(Path directory) throws IOException {
    Map<String, String> lines = new TreeMap<>();
    try (var files = Files.walk(directory)) {
      for (Path path : files.toList()) {
        Map<String, Object> status =
            Files.readAttributes(path, "unix:uid,gid,mode,ctime", LinkOption.NOFOLLOW_LINKS);
        lines.put(directory.relativize(path).toString(), new TreeMap<>(status).toString());
      }
    }
    return lines;
  }

  @Override
  public void close() throws IOException {
    assertFalse(
        Files.readString(Path.of("/proc/self/mountinfo")).contains(folder.toString()),
        "mounts on the host");
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
    assertEquals(false, Files.exists(folder));
  }
}
