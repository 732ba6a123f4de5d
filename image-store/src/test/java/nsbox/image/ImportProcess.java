package nsbox.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import nsbox.archive.LayoutImport;

/// A process of its own that imports a layout, for tests that kill it or run several at once.
///
/// Arguments: state folder, then a layout or `-` for standard input, then how often to tag it.
final class ImportProcess {
  private ImportProcess() {}

  public static void main(String[] args) throws IOException {
    ImageStore store = new ImageStore(Path.of(args[0]));
    LayoutImport layouts = new LayoutImport(store);
    Platform platform = LayoutFixture.AMD64;
    if (args[1].equals("-")) {
      Optional<Reference> name = Optional.of(Reference.parse("piped"));
      try (InputStream in = System.in) {
        layouts.importFrom(in, "standard input", name, platform);
      }
      return;
    }
    layouts.importFrom(Path.of(args[1]), Optional.empty(), platform);
    int tags = args.length > 2 ? Integer.parseInt(args[2]) : 0;
    String repository = "p" + ProcessHandle.current().pid();
    String layout = Path.of(args[1]).getFileName().toString();
    StoredImage image = store.get(layout + ":1");
    for (int i = 0; i < tags; i++) {
      store.tag(Reference.parse(repository + ":" + i), image.descriptor());
    }
  }

  /// The command that runs this class; `prefix` goes before `java`.
  static ProcessBuilder command(String prefix, String... args) {
    StringBuilder script = new StringBuilder(prefix).append(" exec ");
    script.append(System.getProperty("java.home")).append("/bin/java -XX:TieredStopAtLevel=1 -cp ");
    script.append(System.getProperty("java.class.path")).append(" ");
    script.append(ImportProcess.class.getName());
    for (String arg : args) {
      script.append(" ").append(arg);
    }
    return new ProcessBuilder("sh", "-c", script.toString()).redirectErrorStream(true);
  }
}
