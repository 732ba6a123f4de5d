package nsbox.cli.flags;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.engine.ContainerSecrets;

/// `--secret`: what of the store's secrets a container is given, in podman's words.
public final class SecretFlags {
  private static final String SECRET = "--secret";
  private static final int MODE = 0444;
  private static final int MOST_MODE = 0777;
  private static final int OCTAL = 8;

  private final List<ContainerSecrets.File> files = new ArrayList<>();
  private final List<ContainerSecrets.Variable> variables = new ArrayList<>();

  private SecretFlags() {}

  public static void addTo(Flags flags) {
    flags.texts(
        "NAME[,KEY=VALUE…]", "Give it a secret: type=mount|env, target, uid, gid, mode", SECRET);
  }

  public static SecretFlags read(Asked asked) throws Failure {
    SecretFlags flags = new SecretFlags();
    for (String text : asked.texts(SECRET)) {
      flags.add(text);
    }
    return flags;
  }

  /// Those that are files in the container.
  public List<ContainerSecrets.File> files() {
    return files;
  }

  /// Those that are variables of its environment.
  public List<ContainerSecrets.Variable> variables() {
    return variables;
  }

  private void add(String text) throws Failure {
    String what = SECRET + " " + text;
    String name = "";
    String type = "mount";
    String target = "";
    int uid = 0;
    int gid = 0;
    int mode = MODE;
    boolean ofFiles = false;
    for (String field : Csv.fields(text, SECRET)) {
      int equals = field.indexOf('=');
      if (equals < 0 && name.isEmpty()) {
        name = field;
        continue;
      }
      String value = field.substring(equals + 1);
      switch (equals < 0 ? field : field.substring(0, equals)) {
        case "source", "src" -> name = value;
        case "type" -> type = value;
        case "target" -> target = value;
        case "uid" -> {
          uid = number(what, field, value, 10);
          ofFiles = true;
        }
        case "gid" -> {
          gid = number(what, field, value, 10);
          ofFiles = true;
        }
        case "mode" -> {
          mode = number(what, field, value, OCTAL);
          ofFiles = true;
        }
        default -> throw new Failure(what + ": unknown option " + field);
      }
    }
    if (name.isEmpty()) {
      throw new Failure(what + ": no source found: error parsing secret");
    }
    target = target.isEmpty() ? name : target;
    switch (type) {
      case "mount" -> addFile(what, new ContainerSecrets.File(name, target, uid, gid, mode));
      case "env" -> {
        if (ofFiles) {
          throw new Failure(what + ": uid, gid and mode are for type=mount");
        }
        if (target.indexOf('=') >= 0 || target.indexOf('\0') >= 0) {
          throw new Failure(what + ": " + target + " is no name of a variable");
        }
        variables.add(new ContainerSecrets.Variable(name, target));
      }
      default -> throw new Failure(what + ": type " + type + " is invalid: mount or env");
    }
  }

  private void addFile(String what, ContainerSecrets.File file) throws Failure {
    Path place = Path.of(ContainerSecrets.PLACE);
    Path path = place.resolve(file.target()).normalize();
    boolean relative = !file.target().startsWith("/");
    if (path.equals(place) || path.equals(Path.of("/")) || relative && !path.startsWith(place)) {
      throw new Failure(what + ": " + file.target() + " is no path of a file");
    }
    if (file.mode() > MOST_MODE) {
      throw new Failure(what + ": mode " + Integer.toOctalString(file.mode()) + ": at most 777");
    }
    /* Whoever writes the usual place out gets the same file. */
    String target = path.startsWith(place) ? place.relativize(path).toString() : path.toString();
    for (ContainerSecrets.File other : files) {
      if (other.target().equals(target)) {
        throw new Failure(what + ": duplicate mount destination " + path);
      }
    }
    files.add(new ContainerSecrets.File(file.name(), target, file.uid(), file.gid(), file.mode()));
  }

  private static int number(String what, String field, String value, int radix) throws Failure {
    try {
      int number = Integer.parseInt(value, radix);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new Failure(what + ": " + field + ": expected a number");
  }
}
