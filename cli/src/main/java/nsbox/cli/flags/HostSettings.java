package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.bundle.options.ContainerOptions;
import nsbox.bundle.options.ProcessOptions.TerminalSize;
import nsbox.bundle.options.ProcessOptions.Ulimit;
import nsbox.cli.Failure;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.network.NetworkOptions;
import nsbox.network.WantedPort;

/// `HostConfig` of [Settings].
final class HostSettings {
  private static final long DEFAULT_SHARED_MEMORY = 64L << 20;

  private final Asked asked;
  private final ContainerOptions options;
  private final NetworkOptions networks;
  private final JsonObject resources;
  private final JsonObject host = new JsonObject();

  HostSettings(Asked asked, ContainerOptions options, NetworkOptions networks) {
    this.asked = asked;
    this.options = options;
    this.networks = networks;
    this.resources = options.resources().limits();
  }

  JsonObject make(JsonObject configuration) throws JsonException, Failure {
    host.put("Binds", Settings.orNull(asked.texts("--volume")));
    host.put("ContainerIDFile", asked.text("--cidfile").orElse(""));
    host.put("NetworkMode", NetworkFlags.mode(asked));
    host.put("PortBindings", bindings());
    host.put("AutoRemove", asked.isSet("--rm"));
    host.put("VolumesFrom", null);
    TerminalSize size = options.process().terminal().orElse(new TerminalSize(0, 0));
    host.put("ConsoleSize", List.of((long) size.rows(), (long) size.columns()));
    host.put("CapAdd", Settings.orNull(options.security().capabilitiesAdded()));
    host.put("CapDrop", Settings.orNull(options.security().capabilitiesDropped()));
    host.put("CgroupnsMode", asked.text("--cgroupns").orElse("private"));
    host.put("Dns", options.names().nameServers());
    host.put("DnsOptions", options.names().resolverOptions());
    host.put("DnsSearch", options.names().searchDomains());
    host.put("ExtraHosts", Settings.orNull(asked.texts("--add-host")));
    host.put("GroupAdd", Settings.orNull(options.process().groups()));
    host.put("IpcMode", asked.text("--ipc").orElse("private"));
    host.put("OomScoreAdj", options.process().oomScoreAdjust().orElse(0L));
    host.put("PidMode", shared("--pid"));
    host.put("Privileged", options.security().privileged());
    host.put("PublishAllPorts", networks.publishAll());
    host.put("ReadonlyRootfs", options.files().readonlyRoot());
    host.put("SecurityOpt", Settings.orNull(asked.texts("--security-opt")));
    if (!asked.texts("--storage-opt").isEmpty()) {
      host.put("StorageOpt", pairs(asked.texts("--storage-opt"), '='));
    }
    if (!asked.texts("--tmpfs").isEmpty()) {
      host.put("Tmpfs", pairs(asked.texts("--tmpfs"), ':'));
    }
    host.put("UTSMode", shared("--uts"));
    host.put("UsernsMode", shared("--userns"));
    Optional<String> memory = options.files().sharedMemory();
    host.put("ShmSize", memory.isEmpty() ? DEFAULT_SHARED_MEMORY : Long.parseLong(memory.get()));
    if (!options.namespaces().sysctls().isEmpty()) {
      JsonObject sysctls = new JsonObject();
      options.namespaces().sysctls().forEach(sysctls::put);
      host.put("Sysctls", sysctls);
    }
    host.put("Runtime", "nsbox-runtime");
    limits();
    hidden(configuration.object("linux"));
    return host;
  }

  /* As they were asked for: a port of the host that was left open is empty, or a range. */
  private JsonObject bindings() throws JsonException {
    JsonObject bindings = new JsonObject();
    for (WantedPort port : networks.ports()) {
      String key = port.containerPort() + "/" + port.protocol();
      List<JsonObject> binding = new ArrayList<>(bindings.objects(key));
      int first = port.firstHostPort();
      String open = first == 0 ? "" : first + "-" + port.lastHostPort();
      binding.add(
          new JsonObject()
              .put("HostIp", port.host().isEmpty() ? "" : port.host().get().toString())
              .put("HostPort", port.isOpen() ? open : Integer.toString(first)));
      bindings.put(key, binding);
    }
    return bindings;
  }

  /* Docker names only what is not private. */
  private String shared(String option) {
    String mode = asked.text(option).orElse("");
    return mode.equals("private") ? "" : mode;
  }

