package nsbox.runtime.plan;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.runtime.seccomp.Seccomp;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// What this runtime takes: the features document.
///
/// Nothing of it is a second list that somebody has to keep true. For each term of the
/// specification a configuration that uses it is given to the readers that every container goes
/// through; what they take is a feature.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/features.md
public final class Features {
  /// The oldest and the newest version of the specification that a configuration may name.
  public static final String OLDEST_VERSION = "1.0.0";

  public static final String NEWEST_VERSION = "1.3.0";

  private static final String ASKING =
      "{'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'/run/agent',";
  private static final String MINIMAL =
      "{'ociVersion':'1.3.0','root':{'path':'rootfs'},'process':{'args':['x'],'cwd':'/'},"
          + "'linux':{'namespaces':[{'type':'mount'},{'type':'network'}]}}";

  private Features() {}

  /// @param version of nsbox
  public static JsonObject document(String version) {
    return new JsonObject()
        .put("ociVersionMin", OLDEST_VERSION)
        .put("ociVersionMax", NEWEST_VERSION)
        .put("hooks", hooks())
        .put("mountOptions", mountOptions())
        .put("linux", linux())
        .put("annotations", new JsonObject().put("nsbox.version", version))
        /* No annotation has a meaning, so none can harm. */
        .put("potentiallyUnsafeConfigAnnotations", List.of());
  }

  private static List<String> hooks() {
    List<String> taken = new ArrayList<>();
    for (String name : Terms.HOOKS) {
      if (takes("hooks", "{'" + name + "':[{'path':'/bin/true'}]}")) {
        taken.add(name);
      }
    }
    return taken;
  }

  private static List<String> mountOptions() {
    List<String> taken = new ArrayList<>();
    for (String option : Terms.MOUNT_OPTIONS) {
      if (isMountOption(option)
          && takes(
              "mounts",
              "[{'destination':'/x','type':'tmpfs','source':'x','options':['" + option + "']}]")) {
        taken.add(option);
      }
    }
    return taken;
  }

  /* What is left over goes to the file system, which would not know it. */
  private static boolean isMountOption(String option) {
    try {
      return MountOptions.parse(List.of(option)).data().isEmpty();
    } catch (UnsupportedSpecException _) {
      return false;
    }
  }

  private static JsonObject linux() {
    return new JsonObject()
        .put("namespaces", namespaces())
        .put("capabilities", CapabilityNames.all())
        .put("cgroup", cgroup())
        .put("seccomp", seccomp())
        .put("apparmor", enabled(takes("process.apparmorProfile", "'profile'")))
        .put("selinux", enabled(takes("process.selinuxLabel", "'u:r:t:s0'")))
        .put("intelRdt", intelRdt())
        .put("memoryPolicy", memoryPolicy())
        .put("mountExtensions", new JsonObject().put("idmap", enabled(takesMappingsOfAMount())))
        .put("netDevices", enabled(takes("linux.netDevices", "{'eth0':{'name':'inside'}}")));
  }

  private static List<String> namespaces() {
    List<String> taken = new ArrayList<>();
    for (String type : Terms.NAMESPACES) {
      String mount = type.equals("mount") ? "" : "{'type':'mount'},";
      String mapping = "[{'containerID':0,'hostID':0,'size':1}]";
      String mappings =
          type.equals("user") ? ",'uidMappings':" + mapping + ",'gidMappings':" + mapping : "";
      if (takes("linux", "{'namespaces':[" + mount + "{'type':'" + type + "'}]" + mappings + "}")) {
        taken.add(type);
      }
    }
    return taken;
  }

  private static JsonObject cgroup() {
    return new JsonObject()
        .put("v1", true)
        .put("v2", true)
        .put("systemd", true)
        .put("systemdUser", false)
        .put("rdma", takes("linux.resources", "{'rdma':{'mlx5_0':{'hcaHandles':3}}}"));
  }

  private static JsonObject intelRdt() {
    return enabled(takes("linux.intelRdt", "{'closID':'guests'}"))
        .put("schemata", takes("linux.intelRdt", "{'schemata':['L3:0=f']}"))
        .put("monitoring", takes("linux.intelRdt", "{'enableMonitoring':true}"));
  }

  private static JsonObject memoryPolicy() {
    List<String> modes = new ArrayList<>();
    for (String mode : Terms.MEMORY_MODES) {
      boolean anywhere = mode.equals("MPOL_DEFAULT") || mode.equals("MPOL_LOCAL");
      String nodes = anywhere ? "" : ",'nodes':'0'";
      if (takes("linux.memoryPolicy", "{'mode':'" + mode + "'" + nodes + "}")) {
        modes.add(mode);
      }
    }
    List<String> flags = new ArrayList<>();
    for (String flag : Terms.MEMORY_FLAGS) {
      if (takes(
          "linux.memoryPolicy", "{'mode':'MPOL_BIND','nodes':'0','flags':['" + flag + "']}")) {
        flags.add(flag);
      }
    }
    return new JsonObject().put("modes", modes).put("flags", flags);
  }

  private static JsonObject seccomp() {
    List<String> flags =
        seccompTerms(
            Terms.SECCOMP_FLAGS,
            ASKING + "'syscalls':[{'names':['read'],'action':'SCMP_ACT_NOTIFY'}],'flags':['?']}");
    return enabled(true)
        .put(
            "actions",
            seccompTerms(
                Terms.SECCOMP_ACTIONS, ASKING + "'syscalls':[{'names':['read'],'action':'?'}]}"))
        .put(
            "operators",
            seccompTerms(
                Terms.SECCOMP_OPERATORS,
                "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['read'],"
                    + "'action':'SCMP_ACT_ERRNO','args':[{'index':0,'value':1,'op':'?'}]}]}"))
        .put(
            "archs",
            seccompTerms(
                Terms.SECCOMP_ARCHITECTURES,
                "{'defaultAction':'SCMP_ACT_ALLOW','architectures':['?']}"))
        .put("knownFlags", flags)
        .put("supportedFlags", flags);
  }

  /* Seccomp has a reader of its own, which runs after the others. */
  private static List<String> seccompTerms(List<String> terms, String template) {
    List<String> taken = new ArrayList<>();
    for (String term : terms) {
      try {
        Seccomp.parse(json(template.replace("?", term)));
        taken.add(term);
      } catch (JsonException _) {
        /* The answer, not a failure: the reader does not take it. */
        continue;
      }
    }
    return taken;
  }

  private static boolean takesMappingsOfAMount() {
    String mapping = "[{'containerID':0,'hostID':1,'size':1}]";
    return takes(
        "mounts",
        "[{'destination':'/x','source':'/y','options':['bind'],'uidMappings':"
            + mapping
            + ",'gidMappings':"
            + mapping
            + "}]");
  }

  private static JsonObject enabled(boolean value) {
    return new JsonObject().put("enabled", value);
  }

  /* Whether a configuration that is complete without it is taken with it. */
  private static boolean takes(String field, String value) {
    try {
      JsonObject config = json(MINIMAL);
      JsonObject holder = config;
      int dot = field.indexOf('.');
      if (dot > 0) {
        holder = config.object(field.substring(0, dot));
      }
      holder.put(field.substring(dot + 1), json("{'value':" + value + "}").members().get("value"));
      Spec.parse(config);
      return true;
    } catch (JsonException | UnsupportedSpecException _) {
      return false;
    }
  }

  private static JsonObject json(String text) throws JsonException {
    return Json.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "a feature");
  }
}
