package nsbox.runtime.state;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.cgroup.ResourceWrites;
import nsbox.runtime.cgroup.Resources;
import nsbox.runtime.plan.FilterCompiler;
import nsbox.runtime.plan.Handover;
import nsbox.runtime.plan.Launch;
import nsbox.runtime.plan.LaunchPlan;
import nsbox.runtime.plan.Restore;
import nsbox.runtime.plan.RestorePlan;
import nsbox.runtime.plan.Rights;
import nsbox.runtime.plan.Rootfs;
import nsbox.runtime.plan.Watch;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;
import nsbox.runtime.systemd.AnnotatedProperties;
import nsbox.runtime.systemd.ScopeName;
import nsbox.runtime.systemd.ScopeProperties;
import nsbox.runtime.systemd.UnitProperty;

/// A bundle in, a launch program out.
public final class BundleLaunch {
  private final StateFolder folder;
  private final Path bundle;
  private final JsonObject config;
  private final Spec spec;
  private final CgroupLayout cgroups;
  private final String owner;
  private final Optional<ScopeName> scope;
  private final Rights rights;

  /// @param folder of the container, claimed by the caller
  /// @param owner the name of the user who makes it
  /// @param config the bundle's configuration, as [nsbox.runtime.spec.ConfigFile] reads it
  /// @param cgroups in which the container gets a cgroup; one without hierarchies for none
  /// @param inScope whether systemd makes the container's cgroup, a scope
  /// @param rights of this process
  public BundleLaunch(
      StateFolder folder,
      Path bundle,
      JsonObject config,
      String owner,
      CgroupLayout cgroups,
      boolean inScope,
      Rights rights)
      throws IOException, UnsupportedSpecException {
    this.folder = folder;
    this.bundle = bundle;
    this.config = config;
    this.spec = Spec.parse(config);
    this.cgroups = cgroups;
    this.owner = owner;
    this.rights = rights;
    this.scope = inScope ? Optional.of(scope()) : Optional.empty();
  }

  private ScopeName scope() throws UnsupportedSpecException {
    Optional<String> path = spec.linux().cgroupsPath();
    return path.isPresent() ? ScopeName.parse(path.get()) : ScopeName.ofContainer(folder.id());
  }

  /// Where systemd is asked to make the container's cgroup, and with which limits and other
  /// properties.
  ///
  /// @param directory of the cgroup that is to come of it
  public record ScopeOrder(ScopeName name, Path directory, List<UnitProperty> properties) {}

  /// What systemd has to make; empty where the program makes the cgroup.
  ///
  /// @throws UnsupportedSpecException if a limit cannot be told to systemd, or if its hierarchy is
  ///   not mounted
  public Optional<ScopeOrder> scopeOrder() throws IOException, UnsupportedSpecException {
    if (scope.isEmpty()) {
      return Optional.empty();
    }
    ContainerCgroup cgroup = ContainerCgroup.of(cgroups, cgroupPath());
    Resources resources = Resources.parse(spec.linux().resources());
    List<UnitProperty> properties =
        ScopeProperties.ofNew(
            ResourceWrites.of(resources, cgroup), resources.devices(), cgroup.isUnified());
    properties.addAll(AnnotatedProperties.of(spec.annotations()));
    return Optional.of(new ScopeOrder(scope.get(), systemdsDirectory(cgroup), properties));
  }

  /* The one that is systemd's alone; elsewhere others may write. */
  private static Path systemdsDirectory(ContainerCgroup cgroup) throws UnsupportedSpecException {
    Optional<String> directory =
        cgroup.isUnified() ? cgroup.unifiedDirectory() : cgroup.directory(CgroupLayout.SYSTEMD);
    if (directory.isEmpty()) {
      throw new UnsupportedSpecException(
          "linux.cgroupsPath",
          "this host has cgroups of version 1, and among them not "
              + CgroupLayout.SYSTEMD
              + ", where systemd makes scopes");
    }
    return Path.of(directory.get());
  }

  private String cgroupPath() {
    return scope.isPresent()
        ? scope.get().cgroup()
        : spec.linux().cgroupsPath().orElse(folder.id());
  }

  public Spec spec() {
    return spec;
  }

  /// Compiles the configuration, and stores what whoever removes the container needs, before there
  /// is anything of it.
  ///
  /// @param noPivot as [Launch#noPivot]
  public Program compile(Handover handover, boolean noPivot)
      throws IOException, UnsupportedSpecException {
    return stored(LaunchPlan.compile(launch(handover, noPivot)), handover);
  }

  /// The same for a container that criu makes anew from a checkpoint.
  public Program restore(Handover handover, Restore restore)
      throws IOException, UnsupportedSpecException {
    return stored(RestorePlan.compile(launch(handover, false), restore), handover);
  }

  private Program stored(Program program, Handover handover) throws IOException {
    ContainerCgroup cgroup = launch(handover, false).cgroup();
    boolean hooked = !spec.hooks().poststart().isEmpty();
    folder.store(
        stored(cgroup, handover.monitored()),
        Json.bytes(config),
        program.teardownOnly().encode(),
        new NextCommands(folder, cgroup).programs(hooked, scope.isPresent(), program));
    return program;
  }

  private Launch launch(Handover handover, boolean noPivot) {
    Instructions teardown = new Instructions();
    teardown.add("remove " + folder.path(), Opcode.REMOVE_TREE, folder.path().toString());
    return new Launch(
        folder.id(),
        bundle.toString(),
        spec,
        new Rootfs.Directory(rootfs()),
        Launch.Beside.NOTHING,
        !handover.ownStreams(),
        Watch.NOTHING,
        new Launch.Records("", folder.processFile().toString(), ""),
        cgroups,
        FilterCompiler::direct,
        handover,
        noPivot,
        scope.isPresent() ? Optional.of(scope.get().cgroup()) : Optional.empty(),
        rights,
        teardown.list());
  }

  /// The directory of the container's root.
  public String rootfs() {
    return bundle.resolve(spec.root().path()).normalize().toString();
  }

  private StoredState stored(ContainerCgroup cgroup, boolean monitored) throws IOException {
    JsonObject annotations = config.optionalObject("annotations").orElseGet(JsonObject::new);
    return new StoredState(
        config.string("ociVersion"),
        folder.id(),
        bundle.toString(),
        rootfs(),
        Instant.now().toString(),
        owner,
        annotations,
        config.optionalObject("hooks").orElseGet(JsonObject::new),
        cgroup.paths(),
        scope.isPresent() ? Optional.of(scope.get().unit()) : Optional.empty(),
        monitored);
  }
}
