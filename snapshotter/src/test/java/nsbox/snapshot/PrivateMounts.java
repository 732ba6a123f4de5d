package nsbox.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Mounts trees as a driver describes them, in a mount namespace that ends with the script in it:
/// no mount can stay behind.
final class PrivateMounts {
  private final Path folder;
  private final StringBuilder script = new StringBuilder("set -e; mount --make-rprivate /\n");
  private final List<Path> points = new ArrayList<>();

  /// @param folder empty
  PrivateMounts(Path folder) {
    this.folder = folder;
  }

  /// How a script ended, and what it said.
  record Ended(int code, String text) {}

  /// Mounts one more tree; scripts know it as `$1`, `$2` and so on.
  PrivateMounts add(RootMount mount, boolean readOnly) throws IOException {
    Path point = Files.createDirectories(folder.resolve("mount" + points.size()));
    points.add(point);
    switch (mount) {
      case RootMount.Directory(Path path) ->
          script.append("mount --bind %s %s %s\n".formatted(readOnly ? "-o ro" : "", path, point));
      case RootMount.Overlay overlay -> addOverlay(overlay, point);
    }
    return this;
  }

  /* mount(2) takes one page of options, so layers get short names. */
  private void addOverlay(RootMount.Overlay overlay, Path point) throws IOException {
    Path names = Files.createDirectories(folder.resolve("layers" + points.size()));
    List<String> lowers = new ArrayList<>();
    for (Path lower : overlay.lowers()) {
      String name = String.valueOf(lowers.size());
      Files.createSymbolicLink(names.resolve(name), lower);
      lowers.add(name);
    }
    String writable =
        overlay
            .writable()
            .map(it -> ",upperdir=%s,workdir=%s".formatted(it.upper(), it.work()))
            .orElse(",ro");
    script.append(
        "cd %s; mount -t overlay overlay -o index=off,metacopy=off,lowerdir=%s%s %s; cd /\n"
            .formatted(names, String.join(":", lowers), writable, point));
  }

  Ended run(String text) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c"));
    command.add(script + text);
    command.add("sh");
    points.forEach(point -> command.add(point.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes());
    return new Ended(process.waitFor(), said);
  }

  /// What is to be seen in the first tree, as [TreeDump] tells it.
  Map<String, String> dump() throws IOException, InterruptedException {
    return dump("true");
  }

  /// The same after a script has run.
  Map<String, String> dump(String text) throws IOException, InterruptedException {
    Path shown = Files.createTempDirectory(folder, "shown");
    Ended ended = run(text + "\ncp -a $1/. " + shown);
    if (ended.code != 0) {
      throw new AssertionError(ended.text);
    }
    return new TreeMap<>(TreeDump.of(shown));
  }
}
