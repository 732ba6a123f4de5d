package nsbox.e2e.machine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The tests of `runtime` that make cgroups, once more where cgroup version 2 rules alone: on most
/// hosts that run them it does not.
final class RealCgroupsOfVersion2Test extends InMachine {
  private static final Path RUNTIME = Path.of("../runtime/target").toAbsolutePath().normalize();
  private static final String PACKAGE = "nsbox.runtime.cgroup";
  private static final String CGROUP = PACKAGE.replace('.', '/') + "/RealCgroup";

  /// A test for each of theirs.
  @TestFactory
  List<DynamicTest> hold() throws Exception {
    List<String> classes = classes();
    assertFalse(classes.isEmpty(), "no test of " + RUNTIME + " makes a cgroup");
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : run(classes).lines().toList()) {
      String[] words = line.split(" ", 4);
      String name = words[1].substring(words[1].lastIndexOf('.') + 1) + "." + words[2];
      tests.add(DynamicTest.dynamicTest(name, () -> wentWell(name, words[0], words[3])));
    }
    assertFalse(tests.size() < classes.size(), () -> "only " + tests);
    return tests;
  }

  private static void wentWell(String name, String how, String why) {
    if (how.equals("aborted")) {
      abort(why.substring(why.indexOf(": ") + 2));
    }
    assertEquals("successful", how, name + ": " + why);
  }

  /* From the cgroup at the top, for one with processes has none below it that limit anything. The machine
   * has no disk; a file does as well. */
  private String run(List<String> classes) throws Exception {
    Result result =
        in(
            """
            echo $$ >/sys/fs/cgroup/cgroup.procs
            truncate -s 1M disk && disk=$(losetup --show -f disk) || exit 99
            (cd '%s/..' && '%s/bin/java' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '%s' %s %s)
            code=$?
            losetup -d "$disk" && rm disk
            exit $code
            """
                .formatted(
                    RUNTIME,
                    System.getProperty("java.home"),
                    classPath(),
                    Reporter.class.getName(),
                    String.join(" ", classes)));
    assertEquals("", result.err(), result.out());
    return result.expect(0).out();
  }

  /* Ours has what theirs has, and their tests beside it. */
  private static String classPath() {
    String own =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return RUNTIME.resolve("test-classes") + File.pathSeparator + own;
  }

  private static List<String> classes() throws IOException {
    List<String> classes = new ArrayList<>();
    Path folder = RUNTIME.resolve("test-classes").resolve(PACKAGE.replace('.', '/'));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*Test.class")) {
      for (Path file : files) {
        if (new String(Files.readAllBytes(file), ISO_8859_1).contains(CGROUP)) {
          String name = file.getFileName().toString();
          classes.add(PACKAGE + "." + name.substring(0, name.lastIndexOf('.')));
        }
      }
    }
    classes.sort(null);
    return classes;
  }
}
