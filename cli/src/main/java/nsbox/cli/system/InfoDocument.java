package nsbox.cli.system;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.cli.output.TemplateMethod;
import nsbox.engine.ContainerFolder;
import nsbox.engine.DamagedContainerException;
import nsbox.engine.Images;
import nsbox.image.Platform;
import nsbox.image.Reference;
import nsbox.json.JsonObject;
import nsbox.registry.config.RegistryConfig;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.snapshot.UpperFileSystem;

/// What `nsbox info` says.
final class InfoDocument {
  private static final long KIB = 1024;
  private static final List<String> REGISTRY_FILES =
      List.of(
          "/etc/containers/registries.conf",
          "/etc/docker/daemon.json",
          "/etc/containers/certs.d",
          "/etc/containerd/certs.d",
          "/etc/docker/certs.d",
          "/etc/containers/policy.json");

  private final Session session;
  private final String version;
  private final HostFiles host = new HostFiles(Path.of("/"));

  InfoDocument(Session session, String version) {
    this.session = session;
    this.version = version;
  }

  JsonObject document() throws IOException, Failure {
    Images images = session.images();
    Map<String, Integer> states = new LinkedHashMap<>();
    int containers = 0;
    for (ContainerFolder folder : session.containers().list()) {
      try {
        states.merge(folder.state().word(), 1, Integer::sum);
      } catch (DamagedContainerException e) {
        states.merge("damaged", 1, Integer::sum);
      }
      containers++;
    }
    int running = states.getOrDefault("running", 0);
    int paused = states.getOrDefault("paused", 0);
    boolean overlay = images.driver().name().equals("overlay");
    boolean unified = CgroupLayout.ofHost().isUnified();
    JsonObject document =
        new JsonObject()
            .put("ID", host.text("/etc/machine-id"))
            .put("Name", host.text("/proc/sys/kernel/hostname"))
            .put("ServerVersion", version)
            .put("Containers", containers)
            .put("ContainersRunning", running)
            .put("ContainersPaused", paused)
            .put("ContainersStopped", containers - running - paused)
            .put("Images", images.store().list().images().size())
            .put("Driver", overlay ? "overlay2" : images.driver().name())
            .put("BackingFilesystem", UpperFileSystem.type(session.roots().root()))
            .put("DockerRootDir", session.roots().root().toString())
            .put("RunRoot", session.roots().run().toString())
            .put("LoggingDriver", "json-file")
            .put("CgroupDriver", "cgroupfs")
            .put("CgroupVersion", unified ? "2" : "1")
            .put("CgroupControllers", CgroupChecks.controllers(host))
            .put("KernelVersion", host.text("/proc/sys/kernel/osrelease"))
            .put("OperatingSystem", host.value("/etc/os-release", "PRETTY_NAME"))
            .put("OSType", "linux")
            .put("Architecture", host.text("/proc/sys/kernel/arch"))
            .put("NCPU", Runtime.getRuntime().availableProcessors())
            .put("MemTotal", memory("MemTotal"))
            .put("SwapTotal", memory("SwapTotal"))
            .put("DefaultRuntime", "nsbox-runtime")
            .put("SecurityOptions", security())
            .put("Registries", registries())
            .put("RegistryFiles", REGISTRY_FILES.stream().filter(host::has).toList())
            .put("SystemTime", Instant.now().toString());
    return document
        .put("Host", podmanHost(document))
        .put("Store", podmanStore(document))
        .put("Version", TemplateMethod.of(new JsonObject().put("Version", version)));
  }

  private long memory(String name) {
    String text = host.value("/proc/meminfo", name).replace(" kB", "");
    return text.isEmpty() ? 0 : Long.parseLong(text) * KIB;
  }

  private List<String> security() {
    List<String> options = new ArrayList<>();
    if (!host.value("/proc/self/status", "Seccomp").isEmpty()) {
      options.add("name=seccomp,profile=builtin");
    }
    if (host.text("/sys/module/apparmor/parameters/enabled").equals("Y")) {
      options.add("name=apparmor");
    }
    if (host.has("/sys/fs/selinux/enforce")) {
      options.add("name=selinux");
    }
    if (host.has("/proc/self/ns/cgroup")) {
      options.add("name=cgroupns");
    }
    return options;
  }

  /* Where a name without a registry is looked for. */
  private List<String> registries() throws IOException {
    Set<String> registries = new LinkedHashSet<>();
    for (Reference reference : RegistryConfig.load(session.surroundings()).candidates("name")) {
      registries.add(reference.registry());
    }
    return List.copyOf(registries);
  }

  private static JsonObject podmanHost(JsonObject document) throws IOException {
    return new JsonObject()
        .put("Arch", Platform.host().architecture())
        .put("CPUs", document.number("NCPU"))
        .put("CgroupManager", "cgroupfs")
        .put("CgroupsVersion", "v" + document.string("CgroupVersion"))
        .put("CgroupControllers", document.strings("CgroupControllers"))
        .put("Hostname", document.string("Name"))
        .put("Kernel", document.string("KernelVersion"))
        .put("MemTotal", document.number("MemTotal"))
        .put("SwapTotal", document.number("SwapTotal"))
        .put("OS", "linux")
        .put("OCIRuntime", new JsonObject().put("Name", "nsbox-runtime"))
        .put("Security", new JsonObject().put("Rootless", false).put("SECCOMPEnabled", true));
  }

  private static JsonObject podmanStore(JsonObject document) throws IOException {
    return new JsonObject()
        .put(
            "GraphDriverName",
            document.string("Driver").equals("overlay2") ? "overlay" : document.string("Driver"))
        .put("GraphRoot", document.string("DockerRootDir"))
        .put("RunRoot", document.string("RunRoot"))
        .put("ImageStore", new JsonObject().put("Number", document.number("Images")))
        .put("ContainerStore", new JsonObject().put("Number", document.number("Containers")));
  }
}
