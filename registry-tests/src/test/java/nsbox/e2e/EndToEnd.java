package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/// What all classes here share: a store of their own, and the promise that nothing is left behind,
/// which is held against every single test.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class EndToEnd {
  public static final String ALPINE = "alpine:3.20";

  /// Only with what comes with nsbox, unless the class imports more.
  protected Nsbox nsbox;

  private Host before;

  @BeforeAll
  final void open() throws Exception {
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
        "containers need root, and this is another user");
    before = Host.now();
    nsbox = new Nsbox();
    prepare();
  }

  /// Brings in what all tests of a class need.
  protected void prepare() throws Exception {}

  @AfterEach
  final void nothingOfTheContainersIsLeft() throws Exception {
    nsbox.removeContainers();
    assertNothingLeft();
  }

  /// Fails with all that is still there of containers, none of which may be.
  protected final void assertNothingLeft() throws Exception {
    before.assertNothingLeft(nsbox.folder);
    List<String> run = new ArrayList<>(Nsbox.entries(nsbox.runRoot));
    run.remove(".networks"); // what it holds is of networks, and stays until the host goes down
    assertEquals(List.of(), run, "files in the run root");
    assertEquals(List.of(), nsbox.containers(), "files of containers");
  }

  @AfterAll
  final void close() throws Exception {
    if (nsbox != null) {
      nsbox.delete();
    }
  }

  protected final void importAlpine() throws Exception {
    nsbox.run("import", layout("alpine").toString()).expect(0);
  }

  /// A real image, where the machine has it.
  public static Path layout(String name) {
    Path shared = Path.of(System.getProperty("nsbox.shared", "../../shared"));
    Path layout = shared.resolve("images").resolve(name).toAbsolutePath().normalize();
    assumeTrue(Files.isDirectory(layout), "no image layout at " + layout);
    return layout;
  }

  /// Where a program of the machine is, without which a test cannot be.
  public static String program(String name) {
    for (String folder : (System.getenv("PATH") + ":/usr/sbin:/sbin").split(":")) {
      if (Files.isExecutable(Path.of(folder, name))) {
        return Path.of(folder, name).toString();
      }
    }
    return abort(name + " is not installed");
  }
}
