package nsbox.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nsbox.bundle.ContainerOptions.Volume;
import nsbox.json.JsonObject;

/// `mounts` of config.json: the default ones, the container's own files of /etc, and volumes.
final class MountsPart {
  private final ContainerOptions options;
  private final Map<String, String> etcFiles;
  private final Origins origins;

  MountsPart(ContainerOptions options, Map<String, String> etcFiles, Origins origins) {
    this.options = options;
    this.etcFiles = etcFiles;
    this.origins = origins;
  }

  List<JsonObject> make() {
    List<JsonObject> mounts = new ArrayList<>();
    for (DefaultPolicy.Mount mount : DefaultPolicy.MOUNTS) {
      if (!replacedByVolume(mount.destination())) {
        mounts.add(mount(mount.destination(), mount.type(), mount.type(), mount.options()));
        origins.note("mounts", mount.type() + " on " + mount.destination(), "default");
      }
    }
    for (Map.Entry<String, String> file : new TreeMap<>(etcFiles).entrySet()) {
      if (!replacedByVolume(file.getKey())) {
        mounts.add(mount(file.getKey(), "bind", file.getValue(), List.of("bind", "rprivate")));
        origins.note("mounts", file.getValue() + " on " + file.getKey(), "default");
      }
    }
    for (Volume volume : options.volumes()) {
      List<String> bind = new ArrayList<>(List.of("rbind", volume.propagation()));
      if (volume.readonly()) {
        bind.add("rro");
      }
      mounts.add(mount(volume.destination(), "bind", volume.source(), bind));
      origins.note(
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
}
