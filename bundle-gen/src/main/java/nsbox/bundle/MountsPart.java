package nsbox.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nsbox.bundle.options.ContainerOptions;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.bundle.options.NamespaceOptions;
import nsbox.json.JsonObject;

/// `mounts` of config.json: the default ones, the container's own files of /etc, and what was asked
/// for.
final class MountsPart {
  private static final int TERMINALS = 5;

  private final ContainerOptions options;
  private final NamespaceOptions namespaces;
  private final Map<String, String> etcFiles;
  private final Origins origins;
  private final List<JsonObject> mounts = new ArrayList<>();

  MountsPart(ContainerOptions options, Map<String, String> etcFiles, Origins origins) {
    this.options = options;
    this.namespaces = options.namespaces();
    this.etcFiles = etcFiles;
    this.origins = origins;
  }

  List<JsonObject> make() {
    for (DefaultPolicy.Mount mount : DefaultPolicy.MOUNTS) {
      if (!isReplaced(mount.destination()) && !isOutOfReach(mount)) {
        addDefault(mount);
      }
    }
    for (Mount mount : sorted()) {
      add(mount.destination(), mount.type(), mount.source(), mount.options());
      String shown = mount.isBind() ? mount.source() : mount.type();
      origins.note(
          "mounts",
          shown + " on " + mount.destination() + (mount.isReadonly() ? " read-only" : ""),
          mount.flag());
    }
    return mounts;
  }

  private void addDefault(DefaultPolicy.Mount mount) {
    String destination = mount.destination();
    String type = mount.type();
    List<String> own = adjusted(mount);
    String source = type;
    if (isHosts(destination)) {
      type = "bind";
      source = destination;
      own = new ArrayList<>(own);
      own.addFirst("rbind");
      own.removeIf(MountsPart::isOfAFileSystem);
    }
    add(destination, type, source, own);
    origins.note(
        "mounts",
        (type.equals("bind") ? source : type) + " on " + destination,
        source(destination));
  }

  /* What only the host's view can be: without an ipc namespace its memory; and procfs and sysfs, which a user namespace may not mount of a namespace that it does not own. */
  private boolean isHosts(String destination) {
    boolean user = !namespaces.user().isHost();
    return switch (destination) {
      case "/dev/shm" -> namespaces.ipc().isHost();
      case "/proc" -> user && !namespaces.pid().isPrivate();
      case "/sys" -> user && !namespaces.network().isPrivate();
      default -> false;
    };
  }

  /* Queues of others work without their file system, which a user namespace may not mount of them
   * and which a host need not have mounted. */
  private boolean isOutOfReach(DefaultPolicy.Mount mount) {
    boolean user = !namespaces.user().isHost();
    return mount.type().equals("mqueue") && user && !namespaces.ipc().isPrivate()
        || mount.destination().equals("/dev/shm") && !user && sharesMemory();
  }

  /* Whoever starts the container shows it that of the other one. */
  private boolean sharesMemory() {
    return namespaces.ipc().kind() == NamespaceOptions.Kind.CONTAINER;
  }

  private static boolean isOfAFileSystem(String option) {
    return option.startsWith("mode=") || option.startsWith("size=");
  }

  private List<String> adjusted(DefaultPolicy.Mount mount) {
    List<String> adjusted = new ArrayList<>(mount.options());
    switch (mount.destination()) {
      case "/proc" -> adjusted.addAll(options.security().procOptions());
      case "/dev/pts" -> {
        if (!hasGroup(TERMINALS)) {
          adjusted.remove("gid=" + TERMINALS);
        }
      }
      case "/sys", "/sys/fs/cgroup" -> {
        if (options.security().privileged()) {
          adjusted.remove("ro");
        }
      }
      case "/dev/shm" -> {
        if (options.files().sharedMemory().isPresent()) {
          adjusted.removeLast();
          adjusted.add("size=" + options.files().sharedMemory().get());
        }
      }
      default -> {}
    }
    return adjusted;
  }

  private boolean hasGroup(long group) {
    for (NamespaceOptions.IdRange range : namespaces.gidMap()) {
      if (group >= range.container() && group < range.container() + range.size()) {
        return true;
      }
    }
    return namespaces.gidMap().isEmpty();
  }

  private String source(String destination) {
    if (destination.equals("/dev/shm") && options.files().sharedMemory().isPresent()) {
      return "--shm-size";
    }
    if (options.security().privileged() && destination.startsWith("/sys")) {
      return "--privileged";
    }
    return isHosts(destination) ? "shared with the host" : "default";
  }

  /* What lies in another mount comes after it, whatever the order on the command line. */
  private List<Mount> sorted() {
    List<Mount> asked = new ArrayList<>();
    for (Mount mount : options.files().mounts()) {
      int at = asked.size();
      while (at > 0 && depth(asked.get(at - 1)) > depth(mount)) {
        at--;
      }
      asked.add(at, mount);
    }
    List<Mount> all = new ArrayList<>();
    for (Map.Entry<String, String> file : new TreeMap<>(etcFiles).entrySet()) {
      if (!isReplaced(file.getKey())) {
        Mount mount =
            new Mount(
                "bind", file.getValue(), file.getKey(), List.of("bind", "rprivate"), "default");
        if (isCovered(file.getKey())) {
          asked.add(mount);
        } else {
          all.add(mount);
        }
      }
    }
    all.addAll(asked);
    return all;
  }

  private boolean isCovered(String file) {
    for (Mount mount : options.files().mounts()) {
      if (file.startsWith(mount.destination() + "/")) {
        return true;
      }
    }
    return false;
  }

  private static int depth(Mount mount) {
    int depth = 0;
    for (int i = 0; i < mount.destination().length(); i++) {
      depth += mount.destination().charAt(i) == '/' ? 1 : 0;
    }
    return depth;
  }

  /* With a /dev that was asked for comes all that is in it. */
  private boolean isReplaced(String destination) {
    for (Mount mount : options.files().mounts()) {
      if (mount.destination().equals(destination)
          || mount.destination().equals("/dev") && destination.startsWith("/dev/")) {
        return true;
      }
    }
    return false;
  }

  private void add(String destination, String type, String source, List<String> mountOptions) {
    mounts.add(
        new JsonObject()
            .put("destination", destination)
            .put("type", type)
            .put("source", source)
            .put("options", mountOptions));
  }
}