  private void limits() throws JsonException, Failure {
    JsonObject cpu = part("cpu");
    JsonObject memory = part("memory");
    boolean processors = asked.text("--cpus").isPresent();
    long quota = number(cpu, "quota");
    host.put("CpuShares", number(cpu, "shares"));
    host.put("Memory", number(memory, "limit"));
    host.put("NanoCpus", processors ? quota * 10_000 : 0L);
    host.put("CgroupParent", asked.text("--cgroup-parent").orElse(""));
    JsonObject block = part("blockIO");
    host.put("BlkioWeight", number(block, "weight"));
    devices("BlkioWeightDevice", "--blkio-weight-device", "Weight", block, "weightDevice");
    devices("BlkioDeviceReadBps", "--device-read-bps", "Rate", block, "throttleReadBpsDevice");
    devices("BlkioDeviceWriteBps", "--device-write-bps", "Rate", block, "throttleWriteBpsDevice");
    devices("BlkioDeviceReadIOps", "--device-read-iops", "Rate", block, "throttleReadIOPSDevice");
    devices(
        "BlkioDeviceWriteIOps", "--device-write-iops", "Rate", block, "throttleWriteIOPSDevice");
    host.put("CpuPeriod", processors ? 0L : number(cpu, "period"));
    host.put("CpuQuota", processors ? 0L : quota);
    host.put("CpuRealtimePeriod", number(cpu, "realtimePeriod"));
    host.put("CpuRealtimeRuntime", number(cpu, "realtimeRuntime"));
    host.put("CpusetCpus", cpu.optionalString("cpus").orElse(""));
    host.put("CpusetMems", cpu.optionalString("mems").orElse(""));
    host.put("Devices", mapped(asked.texts("--device")));
    host.put("DeviceCgroupRules", Settings.orNull(asked.texts("--device-cgroup-rule")));
    host.put("DeviceRequests", null);
    host.put("MemoryReservation", number(memory, "reservation"));
    host.put("MemorySwap", number(memory, "swap"));
    host.put("MemorySwappiness", memory.members().get("swappiness"));
    host.put("OomKillDisable", memory.flag("disableOOMKiller"));
    host.put(
        "PidsLimit", asked.text("--pids-limit").isEmpty() ? null : number(part("pids"), "limit"));
    List<JsonObject> ulimits = new ArrayList<>();
    for (Ulimit ulimit : options.process().ulimits()) {
      ulimits.add(
          new JsonObject()
              .put("Name", ulimit.name())
              .put("Hard", ulimit.hard())
              .put("Soft", ulimit.soft()));
    }
    host.put("Ulimits", ulimits);
  }

  private void hidden(JsonObject linux) throws JsonException {
    host.put("MaskedPaths", linux.strings("maskedPaths"));
    host.put("ReadonlyPaths", linux.strings("readonlyPaths"));
    if (options.process().init().isPresent()) {
      host.put("Init", true);
    }
    if (!options.metadata().annotations().isEmpty()) {
      JsonObject annotations = new JsonObject();
      options.metadata().annotations().forEach(annotations::put);
      host.put("Annotations", annotations);
    }
  }

  /* By the paths of the command line, in whose order config.json has them. */
  private void devices(String name, String option, String member, JsonObject block, String field)
      throws JsonException {
    List<JsonObject> devices = new ArrayList<>();
    List<JsonObject> limits = block.objects(field);
    List<String> flags = asked.texts(option);
    for (int i = 0; i < limits.size(); i++) {
      String path = flags.get(i).substring(0, flags.get(i).lastIndexOf(':'));
      devices.add(
          new JsonObject()
              .put("Path", path)
              .put(member, limits.get(i).members().get(member.equals("Rate") ? "rate" : "weight")));
    }
    host.put(name, devices);
  }

  private static List<JsonObject> mapped(List<String> flags) throws Failure {
    List<JsonObject> devices = new ArrayList<>();
    for (String flag : flags) {
      DeviceFlags.Place place = DeviceFlags.Place.parse(flag);
      devices.add(
          new JsonObject()
              .put("PathOnHost", place.source())
              .put("PathInContainer", place.target())
              .put("CgroupPermissions", place.access()));
    }
    return devices;
  }

  private JsonObject part(String group) throws JsonException {
    return resources.optionalObject(group).orElseGet(JsonObject::new);
  }

  private static long number(JsonObject group, String member) throws JsonException {
    return group.optionalNumber(member).orElse(0L);
  }

  private static JsonObject pairs(List<String> flags, char separator) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String flag : flags) {
      int at = flag.indexOf(separator);
      pairs.put(at < 0 ? flag : flag.substring(0, at), at < 0 ? "" : flag.substring(at + 1));
    }
    JsonObject object = new JsonObject();
    pairs.forEach(object::put);
    return object;
  }
}
