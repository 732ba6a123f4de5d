package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerTrees;
import nsbox.json.Json;
import nsbox.json.JsonObject;

/// What of a container only its larger documents say, config.json and settings.json; each is read
/// when it is first asked for.
final class ContainerDetails {
  private static final String BIND = "bind";
  private static final String VOLUME = "volume";

  private final ContainerFolder folder;
  private JsonObject config;
  private JsonObject settings;

  ContainerDetails(ContainerFolder folder) {
    this.folder = folder;
  }

  /// config.json, which every start is compiled from.
  JsonObject config() throws IOException {
    if (config == null) {
      config = folder.config();
    }
    return config;
  }

  /// One half of settings.json, what the user asked for in docker's words; empty where it is not
  /// there.
  ///
  /// @param half `Config` or `HostConfig`
  JsonObject settings(String half) throws IOException {
    if (settings == null) {
      Path file = folder.settingsFile();
      settings =
          Files.exists(file)
              ? Json.parse(Files.readAllBytes(file), file.toString())
              : new JsonObject();
    }
    return settings.optionalObject(half).orElse(new JsonObject());
  }

  /// `host`, `none`, or what the user asked for.
  String networkMode() throws IOException {
    String asked = settings("HostConfig").optionalString("NetworkMode").orElse("");
    if (!asked.isEmpty()) {
      return asked;
    }
    for (JsonObject namespace : linux().objects("namespaces")) {
      if (namespace.string("type").equals("network")) {
        return "none";
      }
    }
    return "host";
  }

  JsonObject linux() throws IOException {
    return config().optionalObject("linux").orElse(new JsonObject());
  }

  /// Folders and files of the host, and volumes, as docker's `Mounts`; not what nsbox itself shows
  /// every container.
  List<JsonObject> mounts() throws IOException {
    List<JsonObject> mounts = new ArrayList<>();
    for (JsonObject mount : config().objects("mounts")) {
      String source = mount.optionalString("source").orElse("");
      List<String> options = mount.strings("options");
      boolean bound = options.contains(BIND) || options.contains("rbind");
      if (bound && ContainerTrees.isOne(folder, source)) {
        addImage(mounts, mount.string("destination"));
      } else if (bound && source.startsWith("/") && !Path.of(source).startsWith(folder.lasting())) {
        mounts.add(mount(source, mount.string("destination"), options));
      }
    }
    return mounts;
  }

  private void addImage(List<JsonObject> mounts, String destination) throws IOException {
    for (JsonObject shown : folder.record().json().objects("mounts")) {
      if (shown.string("Destination").equals(destination)) {
        mounts.add(shown);
      }
    }
  }

  private static JsonObject mount(String source, String destination, List<String> options) {
    Path path = Path.of(source);
    boolean volume =
        path.endsWith("_data")
            && path.getNameCount() > 2
            && path.getParent().getParent().endsWith("volumes");
    JsonObject mount = new JsonObject().put("Type", volume ? VOLUME : BIND);
    if (volume) {
      mount.put("Name", path.getParent().getFileName().toString());
    }
    mount.put("Source", source).put("Destination", destination);
    if (volume) {
      mount.put("Driver", "local");
    }
    boolean writable = !options.contains("ro") && !options.contains("rro");
    return mount
        .put("Mode", writable ? "" : "ro")
        .put("RW", writable)
        .put("Propagation", propagation(options));
  }

  private static String propagation(List<String> options) {
    for (String option : options) {
      if (option.endsWith("private") || option.endsWith("shared") || option.endsWith("slave")) {
        return option;
      }
    }
    return "rprivate";
  }
}
