package nsbox.runtime.criu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.plan.Restore;
import nsbox.runtime.plan.Restore.External;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;
import nsbox.runtime.state.BundleLaunch;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.state.StoredState;

/// A container's processes as files, and what criu has to be told to save and to restore them.
///
/// | file | what |
/// |---|---|
/// | `*.img` | criu's |
/// | `descriptors.json` | the names of the standard streams, as runc keeps them |
/// | `nsbox.json` | what only nsbox has to know; where it is missing, nothing |
///
/// @param images the folder that they are in
/// @param log where criu writes what it does
/// @param options that the caller of nsbox wants passed on
public record Checkpoint(Path images, Path log, List<String> options) {
  private static final String NOTES = "nsbox.json";
  private static final String CONFIG_ANNOTATION = "org.criu.config";
  private static final Path CONFIG = Path.of("/etc/criu/runc.conf");

  /// Arguments of criu that save a container, the command first; and writes what lies beside its
  /// files.
  ///
  /// @param whole with all that it has; else its memory alone, as a beginning
  /// @throws IOException if the container ends meanwhile
  public List<String> dump(StateFolder folder, boolean whole)
      throws IOException, UnsupportedSpecException {
    StoredState state = folder.state().orElseThrow();
    Spec spec = Spec.parse(folder.config());
    requireNoTerminal(spec);
    int pid = folder.process().orElseThrow().pid();
    List<String> arguments = new ArrayList<>(List.of(whole ? "dump" : "pre-dump"));
    arguments.addAll(List.of("--tree", Integer.toString(pid)));
    arguments.addAll(common(spec));
    arguments.addAll(new JoinedNamespaces(spec).dumped(pid));
    if (!whole) {
      return arguments;
    }
    Optional<String> freezer = freezer(state);
    if (freezer.isPresent()) {
      arguments.addAll(List.of("--freeze-cgroup", freezer.get()));
    }
    List<MountEntry> mounts = MountEntry.of(Integer.toString(pid));
    Streams streams = Streams.of(pid, mounts);
    Path rootfs = Path.of(state.rootfs());
    arguments.addAll(new ExternalMounts(spec, Path.of(state.bundle()), rootfs).dumped(mounts));
    arguments.addAll(streams.dumped());
    streams.write(images);
    JsonObject notes = new JsonObject().put("streams", streams.names());
    if (state.monitored()) {
      notes.put("monitored", true);
    }
    Files.write(images.resolve(NOTES), Json.bytes(notes));
    return arguments;
  }

  /* As criu's own default: where there is none it stops each process by itself. */
  private static Optional<String> freezer(StoredState state) throws IOException {
    return state.cgroup().directory("freezer");
  }

  /// What [BundleLaunch#restore] needs.
  ///
  /// @param program criu
  /// @param environment of criu
  /// @param monitored whether a monitor is to stay with the container
  public Restore restore(
      StateFolder folder,
      BundleLaunch launch,
      Path bundle,
      String program,
      List<String> environment,
      boolean monitored)
      throws IOException, UnsupportedSpecException {
    Spec spec = launch.spec();
    requireNoTerminal(spec);
    requireNoHooks(spec);
    JsonObject notes = notes();
    if (!monitored && notes.flag("monitored")) {
      throw new IOException(
          "--detach: the container in "
              + images
              + " was run attached, and its process asks the kernel to end with whoever made it"
              + "\n  Restore it without --detach.");
    }
    List<String> arguments = new ArrayList<>(common(spec));
    arguments.add("--evasive-devices");
    List<String> open = new ArrayList<>();
    arguments.addAll(Streams.read(images, notes.strings("streams")).restored(open));
    arguments.addAll(new JoinedNamespaces(spec).restored(open));
    List<External> external =
        new ExternalMounts(spec, bundle, Path.of(launch.rootfs())).restored(MountEntry.of("self"));
    Files.createDirectory(folder.criuSources());
    Files.createDirectory(folder.criuRoot());
    return new Restore(
        program,
        arguments,
        environment,
        folder.criuRoot().toString(),
        folder.criuSources().toString(),
        external,
        folder.restoredFile().toString(),
        open);
  }

  private JsonObject notes() throws IOException {
    Path notes = images.resolve(NOTES);
    return Files.exists(notes)
        ? Json.parse(Files.readAllBytes(notes), notes.toString())
        : new JsonObject();
  }

  private List<String> common(Spec spec) {
    List<String> arguments = new ArrayList<>(List.of("--images-dir", images.toString()));
    arguments.addAll(List.of("--work-dir", log.getParent().toString()));
    arguments.addAll(List.of("--log-file", log.getFileName().toString(), "-v4"));
    Optional<String> config = config(spec.annotations());
    if (config.isPresent()) {
      arguments.addAll(List.of("--config", config.get()));
    }
    arguments.addAll(options);
    return arguments;
  }

  /* runc's ways to configure criu for containers alone. */
  private static Optional<String> config(Map<String, String> annotations) {
    String named = annotations.get(CONFIG_ANNOTATION);
    if (named != null) {
      return named.isEmpty() ? Optional.empty() : Optional.of(named);
    }
    return Files.exists(CONFIG) ? Optional.of(CONFIG.toString()) : Optional.empty();
  }

  /* criu's command has no way to hand over the master of a terminal. */
  private static void requireNoTerminal(Spec spec) throws UnsupportedSpecException {
    if (spec.process().terminal()) {
      throw new UnsupportedSpecException(
          "process.terminal", "a container with a terminal can be neither saved nor restored");
    }
  }

  private static void requireNoHooks(Spec spec) throws UnsupportedSpecException {
    boolean prestart = !spec.hooks().prestart().isEmpty();
    if (prestart || !spec.hooks().createRuntime().isEmpty()) {
      throw new UnsupportedSpecException(
          prestart ? "hooks.prestart" : "hooks.createRuntime",
          "they are due while criu restores, and nsbox cannot run them then");
    }
  }
}
