package nsbox.runtime.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.cgroup.ContainerCgroup.Place;
import nsbox.runtime.plan.ExecPlan;
import nsbox.runtime.plan.FilterCompiler;
import nsbox.runtime.plan.Handover;
import nsbox.runtime.plan.Launch;
import nsbox.runtime.plan.Rights;
import nsbox.runtime.plan.Rootfs;
import nsbox.runtime.plan.Watch;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.ProcessSpec;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// A further process for a container that runs.
public final class ExecLaunch {
  private static final List<String> NAMESPACES =
      List.of("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts");

  private ExecLaunch() {}

  /// A container that runs, as a further process needs to know it.
  ///
  /// @param bundle absolute
  /// @param config that it was made from
  /// @param process its first one
  /// @param filters what makes its system call filter
  public record Container(
      String id,
      String bundle,
      String rootfs,
      JsonObject config,
      ProcessIdentity process,
      ContainerCgroup cgroup,
      FilterCompiler filters) {}

  /// @param process as `process` in config.json
  /// @param cgroups below the container's: `PATH`, or `CONTROLLER:PATH` for a hierarchy of version
  ///   1
  /// @throws UnsupportedSpecException if the process asks for what cannot be applied
  /// @throws IOException if the container ends meanwhile
  public static Program compile(
      StateFolder folder,
      StoredState state,
      JsonObject process,
      List<String> cgroups,
      Handover handover,
      Rights rights)
      throws IOException, UnsupportedSpecException {
    Container container =
        new Container(
            folder.id(),
            state.bundle(),
            state.rootfs(),
            folder.config(),
            folder.process().orElseThrow(),
            state.cgroup(),
            FilterCompiler::direct);
    return compile(container, process, cgroups, !handover.ownStreams(), handover, rights);
  }

  /// The same for a container of any keeper.
  ///
  /// @param keepInput whether its standard input is the caller's
  /// @param rights of the caller
  public static Program compile(
      Container container,
      JsonObject process,
      List<String> cgroups,
      boolean keepInput,
      Handover handover,
      Rights rights)
      throws IOException, UnsupportedSpecException {
    Spec spec = Spec.parse(container.config()).withProcess(ProcessSpec.parse(process));
    Launch launch =
        new Launch(
            container.id(),
            container.bundle(),
            spec,
            new Rootfs.Directory(container.rootfs()),
            Launch.Beside.NOTHING,
            keepInput,
            Watch.NOTHING,
            new Launch.Records("", "", ""),
            CgroupLayout.ofHost(),
            container.filters(),
            handover,
            false,
            Optional.empty(),
            rights,
            List.of());
    return ExecPlan.compile(launch, target(container.process(), container.cgroup(), cgroups));
  }

  /// The container as it is found.
  ///
  /// @throws IOException if it has no process
  public static ExecPlan.Target target(StateFolder folder, ContainerCgroup cgroup)
      throws IOException {
    return target(folder.process().orElseThrow(), cgroup, List.of());
  }

  /// A container of any keeper, by its first process.
  ///
  /// @throws IOException if it has ended
  public static ExecPlan.Target target(ProcessIdentity process, ContainerCgroup cgroup)
      throws IOException {
    return target(process, cgroup, List.of());
  }

  private static ExecPlan.Target target(
      ProcessIdentity init, ContainerCgroup cgroup, List<String> below) throws IOException {
    List<String> directories = new ArrayList<>();
    for (Place place : cgroup.places()) {
      if (!place.hierarchy().unified()) {
        directories.add(place.directory() + suffix(place.hierarchy().name(), below));
      }
    }
    String unified = "";
    if (cgroup.unifiedDirectory().isPresent()) {
      unified = cgroup.unifiedDirectory().get() + suffix("", below);
    }
    return new ExecPlan.Target(
        init.pid(), init.startTime(), namespaces(init.pid()), directories, unified);
  }

  private static String suffix(String hierarchy, List<String> below) throws IOException {
    String suffix = "";
    for (String entry : below) {
      int colon = entry.indexOf(':');
      String controllers = colon < 0 ? "" : entry.substring(0, colon);
      String path = entry.substring(colon + 1);
      if (("/" + path + "/").contains("/../")) {
        throw new IOException("--cgroup " + entry + ": '..' is not allowed in it");
      }
      boolean meant = colon < 0 || sharesController(hierarchy, controllers);
      if (meant && !path.equals("/") && !path.isEmpty()) {
        suffix = (path.startsWith("/") ? "" : "/") + path;
      }
    }
    return suffix;
  }

  private static boolean sharesController(String hierarchy, String controllers) {
    for (String controller : controllers.split(",")) {
      if (("," + hierarchy + ",").contains("," + controller + ",")) {
        return true;
      }
    }
    return false;
  }

  /* One's own namespace cannot be joined, if it is that of users, and need not be otherwise. */
  private static long namespaces(int pid) throws IOException {
    long flags = 0;
    for (String name : NAMESPACES) {
      Path theirs = Path.of("/proc/" + pid + "/ns/" + name);
      try {
        if (!Files.readSymbolicLink(theirs)
            .equals(Files.readSymbolicLink(Path.of("/proc/self/ns/" + name)))) {
          flags |= ExecPlan.namespaceFlag(name);
        }
      } catch (NoSuchFileException e) {
        /* A kernel without this kind of namespace; or the process is gone, and joining will say so. */
        continue;
      }
    }
    return flags;
  }
}
