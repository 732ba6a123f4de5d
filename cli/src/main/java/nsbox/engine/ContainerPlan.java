package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.bundle.Bundle;
import nsbox.bundle.BundleException;
import nsbox.bundle.BundleGenerator;
import nsbox.bundle.ContainerOptions;
import nsbox.bundle.ContainerOptions.Network;
import nsbox.bundle.RootFiles;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.plan.Handover;
import nsbox.runtime.plan.Launch;
import nsbox.runtime.plan.LaunchPlan;
import nsbox.runtime.plan.Rootfs;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;
import nsbox.snapshot.MergedTree;
import nsbox.snapshot.RootMount;

/// The way from an image to a launch program, without touching anything.
///
/// @param bundle config.json and where it came from
/// @param etcFiles contents of the files of /etc that are the container's own, by file name
public record ContainerPlan(
    ContainerFolder folder, Bundle bundle, Map<String, String> etcFiles, Program program) {

  private static final int ETC_FILE_LIMIT = 1 << 20;
  private static final List<String> ETC_FILES = List.of("hostname", "hosts", "resolv.conf");

  /// What a plan is made from.
  ///
  /// @param keepInput leave the container's standard input open
  /// @param autoRemove the container goes with its process
  public record Request(
      String name,
      ContainerOptions options,
      boolean keepInput,
      boolean autoRemove,
      DefaultFilter filter) {}

  /// @throws BundleException if image and options do not make a container
  /// @throws UnsupportedSpecException if this host or this runtime cannot do what they ask
  public static ContainerPlan make(
      Containers containers, Images images, Images.Unpacked image, String id, Request request)
      throws IOException, BundleException, UnsupportedSpecException {
    ContainerFolder folder = containers.folder(id);
    CgroupLayout cgroups = CgroupLayout.ofHost();
    boolean hostNetwork = request.options().network() == Network.HOST;
    String hostname = hostNetwork ? hostHostname() : id.substring(0, Math.min(12, id.length()));
    Map<String, String> etc =
        EtcFiles.make(request.options().hostname().orElse(hostname), hostNetwork);
    Map<String, String> etcMounts = new LinkedHashMap<>();
    for (String file : ETC_FILES) {
      etcMounts.put("/etc/" + file, folder.lasting().resolve(file).toString());
    }
    Rootfs rootfs = rootfs(images, image, folder, request.autoRemove());
    Bundle bundle =
        BundleGenerator.generate(
            image.image().config(),
            request.options(),
            new BundleGenerator.Surroundings(
                rootFiles(images, image),
                path(rootfs),
                hostname,
                Optional.of("/nsbox/" + id),
                hasPids(cgroups),
                Optional.of(request.filter().json()),
                etcMounts));
    Launch launch =
        new Launch(
            id,
            folder.lasting().toString(),
            Spec.parse(bundle.config()),
            rootfs,
            request.keepInput(),
            Optional.of(folder.log().toString()),
            folder.records(),
            cgroups,
            _ -> request.filter().filter(),
            Handover.monitored(0),
            false,
            teardown(containers, folder, request));
    return new ContainerPlan(folder, bundle, etc, LaunchPlan.compile(launch));
  }

  static boolean hasPids(CgroupLayout cgroups) {
    return cgroups.isUnified() || cgroups.controller("pids").isPresent();
  }

  static RootFiles rootFiles(Images images, Images.Unpacked image) throws IOException {
    MergedTree tree = images.snapshots().merged(image.chainIds());
    return path -> {
      MergedTree.Lookup found = tree.read(path, ETC_FILE_LIMIT);
      if (found instanceof MergedTree.Lookup.Refused refused) {
        throw new IOException("the image's " + path + " " + refused.reason());
      }
      return found instanceof MergedTree.Lookup.Content content
          ? Optional.of(content.bytes())
          : Optional.empty();
    };
  }

  private static Rootfs rootfs(
      Images images, Images.Unpacked image, ContainerFolder folder, boolean autoRemove)
      throws IOException {
    RootMount mount = images.driver().mounts(image.chainIds(), folder.lasting());
    if (mount instanceof RootMount.Directory directory) {
      return new Rootfs.Directory(directory.path().toString(), true);
    }
    RootMount.Overlay overlay = (RootMount.Overlay) mount;
    List<String> lowers = new ArrayList<>();
    for (Path directory : overlay.lowers()) {
      lowers.add(directory.toString());
    }
    RootMount.Writable writable = overlay.writable().orElseThrow();
    return new Rootfs.Overlay(
        lowers,
        writable.upper().toString(),
        writable.work().toString(),
        folder.mountPoint().toString(),
        autoRemove,
        overlay.userAttributes(),
        Optional.empty());
  }

  private static String path(Rootfs rootfs) {
    return rootfs instanceof Rootfs.Directory directory
        ? directory.path()
        : ((Rootfs.Overlay) rootfs).mountPoint();
  }

  /* The folder of the run root goes last: as long as it is there, somebody repeats the rest. */
  private static List<Instruction> teardown(
      Containers containers, ContainerFolder folder, Request request) {
    Instructions steps = new Instructions();
    if (request.autoRemove()) {
      String removed = containers.removed(folder.id()).toString();
      steps.addIgnoring(
          Instruction.MISSING,
          "take the container away",
          Opcode.RENAME,
          folder.lasting().toString(),
          removed);
      steps.addIgnoring(
          Instruction.MISSING,
          "free the name " + request.name(),
          Opcode.UNLINK_LINK,
          containers.nameLink(request.name()).toString(),
          Containers.nameTarget(folder.id()).toString());
      steps.add("remove its files", Opcode.REMOVE_TREE, removed);
    }
    steps.add("remove " + folder.running(), Opcode.REMOVE_TREE, folder.running().toString());
    return steps.list();
  }

  private static String hostHostname() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
  }
}
