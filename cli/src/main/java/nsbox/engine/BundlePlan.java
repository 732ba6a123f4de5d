package nsbox.engine;

import java.io.IOException;
import java.util.Map;
import nsbox.bundle.Bundle;
import nsbox.bundle.BundleException;
import nsbox.bundle.BundleGenerator;
import nsbox.bundle.options.ContainerOptions;
import nsbox.runtime.cgroup.CgroupLayout;

/// A configuration that stands on its own: nothing in it refers to nsbox's own folders.
public final class BundlePlan {
  private static final String HOSTNAME = "nsbox";

  private BundlePlan() {}

  public static Bundle make(
      Images images, Images.Unpacked image, ContainerOptions options, DefaultFilter filter)
      throws IOException, BundleException {
    return BundleGenerator.generate(
        image.image().config(),
        options,
        new BundleGenerator.Surroundings(
            ContainerPlan.rootFiles(images, image),
            "rootfs",
            HOSTNAME,
            options.resources().cgroupParent(),
            ContainerPlan.hasPids(CgroupLayout.ofHost()),
            SeccompChoice.of(options.security(), filter).seccomp(),
            Map.of()));
  }
}
