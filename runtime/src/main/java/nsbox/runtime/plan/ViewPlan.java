package nsbox.runtime.plan;

import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// Programs that show a read-only tree on the host, where all processes see it, and take it away.
///
/// With the options that podman mounts images with: devices and setuid files in the tree are what
/// they are.
public final class ViewPlan {
  private static final long MS_RDONLY = 1;
  private static final long MNT_DETACH = 2;

  private ViewPlan() {}

  /// Layers on top of each other.
  ///
  /// @param lowers topmost first; at least two
  /// @param target an empty directory
  public static Program overlay(List<String> lowers, String target) {
    /* Layers come from strangers: they may not refer to other directories by attributes. */
    List<String> options = List.of("index=off", "metacopy=off", "redirect_dir=nofollow");
    String data = "lowerdir=" + String.join(":", lowers) + "," + String.join(",", options);
    boolean plain = data.length() <= OverlayStage.MOUNT_DATA_BYTES;
    for (String lower : lowers) {
      plain &= OverlayStage.isPlain(lower);
    }
    Instructions steps = new Instructions();
    String label = "overlay of " + lowers.size() + " layers on " + target;
    if (plain) {
      steps.add(label, Opcode.MOUNT, "overlay", target, "overlay", MS_RDONLY, data);
    } else {
      steps.add(
          label, Opcode.OVERLAY, target, MountOptions.RDONLY, options, new ArrayList<>(lowers));
    }
    return Program.of(steps);
  }

  /// A directory; it is never to be written to there, not for a moment.
  ///
  /// @param folder that holds the target
  /// @param target name of an empty directory
  public static Program directory(String source, String folder, String target) {
    Instructions steps = new Instructions();
    steps.add("enter " + folder, Opcode.ENTER_ROOT, folder);
    steps.add(
        "show " + source + " on " + target,
        Opcode.BIND_AT,
        source,
        "/" + target,
        0,
        MountOptions.RDONLY,
        0,
        0);
    return Program.of(steps);
  }

  /// Takes away what is mounted on a directory.
  ///
  /// @param layers how many mounts lie there on top of each other
  /// @param detach also while processes use it: they keep what they have open
  public static Program unmount(String target, int layers, boolean detach) {
    Instructions steps = new Instructions();
    for (int i = 0; i < layers; i++) {
      steps.add("unmount " + target, Opcode.UNMOUNT, target, detach ? MNT_DETACH : 0);
    }
    return Program.of(steps);
  }
}
