package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.bundle.Bundle;
import nsbox.bundle.BundleException;
import nsbox.bundle.BundleGenerator;
import nsbox.bundle.RootFiles;
import nsbox.bundle.options.ContainerOptions;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.snapshot.MergedTree;
import nsbox.snapshot.RootMount;

/// What a container will be, worked out from its image and the user's wishes without touching
/// anything.
///
/// @param bundle config.json and where it came from
/// @param etcFiles contents of the files of /etc that are the container's own, by file name
/// @param mark whether its own [ContainerMarks] say all about it, if it has its own
/// @param defaultFilter it has the system call filter that the build has compiled
public record ContainerPlan(
    ContainerFolder folder,
    Bundle bundle,
    Map<String, String> etcFiles,
    Optional<Boolean> mark,
    boolean defaultFilter) {

  private static final int ETC_FILE_LIMIT = 1 << 20;
  private static final List<String> ETC_FILES = List.of("hostname", "hosts", "resolv.conf");

  /// @param network whose network it shares, if it shares another container's
  /// @param addresses that it has on networks of its own
  /// @throws BundleException if image and options do not make a container
  public static ContainerPlan make(
      ContainerFolder folder,
      Images images,
      Images.Unpacked image,
      ContainerOptions options,
      Optional<ContainerFolder> network,
      AddressVersions addresses,
      DefaultFilter filter)
      throws IOException, BundleException {
    boolean hostNetwork = options.namespaces().network().isHost();
    boolean hostNames = hostNetwork || options.namespaces().uts().isHost();
    String id = folder.id();
    String hostname =
        network.isPresent()
            ? network.get().config().optionalString("hostname").orElse("")
            : hostNames ? hostHostname() : id.substring(0, Math.min(12, id.length()));
    Map<String, String> etc =
        network.isPresent()
            ? Map.of()
            : EtcFiles.make(
                options.names(),
                options.names().hostname().orElse(hostname),
                hostNetwork,
                addresses);
    boolean marked = ContainerMarks.needsOwn(options);
    SeccompChoice seccomp = SeccompChoice.of(options.security(), filter);
    Bundle bundle =
        BundleGenerator.generate(
            image.image().config(),
            options,
            new BundleGenerator.Surroundings(
                rootFiles(images, image),
                rootPath(images, image, folder),
                hostname,
                Optional.of(options.resources().cgroupParent().orElse("/nsbox") + "/" + id),
                hasPids(CgroupLayout.ofHost()),
                seccomp.seccomp(),
                ownFiles(folder, network, etc, marked)));
    return new ContainerPlan(
        folder,
        bundle,
        etc,
        marked ? Optional.of(options.security().privileged()) : Optional.empty(),
        seccomp.isDefault());
  }

  /* Who shares a network knows the same hosts. */
  private static Map<String, String> ownFiles(
      ContainerFolder folder,
      Optional<ContainerFolder> network,
      Map<String, String> etc,
      boolean marked) {
    Path files = network.orElse(folder).lasting();
    Map<String, String> mounts = new LinkedHashMap<>();
    for (String file : ETC_FILES) {
      if (network.isPresent() ? Files.exists(files.resolve(file)) : etc.containsKey(file)) {
        mounts.put("/etc/" + file, files.resolve(file).toString());
      }
    }
    if (marked) {
      mounts.put(ContainerMarks.OWN, folder.lasting().resolve(ContainerMarks.OWN_FILE).toString());
    }
    return mounts;
  }

  private static String rootPath(Images images, Images.Unpacked image, ContainerFolder folder)
      throws IOException {
    RootMount mount = images.driver().mounts(image.chainIds(), folder.lasting());
    return mount instanceof RootMount.Directory directory
        ? directory.path().toString()
        : folder.mountPoint().toString();
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

  private static String hostHostname() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
  }
}
