package nsbox.runtime.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.ProcessSpec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Labels and profiles of the host's security modules.
///
/// What runs without the label that was asked for runs with more rights than it should, so a label
/// on a host that does not know it is an error.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#linux-process
final class LabelStage {
  private final Path host;

  LabelStage() {
    this(Path.of("/"));
  }

  /// @param host directory in which the host's `sys` is
  LabelStage(Path host) {
    this.host = host;
  }

  /// Has the next execve(2) change to the profile and the label of a process.
  ///
  /// Before new privileges are given up: a module may then refuse to change at all.
  void process(ProcessSpec process, Instructions init) throws UnsupportedSpecException {
    String profile = process.apparmorProfile();
    if (!profile.isEmpty()) {
      if (!hasAppArmor()) {
        throw new UnsupportedSpecException(
            "process.apparmorProfile", profile + ", but AppArmor is not enabled on this host");
      }
      init.add(
          "confine the program by the AppArmor profile of process.apparmorProfile, " + profile,
          Opcode.THREAD_ATTRIBUTE,
          "attr/apparmor/exec",
          "exec " + profile);
    }
    String label = process.selinuxLabel();
    if (!label.isEmpty()) {
      requireSelinux("process.selinuxLabel", label);
      init.add(
          "run the program with the SELinux label of process.selinuxLabel, " + label,
          Opcode.THREAD_ATTRIBUTE,
          "attr/exec",
          label);
    }
  }

  /// The options of a new file system, with the label that its files have.
  ///
  /// @param label `linux.mountLabel`; none where it is empty
  /// @param type of the file system; those of the kernel itself have labels of their own
  List<String> mountOptions(String label, String type, List<String> options)
      throws UnsupportedSpecException {
    if (label.isEmpty()) {
      return options;
    }
    requireSelinux("linux.mountLabel", label);
    if (type.equals("proc") || type.equals("sysfs") || type.equals("mqueue")) {
      return options;
    }
    for (String option : options) {
      if (option.startsWith("context=")) {
        return options;
      }
    }
    List<String> labelled = new ArrayList<>(options);
    labelled.add("context=" + label);
    return labelled;
  }

  private void requireSelinux(String field, String label) throws UnsupportedSpecException {
    if (!Files.exists(host.resolve("sys/fs/selinux/enforce"))) {
      throw new UnsupportedSpecException(
          field, label + ", but SELinux is disabled or not supported on this host");
    }
  }

  private boolean hasAppArmor() {
    try {
      return Files.readString(host.resolve("sys/module/apparmor/parameters/enabled"))
          .startsWith("Y");
    } catch (IOException e) {
      /* No such file: a kernel without AppArmor. What cannot be read cannot be relied on. */
      return false;
    }
  }
}
