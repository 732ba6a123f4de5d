package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.json.JsonObject;

/// The secrets that a container is given.
///
/// Files are copied into the container's folder when it is created, as podman does: what happens to
/// the secret later does not reach it. They are shown by bind mounts, so they are among nothing
/// that the container writes. Variables are looked up with each start, and stand in no document:
/// container.json has the secret's name.
public final class ContainerSecrets {
  /// Where files are that say no other place.
  public static final String PLACE = "/run/secrets";

  private static final String FOLDER = "secrets";
  private static final String SHARED = "shared";
  private static final String VARIABLES = "secretVariables";

  /// @param target path in the container, below [#PLACE] unless it is absolute
  /// @param uid in the container, as `gid`
  public record File(String name, String target, int uid, int gid, int mode) {
    boolean isShared() {
      return !target.startsWith("/");
    }
  }

  /// @param variable of the environment
  public record Variable(String name, String variable) {}

  private record Content(File file, byte[] bytes) {}

  private final List<Content> files = new ArrayList<>();
  private final List<Variable> variables;
  private final List<JsonObject> shown = new ArrayList<>();

  public ContainerSecrets(List<Variable> variables) {
    this.variables = variables;
  }

  /// Reads what is to be shown.
  ///
  /// @return the name of a secret that is not there
  public Optional<String> read(Secrets secrets, List<File> wanted) throws IOException {
    for (File file : wanted) {
      Optional<Secret> secret = secrets.find(file.name());
      Optional<byte[]> bytes = secret.isEmpty() ? Optional.empty() : secrets.content(file.name());
      if (bytes.isEmpty()) {
        return Optional.of(file.name());
      }
      files.add(new Content(file, bytes.get()));
      shown.add(
          new JsonObject()
              .put("Name", file.name())
              .put("ID", secret.get().id())
              .put("UID", file.uid())
              .put("GID", file.gid())
              .put("Mode", file.mode()));
    }
    for (Variable variable : variables) {
      if (secrets.find(variable.name()).isEmpty()) {
        return Optional.of(variable.name());
      }
    }
    return Optional.empty();
  }

  /// In podman's words, for `inspect`; without those that are variables, as podman has it.
  public List<JsonObject> shown() {
    return shown;
  }

  /// How the files get into the container.
  public List<Mount> mounts(ContainerFolder folder) {
    Path own = folder.lasting().resolve(FOLDER);
    List<Mount> mounts = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      File file = files.get(i).file();
      if (!file.isShared()) {
        mounts.add(mount(own.resolve(Integer.toString(i)), file.target()));
      } else if (mounts.isEmpty() || !mounts.getFirst().destination().equals(PLACE)) {
        mounts.addFirst(mount(own.resolve(SHARED), PLACE));
      }
    }
    return mounts;
  }

  private static Mount mount(Path source, String target) {
    List<String> options = List.of("bind", "rprivate", "ro", "nosuid", "nodev", "noexec");
    return new Mount("bind", source.toString(), target, options, "--secret");
  }

  /// Notes in container.json what each start looks up.
  public void addTo(JsonObject record) {
    if (!variables.isEmpty()) {
      JsonObject names = new JsonObject();
      for (Variable variable : variables) {
        names.put(variable.variable(), variable.name());
      }
      record.put(VARIABLES, names);
    }
  }

  /// Writes the files into the container's folder, whose ids a user namespace's mounts shift.
  void write(Path container) throws IOException {
    if (files.isEmpty()) {
      return;
    }
    Path own = Files.createDirectory(container.resolve(FOLDER));
    for (int i = 0; i < files.size(); i++) {
      File file = files.get(i).file();
      Path path = own.resolve(Integer.toString(i));
      if (file.isShared()) {
        Path shared = own.resolve(SHARED);
        path = shared.resolve(file.target()).normalize();
        makeFolders(shared, path.getParent());
      }
      Containers.write(path, files.get(i).bytes(), true);
      Files.setAttribute(path, "unix:uid", file.uid());
      Files.setAttribute(path, "unix:gid", file.gid());
      Files.setPosixFilePermissions(path, permissions(file.mode()));
    }
  }

  private void makeFolders(Path shared, Path folder) throws IOException {
    if (!folder.equals(shared)) {
      makeFolders(shared, folder.getParent());
    }
    if (!Files.isDirectory(folder)) {
      Files.createDirectory(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] all = PosixFilePermission.values();
    for (int i = 0; i < all.length; i++) {
      if ((mode >> (all.length - 1 - i) & 1) == 1) {
        set.add(all[i]);
      }
    }
    return set;
  }

  /// Adds the variables of a container to those of its configuration, or of a further process.
  ///
  /// @throws IOException if one of the secrets has been removed
  public static void addVariables(StateRoots roots, ContainerRecord record, JsonObject process)
      throws IOException {
    if (!record.json().has(VARIABLES)) {
      return;
    }
    Secrets secrets = new Secrets(roots);
    List<String> environment = new ArrayList<>(process.strings("env"));
    for (Map.Entry<String, String> variable : record.json().stringMap(VARIABLES).entrySet()) {
      Optional<byte[]> content = secrets.content(variable.getValue());
      if (content.isEmpty()) {
        throw new IOException(
            "container "
                + record.name()
                + " needs the secret "
                + variable.getValue()
                + ", which has been removed: no such secret");
      }
      String prefix = variable.getKey() + "=";
      environment.removeIf(it -> it.startsWith(prefix));
      environment.add(prefix + Secrets.text(content.get()));
    }
    process.put("env", environment);
  }
}
