package nsbox.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.testing.LaunchedProgram.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Overlays of more layers than the options of one mount(2) take, for real.
class ManyLayersTest {
  private static final int MOST = 127;
  private static final int ENOENT = 2;
  private static final int E2BIG = 7;

  /* Kernels that know more than these two ways to sync write it as one of them. */
  private static final String VOLATILE = "(?s).*,(fsync=)?volatile\\b.*";

  /* Each name is short of the limit of one name, together they are above that of fsconfig(2). */
  private static final String LONG = "l".repeat(200) + "/" + "m".repeat(200);

  @BeforeEach
  void needsRoot() throws IOException {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "mounts need root");
  }

  private static RealOverlay overlay(String name, int layers) throws IOException {
    return new RealOverlay(name, layers)
        .sh("cat number only-1 only-" + layers + "; ls | grep -c only-; echo x > made");
  }

  private static void assertWhole(int layers, RealOverlay overlay, Result result)
      throws IOException {
    assertEquals(
        new Result(0, layers + "\n1\n" + layers + "\n" + layers + "\n"), result, result::toString);
    assertTrue(overlay.changed().containsKey("made"));
  }

  @Test
  void mountsThemOneByOne() throws Exception {
    try (RealOverlay overlay = overlay("plain", MOST)) {
      LaunchFixture.only(overlay.compile(), Opcode.OVERLAY);
      assertWhole(MOST, overlay, overlay.launched().run());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {101, MOST, 180})
  void mountsThemByDescriptorsWhereTheKernelKnowsNoOtherWay(int layers) throws Exception {
    try (RealOverlay overlay = overlay("plain", layers)) {
      LaunchFixture.only(overlay.compile(), Opcode.OVERLAY);
      assertWhole(layers, overlay, overlay.launched().runWithoutFsopen());
    }
  }

  /* What has a meaning to mount(2), or to the kernel's own escapes, at any place of a path. */
  @ParameterizedTest
  @ValueSource(strings = {"comma,", ":colon:", "\\,:\\\\", "new\nline", "ü ="})
  void mountsOddPathsEitherWay(String name) throws Exception {
    try (RealOverlay overlay = overlay(name, 3)) {
      assertWhole(3, overlay, overlay.launched().run());
    }
    try (RealOverlay overlay = overlay(name, 110)) {
      assertWhole(110, overlay, overlay.launched().run());
    }
    try (RealOverlay overlay = overlay(name, 110)) {
      assertWhole(110, overlay, overlay.launched().runWithoutFsopen());
    }
  }

  @Test
  void mountsPathsThatAreLongerThanOneFsconfigTakes() throws Exception {
    try (RealOverlay overlay = overlay(LONG, MOST)) {
      assertWhole(MOST, overlay, overlay.launched().run());
    }
  }

  @Test
  void keepsTheOptionsEitherWay() throws Exception {
    String options = "grep ' / / .* - overlay ' /proc/self/mountinfo | tail -1";
    try (RealOverlay overlay = new RealOverlay("plain", MOST).sh(options).volatileUpper()) {
      String newWay = overlay.launched().run().text();
      assertTrue(newWay.matches(VOLATILE), newWay);
    }
    try (RealOverlay overlay = new RealOverlay("plain", MOST).sh(options).volatileUpper()) {
      String oldWay = overlay.launched().runWithoutFsopen().text();
      assertTrue(oldWay.matches(VOLATILE), oldWay);
      assertTrue(oldWay.contains(" rw,nodev"), oldWay);
      assertTrue(oldWay.contains("upperdir=/proc/self/fd/"), oldWay);
    }
  }

  @Test
  void saysSoWhereTheyDoNotFitIntoAPage() throws Exception {
    try (RealOverlay overlay = overlay("plain", 400)) {
      Result result = overlay.launched().runWithoutFsopen();
      assertEquals(
          new Result(
              125, "overlay of 400 layers on " + overlay.folder.resolve("root") + ": " + E2BIG),
          result);
      assertEquals(1, overlay.changed().size());
    }
  }

  @Test
  void saysSoWhereALayerIsMissing() throws Exception {
    for (boolean old : new boolean[] {false, true}) {
      try (RealOverlay overlay = overlay("plain", MOST)) {
        overlay.alsoLower(overlay.folder.resolve("absent").toString());
        Result result = old ? overlay.launched().runWithoutFsopen() : overlay.launched().run();
        assertEquals(
            new Result(
                125, "overlay of 128 layers on " + overlay.folder.resolve("root") + ": " + ENOENT),
            result);
      }
    }
  }
}
