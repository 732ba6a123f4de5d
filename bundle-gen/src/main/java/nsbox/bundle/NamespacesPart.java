package nsbox.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nsbox.bundle.options.NamespaceOptions;
import nsbox.bundle.options.NamespaceOptions.IdRange;
import nsbox.bundle.options.NamespaceOptions.Kind;
import nsbox.bundle.options.NamespaceOptions.Namespace;
import nsbox.json.JsonObject;

/// `linux.namespaces` of config.json, what is mapped in them, and their kernel parameters.
///
/// A namespace of another container has no path here: its process is another with each start, so
/// whoever starts this one fills it in.
final class NamespacesPart {
  private final NamespaceOptions options;
  private final Origins origins;

  NamespacesPart(NamespaceOptions options, Origins origins) {
    this.options = options;
    this.origins = origins;
  }

  void sysctls(JsonObject linux) {
    TreeMap<String, String> all = new TreeMap<>();
    boolean defaults = options.network().isPrivate();
    if (defaults) {
      all.putAll(DefaultPolicy.NETWORK_SYSCTLS);
      if (!options.user().isHost()) {
        pingOfMappedGroups(all);
      }
    }
    all.putAll(options.sysctls());
    if (all.isEmpty()) {
      return;
    }
    JsonObject sysctl = new JsonObject();
    for (Map.Entry<String, String> entry : all.entrySet()) {
      sysctl.put(entry.getKey(), entry.getValue());
    }
    linux.put("sysctl", sysctl);
    origins.note(
        "linux.sysctl",
        sysctl.members().toString(),
        options.sysctls().isEmpty() ? "default" : defaults ? "default and --sysctl" : "--sysctl");
  }

  /* The kernel takes groups only that the user namespace has. What is mapped in one that belongs to
  another container is not known here. */
  private void pingOfMappedGroups(TreeMap<String, String> sysctls) {
    sysctls.remove(DefaultPolicy.PING_GROUPS);
    for (IdRange range : options.gidMap()) {
      if (range.container() == 0) {
        sysctls.put(
            DefaultPolicy.PING_GROUPS, "0 " + Math.min(range.size() - 1, Integer.MAX_VALUE));
      }
    }
  }

  void add(JsonObject linux) {
    List<JsonObject> namespaces = new ArrayList<>();
    StringBuilder names = new StringBuilder();
    StringBuilder shared = new StringBuilder();
    add(namespaces, names, shared, "pid", options.pid(), "--pid");
    add(namespaces, names, shared, "ipc", options.ipc(), "--ipc");
    add(namespaces, names, shared, "uts", options.uts(), "--uts");
    add(namespaces, names, shared, "mount", Namespace.PRIVATE, "");
    add(namespaces, names, shared, "cgroup", options.cgroup(), "--cgroupns");
    add(namespaces, names, shared, "network", options.network(), "--network");
    if (!options.user().isHost()) {
      add(namespaces, names, shared, "user", options.user(), "--userns");
    }
    linux.put("namespaces", namespaces);
    origins.note("linux.namespaces", names.toString(), "default" + shared);
    mappings(linux, "uidMappings", options.uidMap());
    mappings(linux, "gidMappings", options.gidMap());
  }

  private static void add(
      List<JsonObject> namespaces,
      StringBuilder names,
      StringBuilder shared,
      String type,
      Namespace namespace,
      String flag) {
    if (namespace.isHost()) {
      shared.append(", without ").append(type).append(" by ").append(flag).append(" host");
      return;
    }
    JsonObject entry = new JsonObject().put("type", type);
    names.append(names.isEmpty() ? "" : " ").append(type);
    if (namespace.kind() == Kind.PATH) {
      entry.put("path", namespace.target());
    }
    if (namespace.isJoined()) {
      shared.append(", ").append(type).append(" of ").append(namespace.target());
      shared.append(" by ").append(flag);
    }
    namespaces.add(entry);
  }

  private void mappings(JsonObject linux, String member, List<IdRange> ranges) {
    if (ranges.isEmpty()) {
      return;
    }
    StringBuilder text = new StringBuilder();
    for (IdRange range : ranges) {
      text.append(text.isEmpty() ? "" : ", ").append(range.container());
      text.append(" is ").append(range.host()).append(", ").append(range.size()).append(" ids");
    }
    linux.put(member, ranges(ranges));
    origins.note("linux." + member, text.toString(), "--uidmap and --gidmap");
  }

  private static List<JsonObject> ranges(List<IdRange> ranges) {
    List<JsonObject> list = new ArrayList<>();
    for (IdRange range : ranges) {
      list.add(
          new JsonObject()
              .put("containerID", range.container())
              .put("hostID", range.host())
              .put("size", range.size()));
    }
    return list;
  }
}
