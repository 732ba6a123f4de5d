package nsbox.cli.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.cli.Failure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VolumeFlagTest {
  @Test
  void namesASourceAndATarget() throws Failure {
    assertEquals(Mount.volume("/a", "/b", false, "rprivate"), parse("/a:/b"));
  }

  @Test
  void countsFromTheCallersFolder() throws Failure {
    assertEquals("/home/me", parse(".:/b").source());
    assertEquals("/home/me/data", parse("./data:/b").source());
    assertEquals("/home/you", parse("../you:/b").source());
  }

  @Test
  void takesPathsInTheirShortestForm() throws Failure {
    assertEquals(Mount.volume("/a", "/b/c", false, "rprivate"), parse("/x/../a/:/b//c/./"));
  }

  @Test
  void takesOptions() throws Failure {
    assertTrue(parse("/a:/b:ro").isReadonly());
    assertTrue(parse("/a:/b:readonly").isReadonly());
    assertEquals(Mount.volume("/a", "/b", false, "rslave"), parse("/a:/b:ro,rw,rslave"));
    for (String propagation :
        new String[] {"private", "rprivate", "slave", "rslave", "shared", "rshared"}) {
      assertEquals(Mount.volume("/a", "/b", false, propagation), parse("/a:/b:" + propagation));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a:/b:", "/a:/b:RO", "/a:/b:ro,", "data:/b:copy"})
  void refusesOptionsThatAreNone(String flag) {
    assertTrue(refused(flag).getMessage().contains("unknown option"), flag);
  }

  @ParameterizedTest
  @ValueSource(strings = {":/b", "::", "/a:/b:ro:rw"})
  void refusesWhatNamesNoTwoPaths(String flag) {
    assertEquals(
        "--volume " + flag + ": expected SOURCE:TARGET or SOURCE:TARGET:OPTIONS",
        refused(flag).getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "/a:", "/a:b", "/a:/", "/a:/.", "/a:/x/..", "/a:/.."})
  void refusesATargetThatIsNoPlaceInTheContainer(String flag) {
    assertEquals(
        "--volume " + flag + ": the target must be an absolute path other than /",
        refused(flag).getMessage());
  }

  @Test
  void saysWhatToWriteInPlaceOfWhatIsNoName() {
    String message = refused("da/ta:/b").getMessage();
    assertTrue(message.contains("da/ta is no name of a volume"), message);
    assertTrue(message.contains("/da/ta or ./da/ta"), message);
  }

  @Test
  void takesVolumesWithAndWithoutAName() throws Failure {
    assertEquals(
        new Mount("volume", "data", "/b", List.of("rbind", "rprivate", "rro"), "--volume"),
        parse("data:/b:ro"));
    assertEquals(
        new Mount("volume", "", "/b", List.of("rbind", "rprivate"), "--volume"), parse("/b"));
    assertEquals(
        new Mount("volume", "data", "/b", List.of("rbind", "rprivate", "nocopy"), "--volume"),
        parse("data:/b:nocopy"));
    assertTrue(refused("/a:/b:nocopy").getMessage().contains("nocopy is for volumes"));
  }

  private static Mount parse(String flag) throws Failure {
    return VolumeFlag.parse(flag, "/home/me");
  }

  private static Failure refused(String flag) {
    return assertThrows(Failure.class, () -> parse(flag));
  }
}
