package nsbox.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import nsbox.bundle.DefaultPolicy;
import nsbox.bundle.seccomp.SeccompProfile;
import nsbox.image.Platform;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.json.JsonText;
import nsbox.runtime.plan.FilterCompiler.Filter;
import nsbox.runtime.seccomp.Seccomp;
import nsbox.runtime.seccomp.SeccompCompiler;

/// The default system call filter for the default capabilities, resolved and compiled.
///
/// The build makes it, because making it takes a cold JVM some 15 ms and the result is always the
/// same: what the profile says of kernels is about versions older than any that nsbox runs on.
///
/// @param json `linux.seccomp` of config.json
/// @param filter what the kernel takes
public record DefaultFilter(JsonText json, Filter filter) {
  /// The oldest kernel that has all that nsbox needs: mount_setattr(2) came with it.
  private static final String OLDEST_KERNEL = "5.12";

  private static final String JSON_FILE = "default.json";
  private static final String FILTER_FILE = "default.bpf";

  /// Makes it anew.
  public static DefaultFilter make() throws IOException {
    JsonObject resolved =
        SeccompProfile.builtIn()
            .resolve(
                Set.copyOf(DefaultPolicy.CAPABILITIES),
                Platform.host().architecture(),
                OLDEST_KERNEL);
    /* Through its text, so that what is compiled is what config.json says. */
    String text = Json.text(resolved);
    Seccomp seccomp =
        Seccomp.parse(Json.parse(text.getBytes(StandardCharsets.UTF_8), "default filter"));
    return new DefaultFilter(
        new JsonText(text), new Filter(seccomp.filterFlags(), SeccompCompiler.compile(seccomp)));
  }

  /// Reads what the build has made.
  ///
  /// @param folder `lib/seccomp` of the distribution
  public static DefaultFilter read(Path folder) throws IOException {
    return new DefaultFilter(
        new JsonText(Files.readString(folder.resolve(JSON_FILE))),
        new Filter(0, Files.readAllBytes(folder.resolve(FILTER_FILE))));
  }

  /// Writes it for [#read].
  public void write(Path folder) throws IOException {
    if (filter.flags() != 0) {
      throw new IOException("the default filter has flags, which its file does not keep");
    }
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(JSON_FILE), json.text());
    Files.write(folder.resolve(FILTER_FILE), filter.instructions());
  }
}
