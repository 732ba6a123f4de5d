package nsbox.cli.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.cli.output.Absent;
import nsbox.engine.ContainerRecord;
import nsbox.json.JsonObject;

/// A container's `HostConfig`, docker's word for what a user asked of the host.
///
/// settings.json has what was asked; all else is what the container's configuration amounts to, so
/// that each of docker's members is there.
final class HostSettings {
  private static final long DEFAULT_SHM = 64L << 20;

  private final ContainerRecord record;
  private final ContainerDetails details;
  private final JsonObject host = new JsonObject();

  private HostSettings(ContainerRecord record, ContainerDetails details) {
    this.record = record;
    this.details = details;
  }

  static JsonObject of(ContainerRecord record, ContainerDetails details) throws IOException {
    HostSettings settings = new HostSettings(record, details);
    settings.addGeneral();
    settings.addNamespaces();
    settings.addResources();
    settings.addFiles();
    return overlaid(settings.host, details.settings("HostConfig"));
  }

  /// What was written down goes before what was worked out.
  static JsonObject overlaid(JsonObject workedOut, JsonObject written) {
    for (Map.Entry<String, Object> member : written.members().entrySet()) {
      Object known = workedOut.members().get(member.getKey());
      Object value = member.getValue();
      if (value == null && known instanceof Absent) {
        continue;
      }
      /* Maps may lack a key that a template names, objects may not. */
      boolean map = known instanceof Map || known == Absent.MAP;
      workedOut.put(
          member.getKey(), map && value instanceof JsonObject object ? object.members() : value);
    }
    return workedOut;
  }

  private JsonObject logConfig() throws IOException {
    Map<String, Object> options = new LinkedHashMap<>();
    if (record.logMaxFiles() > 1) {
      options.put("max-file", Integer.toString(record.logMaxFiles()));
    }
    if (record.logMaxBytes() > 0) {
      options.put("max-size", Long.toString(record.logMaxBytes()));
    }
    for (String option : List.of("env", "labels", "tag")) {
      record.json().optionalString("log-" + option).ifPresent(value -> options.put(option, value));
    }
    return new JsonObject().put("Type", record.logDriver()).put("Config", options);
  }

  private void addGeneral() throws IOException {
    List<String> binds = new ArrayList<>();
    for (JsonObject mount : details.mounts()) {
      String source = mount.optionalString("Name").orElse(mount.string("Source"));
      String bind = source + ":" + mount.string("Destination");
      binds.add(mount.flag("RW") ? bind : bind + ":ro");
    }
    host.put("Binds", binds.isEmpty() ? Absent.LIST : binds)
        .put("ContainerIDFile", "")
        .put("LogConfig", logConfig())
        .put("NetworkMode", details.networkMode())
        .put("PortBindings", new LinkedHashMap<String, Object>())
        .put(
            "RestartPolicy",
            new JsonObject()
                .put("Name", record.restartPolicy())
                .put("MaximumRetryCount", record.restartMost()))
        .put("AutoRemove", record.autoRemove())
        .put("VolumeDriver", "")
        .put("VolumesFrom", Absent.LIST)
        .put("CapAdd", Absent.LIST)
        .put("CapDrop", Absent.LIST)
        .put("Dns", List.of())
        .put("DnsOptions", List.of())
        .put("DnsSearch", List.of())
        .put("ExtraHosts", Absent.LIST)
        .put("GroupAdd", Absent.LIST)
        .put("Links", Absent.LIST)
        .put("Privileged", false)
        .put("PublishAllPorts", false)
        .put("ReadonlyRootfs", root().flag("readonly"))
        .put("SecurityOpt", Absent.LIST)
        .put("Runtime", "nsbox-runtime")
        .put("ConsoleSize", List.of(0L, 0L))
        .put("Isolation", "")
        .put("Init", false);
    if (record.storageBytes() > 0) {
      host.put("StorageOpt", Map.of("size", Long.toString(record.storageBytes())));
    }
  }

  private JsonObject root() throws IOException {
    return details.config().optionalObject("root").orElse(new JsonObject());
  }

  /* What has no namespace of its own has the host's. */
  private void addNamespaces() throws IOException {
    Map<String, String> modes = new LinkedHashMap<>();
    for (JsonObject namespace : details.linux().objects("namespaces")) {
      modes.put(namespace.string("type"), namespace.optionalString("path").orElse(""));
    }
    host.put("IpcMode", modes.containsKey("ipc") ? "private" : "host")
        .put("CgroupnsMode", modes.containsKey("cgroup") ? "private" : "host")
        .put("PidMode", modes.containsKey("pid") ? "" : "host")
        .put("UTSMode", modes.containsKey("uts") ? "" : "host")
        .put("UsernsMode", "")
        .put("Cgroup", "")
        .put("CgroupParent", "");
  }

  private void addResources() throws IOException {
    JsonObject resources = details.linux().optionalObject("resources").orElse(new JsonObject());
    JsonObject memory = resources.optionalObject("memory").orElse(new JsonObject());
    JsonObject cpu = resources.optionalObject("cpu").orElse(new JsonObject());
    JsonObject pids = resources.optionalObject("pids").orElse(new JsonObject());
    host.put("CpuShares", number(cpu, "shares"))
        .put("Memory", number(memory, "limit"))
        .put("NanoCpus", 0)
        .put("BlkioWeight", 0)
        .put("BlkioWeightDevice", Absent.LIST)
        .put("BlkioDeviceReadBps", Absent.LIST)
        .put("BlkioDeviceWriteBps", Absent.LIST)
        .put("BlkioDeviceReadIOps", Absent.LIST)
        .put("BlkioDeviceWriteIOps", Absent.LIST)
        .put("CpuPeriod", number(cpu, "period"))
        .put("CpuQuota", number(cpu, "quota"))
        .put("CpuRealtimePeriod", number(cpu, "realtimePeriod"))
        .put("CpuRealtimeRuntime", number(cpu, "realtimeRuntime"))
        .put("CpusetCpus", cpu.optionalString("cpus").orElse(""))
        .put("CpusetMems", cpu.optionalString("mems").orElse(""))
        .put("CpuCount", 0)
        .put("CpuPercent", 0)
        .put("Devices", List.of())
        .put("DeviceCgroupRules", Absent.LIST)
        .put("DeviceRequests", Absent.LIST)
        .put("MemoryReservation", number(memory, "reservation"))
        .put("MemorySwap", number(memory, "swap"))
        .put("MemorySwappiness", number(memory, "swappiness"))
        .put("OomKillDisable", memory.flag("disableOOMKiller"))
        .put("OomScoreAdj", number(process(), "oomScoreAdj"))
        .put("PidsLimit", number(pids, "limit"))
        .put("Ulimits", Absent.LIST)
        .put("IOMaximumIOps", 0)
        .put("IOMaximumBandwidth", 0);
  }

  private JsonObject process() throws IOException {
    return details.config().optionalObject("process").orElse(new JsonObject());
  }

  private void addFiles() throws IOException {
    Map<String, String> tmpfs = new LinkedHashMap<>();
    host.put("ShmSize", DEFAULT_SHM)
        .put("Tmpfs", tmpfs)
        .put("Sysctls", details.linux().stringMap("sysctl"))
        .put("MaskedPaths", details.linux().strings("maskedPaths"))
        .put("ReadonlyPaths", details.linux().strings("readonlyPaths"));
  }

  private static long number(JsonObject object, String name) throws IOException {
    return object.optionalNumber(name).orElse(0L);
  }
}
