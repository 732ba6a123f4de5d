package nsbox.runtime.state;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.plan.FilterCompiler;
import nsbox.runtime.plan.Handover;
import nsbox.runtime.plan.Launch;
import nsbox.runtime.plan.LaunchPlan;
import nsbox.runtime.plan.Rootfs;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// A bundle in, a launch program out.
public final class BundleLaunch {
  private final StateFolder folder;
  private final Path bundle;
  private final JsonObject config;
  private final Spec spec;
  private final CgroupLayout cgroups;
  private final String owner;

  /// @param folder of the container, claimed by the caller
  /// @param owner the name of the user who makes it
  /// @param config the bundle's configuration, as [nsbox.runtime.spec.ConfigFile] reads it
  public BundleLaunch(StateFolder folder, Path bundle, JsonObject config, String owner)
      throws IOException, UnsupportedSpecException {
    this.folder = folder;
    this.bundle = bundle;
    this.config = config;
    this.spec = Spec.parse(config);
    this.cgroups = CgroupLayout.ofHost();
    this.owner = owner;
  }

  public Spec spec() {
    return spec;
  }

  /// Compiles the configuration, and stores what whoever removes the container needs, before there
  /// is anything of it.
  ///
  /// @param noPivot as [Launch#noPivot]
  public Program compile(Handover handover, boolean noPivot, Optional<String> log)
      throws IOException, UnsupportedSpecException {
    Instructions teardown = new Instructions();
    teardown.add("remove " + folder.path(), Opcode.REMOVE_TREE, folder.path().toString());
    Launch launch =
        new Launch(
            folder.id(),
            bundle.toString(),
            spec,
            new Rootfs.Directory(rootfs()),
            !handover.ownStreams(),
            log,
            new Launch.Records("", folder.processFile().toString(), ""),
            cgroups,
            FilterCompiler::direct,
            handover,
            noPivot,
            teardown.list());
    Program program = LaunchPlan.compile(launch);
    folder.store(stored(), Json.bytes(config), program.teardownOnly().encode());
    return program;
  }

  private String rootfs() {
    return bundle.resolve(spec.root().path()).normalize().toString();
  }

  private StoredState stored() throws IOException {
    ContainerCgroup cgroup =
        ContainerCgroup.of(cgroups, spec.linux().cgroupsPath().orElse(folder.id()));
    JsonObject annotations = config.optionalObject("annotations").orElseGet(JsonObject::new);
    return new StoredState(
        config.string("ociVersion"),
        folder.id(),
        bundle.toString(),
        rootfs(),
        Instant.now().toString(),
        owner,
        annotations,
        cgroup.paths());
  }
}
