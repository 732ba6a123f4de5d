package nsbox.cli.flags;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.cli.Failure;
import nsbox.cli.Sizes;
import nsbox.engine.ContainerTrees;
import nsbox.engine.ContainerVolumes;
import nsbox.engine.Volumes;

/// The value of `--mount`: `type=bind,source=/a,target=/b,readonly`, in docker's and podman's
/// words.
final class MountFlag {
  private static final List<String> PROPAGATIONS =
      List.of(
          "private",
          "rprivate",
          "slave",
          "rslave",
          "shared",
          "rshared",
          "unbindable",
          "runbindable");

  private static final int OCTAL = 8;

  private final String what;
  private final Asked asked;
  private String type = "volume";
  private String source = "";
  private String target = "";
  private boolean readonly;
  private boolean writable;
  private String subpath = "";
  private boolean copies = true;
  private String propagation = "rprivate";
  private String recursion = "enabled";
  private final List<String> bindOptions = new ArrayList<>();
  private final List<String> tmpfsOptions = new ArrayList<>();

  private MountFlag(String what, Asked asked) {
    this.what = what;
    this.asked = asked;
  }

  static Mount parse(String flag, Asked asked) throws Failure {
    MountFlag mount = new MountFlag("--mount " + flag, asked);
    for (String field : Csv.fields(flag, "--mount")) {
      int equals = field.indexOf('=');
      String key = equals < 0 ? field : field.substring(0, equals);
      mount.set(key, equals < 0 ? "" : field.substring(equals + 1), equals >= 0);
    }
    return mount.make();
  }

  private void set(String key, String value, boolean valued) throws Failure {
    switch (key) {
      case "type" -> type = value;
      case "source", "src" -> source = value;
      case "target", "destination", "dst" -> target = value;
      case "readonly", "ro" -> readonly = flag(key, value, valued);
      case "rw", "readwrite" -> {
        writable = flag(key, value, valued);
        readonly = !writable;
      }
      case "subpath", "image-subpath" -> subpath = value;
      case "bind-propagation" -> propagation = propagation(value);
      case "bind-nonrecursive" -> recursion = flag(key, value, valued) ? "disabled" : "enabled";
      case "bind-recursive" -> recursion = recursion(value);
      case "tmpfs-size" -> tmpfsOptions.add("size=" + Sizes.parse(value, what + ": tmpfs-size"));
      case "tmpfs-mode" -> tmpfsOptions.add("mode=" + mode(value));
      case "tmpcopyup", "notmpcopyup" -> tmpfsOptions.add(key);
      case "exec", "noexec", "suid", "nosuid", "dev", "nodev" -> {
        bindOptions.add(key);
        tmpfsOptions.add(key);
      }
      case "volume-nocopy" -> copies = !flag(key, value, valued);
      case "consistency", "relabel" -> {
        // Docker's is of other systems than Linux; and no host with SELinux comes this far.
      }
      default -> throw new Failure(what + ": unknown key " + key);
    }
  }

  private Mount make() throws Failure {
    if (!subpath.isEmpty() && !type.equals(ContainerTrees.TYPE)) {
      throw new Failure(what + ": subpath is for type=image");
    }
    return switch (type) {
      case "bind" -> bind();
      case "tmpfs" -> tmpfs();
      case "volume" -> volume();
      case ContainerTrees.TYPE -> image();
      default ->
          throw new Failure(
              what
                  + ": type "
                  + type
                  + "; this version of nsbox mounts bind, image, tmpfs and volume");
    };
  }

  private Mount bind() throws Failure {
    if (!tmpfsOptions.isEmpty() && bindOptions.isEmpty()) {
      throw new Failure(what + ": options of a tmpfs for a bind mount");
    }
    if (source.isEmpty()) {
      throw new Failure(what + ": no source");
    }
    String from = Path.of(asked.path("--mount source", source)).normalize().toString();
    if (!Files.exists(Path.of(from))) {
      throw new Failure(what + ": the source " + from + " does not exist");
    }
    List<String> options = new ArrayList<>();
    options.add(recursion.equals("disabled") ? "bind" : "rbind");
    options.add(propagation);
    if (readonly) {
      options.add(recursion.equals("writable") || recursion.equals("disabled") ? "ro" : "rro");
    }
    options.addAll(bindOptions);
    return new Mount("bind", from, TmpfsFlag.target(what, target), options, "--mount");
  }

  private Mount volume() throws Failure {
    if (!source.isEmpty() && !Volumes.isName(source)) {
      throw new Failure(what + ": " + source + " is no name of a volume");
    }
    List<String> options = new ArrayList<>(List.of("rbind", propagation));
    if (readonly) {
      options.add("rro");
    }
    options.addAll(bindOptions);
    if (!copies) {
      options.add(ContainerVolumes.NO_COPY);
    }
    return new Mount(
        ContainerVolumes.TYPE, source, TmpfsFlag.target(what, target), options, "--mount");
  }

  /* Read-only unless asked otherwise, as podman's and docker's. */
  private Mount image() throws Failure {
    if (source.isEmpty()) {
      throw new Failure(what + ": no source, which is the image");
    }
    if (!bindOptions.isEmpty() || !tmpfsOptions.isEmpty()) {
      throw new Failure(what + ": a mount of an image takes source, target, rw and subpath");
    }
    List<String> options = new ArrayList<>();
    if (writable) {
      options.add(ContainerTrees.WRITABLE);
    }
    if (!subpath.isEmpty()) {
      options.add(ContainerTrees.SUBPATH + subpath);
    }
    return new Mount(
        ContainerTrees.TYPE, source, TmpfsFlag.target(what, target), options, "--mount");
  }

  private Mount tmpfs() throws Failure {
    if (!source.isEmpty()) {
      throw new Failure(what + ": a tmpfs has no source");
    }
    List<String> options = new ArrayList<>(tmpfsOptions);
    if (readonly) {
      options.add("ro");
    }
    return TmpfsFlag.of(TmpfsFlag.target(what, target), options, "--mount");
  }

  private boolean flag(String key, String value, boolean valued) throws Failure {
    if (!valued || value.equals("true") || value.equals("1")) {
      return true;
    }
    if (value.equals("false") || value.equals("0")) {
      return false;
    }
    throw new Failure(what + ": " + key + " is " + value + "; true or false");
  }

  private String propagation(String value) throws Failure {
    if (!PROPAGATIONS.contains(value)) {
      throw new Failure(
          what + ": bind-propagation " + value + "; one of " + String.join(" ", PROPAGATIONS));
    }
    return value;
  }

  private String recursion(String value) throws Failure {
    if (!List.of("enabled", "disabled", "writable", "readonly").contains(value)) {
      throw new Failure(
          what + ": bind-recursive " + value + "; enabled, disabled, writable or readonly");
    }
    return value;
  }

  private String mode(String value) throws Failure {
    try {
      return Long.toOctalString(Long.parseLong(value, OCTAL));
    } catch (NumberFormatException e) {
      throw new Failure(what + ": tmpfs-mode " + value + ": expected an octal number", e);
    }
  }
}
