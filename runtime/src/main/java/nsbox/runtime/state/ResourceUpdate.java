package nsbox.runtime.state;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupWrite;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.cgroup.ResourceWrites;
import nsbox.runtime.cgroup.Resources;
import nsbox.runtime.spec.UnsupportedSpecException;
import nsbox.runtime.systemd.ScopeProperties;
import nsbox.runtime.systemd.UnitProperty;

/// Other limits for a container that is there.
///
/// What the kernel takes is stored in the container's configuration, so that the next update starts
/// from it. Devices stay as they are, as with runc. Whoever calls holds the container's lock.
public final class ResourceUpdate {
  private final Keeper keeper;
  private final ContainerCgroup cgroup;
  private final Optional<ScopeChange> scope;

  /// Tells systemd of limits, which else it would take away again.
  public interface ScopeChange {
    void tell(List<UnitProperty> limits) throws IOException;
  }

  /// Where a container's configuration is kept.
  public interface Keeper {
    JsonObject config() throws IOException;

    /// Replaces it, in one step for whoever reads it.
    void store(JsonObject config) throws IOException;
  }

  /// @param cgroup of the container
  /// @param scope where the cgroup is a scope of systemd
  public ResourceUpdate(StateFolder folder, ContainerCgroup cgroup, Optional<ScopeChange> scope) {
    this(
        new Keeper() {
          @Override
          public JsonObject config() throws IOException {
            return folder.config();
          }

          @Override
          public void store(JsonObject config) throws IOException {
            folder.storeConfig(config);
          }
        },
        cgroup,
        scope);
  }

  /// The same for a container of any keeper.
  public ResourceUpdate(Keeper keeper, ContainerCgroup cgroup, Optional<ScopeChange> scope) {
    this.keeper = keeper;
    this.cgroup = cgroup;
    this.scope = scope;
  }

  /// Stores `changes` for later starts, of a container that does not run.
  ///
  /// @throws JsonException if a field is none; nothing was changed
  /// @throws UnsupportedSpecException if this host's cgroups cannot do it; nothing was changed
  public void store(JsonObject changes) throws IOException, UnsupportedSpecException {
    JsonObject config = keeper.config();
    JsonObject linux = config.optionalObject("linux").orElseGet(JsonObject::new);
    JsonObject current = linux.optionalObject("resources").orElseGet(JsonObject::new);
    JsonObject merged = Resources.merge(current, changes);
    ResourceWrites.of(Resources.parse(merged), cgroup);
    keeper.store(config.put("linux", linux.put("resources", stored(current, merged))));
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
    JsonObject config = keeper.config();
    JsonObject linux = config.optionalObject("linux").orElseGet(JsonObject::new);
    JsonObject current = linux.optionalObject("resources").orElseGet(JsonObject::new);
    JsonObject merged = Resources.merge(current, changes);
    Resources resources = Resources.parse(merged);
    List<CgroupWrite> writes = ResourceWrites.of(resources, cgroup);
    ResourceWrites.checkBeforeUpdate(resources, cgroup);
    perform(writes, current);
    keeper.store(config.put("linux", linux.put("resources", stored(current, merged))));
    return Resources.parse(changes).memory().ignored();
  }

  private void perform(List<CgroupWrite> writes, JsonObject before)
      throws IOException, UnsupportedSpecException {
    List<UnitProperty> limits = limits(writes);
    try {
      perform(limits, writes);
    } catch (IOException e) {
      restore(before, e);
      throw e;
    }
  }

  private List<UnitProperty> limits(List<CgroupWrite> writes) throws UnsupportedSpecException {
    return scope.isPresent() ? ScopeProperties.of(writes, cgroup.isUnified()) : List.of();
  }

  /* systemd first: it writes files as well, and not all of it as exactly. */
  private void perform(List<UnitProperty> limits, List<CgroupWrite> writes) throws IOException {
    if (scope.isPresent()) {
      scope.get().tell(limits);
    }
    for (CgroupWrite write : writes) {
      write.perform();
    }
  }

  private void restore(JsonObject before, IOException refusal) throws UnsupportedSpecException {
    try {
      List<CgroupWrite> writes = ResourceWrites.of(Resources.parse(before), cgroup);
      perform(limits(writes), writes);
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
