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
import nsbox.bundle.ContainerOptions;
import nsbox.bundle.ContainerOptions.Network;
import nsbox.bundle.RootFiles;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.snapshot.MergedTree;
import nsbox.snapshot.RootMount;

/// What a container will be, worked out from its image and the user's wishes without touching
/// anything.
///
/// @param bundle config.json and where it came from
/// @param etcFiles contents of the files of /etc that are the container's own, by file name
public record ContainerPlan(ContainerFolder folder, Bundle bundle, Map<String, String> etcFiles) {

  private static final int ETC_FILE_LIMIT = 1 << 20;
  private static final List<String> ETC_FILES = List.of("hostname", "hosts", "resolv.conf");

  /// @throws BundleException if image and options do not make a container
  public static ContainerPlan make(
      ContainerFolder folder,
      Images images,
      Images.Unpacked image,
      ContainerOptions options,
      DefaultFilter filter)
      throws IOException, BundleException {
    boolean hostNetwork = options.network() == Network.HOST;
    String id = folder.id();
    String hostname = hostNetwork ? hostHostname() : id.substring(0, Math.min(12, id.length()));
    Map<String, String> etc = EtcFiles.make(options.hostname().orElse(hostname), hostNetwork);
    Map<String, String> etcMounts = new LinkedHashMap<>();
    for (String file : ETC_FILES) {
      etcMounts.put("/etc/" + file, folder.lasting().resolve(file).toString());
    }
    Bundle bundle =
        BundleGenerator.generate(
            image.image().config(),
            options,
            new BundleGenerator.Surroundings(
                rootFiles(images, image),
                rootPath(images, image, folder),
                hostname,
                Optional.of("/nsbox/" + id),
                hasPids(CgroupLayout.ofHost()),
                Optional.of(filter.json()),
                etcMounts));
    return new ContainerPlan(folder, bundle, etc);
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
