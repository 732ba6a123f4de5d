package nsbox.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// Real images and other tools' programs, where the machine has them.
public final class SharedImages {
  private SharedImages() {}

  /// A layout among the images beside the repository, or below the folder of `-Dnsbox.shared`.
  public static Path layout(String name) {
    String property = System.getProperty("nsbox.shared");
    Path shared = property == null ? Path.of("../../shared") : Path.of(property);
    Path layout = shared.resolve("images").resolve(name).toAbsolutePath().normalize();
    Assumptions.assumeTrue(Files.isDirectory(layout), "no image layout at " + layout);
    return layout;
  }

  /// Runs a program that the machine may lack, and gives its output.
  public static String run(String... command) throws IOException, InterruptedException {
    Assumptions.assumeTrue(onPath(command[0]), command[0] + " is not installed");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    int status = process.waitFor();
    if (status != 0) {
      throw new AssertionError(List.of(command) + " ended with " + status + ": " + output);
    }
    return output;
  }

  private static boolean onPath(String program) {
    for (String folder : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}
