package nsbox.e2e.runtime.attacks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// A bundle with busybox as its root, and what `nsbox-runtime spec` writes as its configuration;
/// both are for a test to make hostile.
final class Bundle {
  private static final List<String> APPLETS =
      List.of(
          "awk",
          "cat",
          "echo",
          "grep",
          "id",
          "ls",
          "mkdir",
          "mknod",
          "mount",
          "readlink",
          "sh",
          "sleep",
          "stat",
          "tail",
          "touch",
          "true",
          "wc");

  private final Path folder;
  private final JsonObject config;

  /// @param folder made here
  /// @param busybox a static one
  /// @param spec the text of a config.json
  Bundle(Path folder, Path busybox, byte[] spec) throws IOException {
    this.folder = Files.createDirectory(folder);
    for (String name : List.of("bin", "dev", "etc", "proc", "sys", "tmp")) {
      Files.createDirectories(rootfs().resolve(name));
    }
    Files.copy(busybox, rootfs().resolve("bin/busybox"));
    for (String applet : APPLETS) {
      Files.createSymbolicLink(rootfs().resolve("bin").resolve(applet), Path.of("busybox"));
    }
    config = Json.parse(spec, "config.json");
    process().put("terminal", false);
    process().put("env", List.of("PATH=/bin"));
    config.object("root").put("readonly", false);
  }

  Path folder() {
    return folder;
  }

  Path rootfs() {
    return folder.resolve("rootfs");
  }

  JsonObject config() {
    return config;
  }

  JsonObject process() throws JsonException {
    return config.object("process");
  }

  JsonObject linux() throws JsonException {
    return config.object("linux");
  }

  Bundle arguments(String... words) throws JsonException {
    process().put("args", List.of(words));
    return this;
  }

  Bundle script(String script) throws JsonException {
    return arguments("sh", "-c", script);
  }

  /// Puts a link in the place of what the root has there.
  Bundle link(String path, Path content) throws IOException {
    Files.deleteIfExists(rootfs().resolve(path));
    Files.createSymbolicLink(rootfs().resolve(path), content);
    return this;
  }

  Bundle program(String path, Path file) throws IOException {
    Path copy = Files.copy(file, rootfs().resolve(path));
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
    return this;
  }

  /// One more mount, after those that are there.
  Bundle mount(String destination, String type, String source, String... options)
      throws JsonException {
    List<JsonObject> mounts = new ArrayList<>(config.objects("mounts"));
    mounts.add(
        new JsonObject()
            .put("destination", destination)
            .put("type", type)
            .put("source", source)
            .put("options", List.of(options)));
    config.put("mounts", mounts);
    return this;
  }

  Bundle bind(Path source, String destination) throws JsonException {
    return mount(destination, "bind", source.toString(), "rbind", "rw");
  }

  /// Without what stands there and below.
  Bundle unmount(String destination) throws JsonException {
    List<JsonObject> mounts = new ArrayList<>(config.objects("mounts"));
    for (JsonObject mount : config.objects("mounts")) {
      String place = mount.string("destination");
      if (place.equals(destination) || place.startsWith(destination + "/")) {
        mounts.remove(mount);
      }
    }
    config.put("mounts", mounts);
    return this;
  }

  Bundle withoutNamespace(String type) throws JsonException {
    List<JsonObject> kept = new ArrayList<>();
    for (JsonObject namespace : linux().objects("namespaces")) {
      if (!namespace.string("type").equals(type)) {
        kept.add(namespace);
      }
    }
    linux().put("namespaces", kept);
    return this;
  }

  /// The same in every set that is named.
  Bundle capabilities(List<String> names, String... sets) throws JsonException {
    JsonObject all = new JsonObject();
    for (String set : sets) {
      all.put(set, names);
    }
    process().put("capabilities", all);
    return this;
  }

  Path write() throws IOException {
    Files.write(folder.resolve("config.json"), Json.bytes(config));
    return folder;
  }
}
