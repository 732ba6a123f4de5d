package nsbox.runtime.state;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupWrite;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.cgroup.ResourceWrites;
import nsbox.runtime.cgroup.Resources;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Other limits for a container that is there.
///
/// What the kernel takes is stored in the container's configuration, so that the next update starts
/// from it. Devices stay as they are, as with runc. Whoever calls holds the container's lock.
public final class ResourceUpdate {
  private final StateFolder folder;
  private final ContainerCgroup cgroup;

  /// @param cgroup of the container
  public ResourceUpdate(StateFolder folder, ContainerCgroup cgroup) {
    this.folder = folder;
    this.cgroup = cgroup;
  }

  /// Applies and stores `changes`. If the kernel refuses one of them, those before it are taken
  /// back as far as a limit stood there before, and nothing is stored.
  ///
  /// @param changes as `linux.resources`, with what is to change
  /// @return the fields that say something and have no effect in any kernel of today
  /// @throws JsonException if a field is none; nothing was changed
  /// @throws UnsupportedSpecException if this host's cgroups cannot do it; nothing was changed
  /// @throws IOException if the kernel refuses a value
  public List<String> apply(JsonObject changes) throws IOException, UnsupportedSpecException {
    JsonObject config = folder.config();
    JsonObject linux = config.optionalObject("linux").orElseGet(JsonObject::new);
    JsonObject current = linux.optionalObject("resources").orElseGet(JsonObject::new);
    JsonObject merged = Resources.merge(current, changes);
    Resources resources = Resources.parse(merged);
    List<CgroupWrite> writes = ResourceWrites.of(resources, cgroup);
    ResourceWrites.checkBeforeUpdate(resources, cgroup);
    perform(writes, current);
    folder.storeConfig(config.put("linux", linux.put("resources", stored(current, merged))));
    return Resources.parse(changes).memory().ignored();
  }

  private void perform(List<CgroupWrite> writes, JsonObject before)
      throws IOException, UnsupportedSpecException {
    try {
      for (CgroupWrite write : writes) {
        write.perform();
      }
    } catch (IOException e) {
      restore(before, e);
      throw e;
    }
  }

  private void restore(JsonObject before, IOException refusal) throws UnsupportedSpecException {
    try {
      for (CgroupWrite write : ResourceWrites.of(Resources.parse(before), cgroup)) {
        write.perform();
      }
    } catch (IOException e) {
      refusal.addSuppressed(e);
    }
  }

  /* Files of version 2 are limits each of their own. */
  private static JsonObject stored(JsonObject current, JsonObject merged) throws JsonException {
    JsonObject stored = new JsonObject();
    for (JsonObject from : List.of(current, merged)) {
      for (Map.Entry<String, Object> group : from.members().entrySet()) {
        stored.put(group.getKey(), group.getValue());
      }
    }
    if (current.has("unified") && merged.has("unified")) {
      JsonObject files = new JsonObject();
      for (JsonObject from : List.of(current, merged)) {
        from.object("unified").members().forEach(files::put);
      }
      stored.put("unified", files);
    }
    return stored;
  }
}
