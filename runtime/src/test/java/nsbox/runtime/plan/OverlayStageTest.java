package nsbox.runtime.plan;

import static nsbox.runtime.plan.LaunchFixture.all;
import static nsbox.runtime.plan.LaunchFixture.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverlayStageTest {
  /* mount(2) takes a page of options; what is above it would be cut off. */
  @Test
  void mountsManyLayersOneByOne() throws Exception {
    List<String> lowers = new ArrayList<>();
    while (String.join(":", lowers).length() <= 4096) {
      lowers.add("/var/lib/nsbox/snapshots/sha256/" + "0123456789abcdef".repeat(4) + lowers.size());
    }
    Program program =
        new LaunchFixture()
            .from(new Rootfs.Overlay(lowers, "/u", "/w", "/m", false, false, Optional.empty()))
            .compile();
    Instruction overlay = only(program, Opcode.OVERLAY);
    assertEquals("/m", overlay.arguments().get(0));
    assertEquals(
        List.of("upperdir=/u", "workdir=/w", "index=off", "metacopy=off", "redirect_dir=nofollow"),
        overlay.arguments().get(2));
    assertEquals(lowers, overlay.arguments().get(3));
    assertEquals(0, all(program, Opcode.MOUNT).size());
  }

  @Test
  void mountsAsManyLayersAtOnceAsAPageTakes() throws Exception {
    String fixed = "lowerdir=,upperdir=/u,workdir=/w,index=off,metacopy=off,redirect_dir=nofollow";
    String longest = "/" + "l".repeat(4095 - fixed.length() - 1);
    assertEquals(1, all(overlayOf(longest), Opcode.MOUNT).size());
    assertEquals(1, all(overlayOf(longest + "l"), Opcode.OVERLAY).size());
  }

  /* In the options of mount(2) a backslash, a colon and a comma have a meaning. */
  @ParameterizedTest
  @ValueSource(strings = {"/a\\b", "/a:b", "/a,b"})
  void mountsPathsWithSpecialCharactersOneByOne(String lower) throws Exception {
    assertEquals(List.of(lower), only(overlayOf(lower), Opcode.OVERLAY).arguments().get(3));
  }

  @Test
  void skipsSyncsOnlyWhereTheContainerIsThrownAway() throws Exception {
    String data = (String) only(new LaunchFixture().compile(), Opcode.MOUNT).arguments().get(4);
    assertTrue(data.endsWith(",volatile"), data);
    String kept = (String) only(overlayOf("/l"), Opcode.MOUNT).arguments().get(4);
    assertTrue(!kept.contains("volatile"), kept);
  }

  @Test
  void saysWhichAttributesTheLayersHave() throws Exception {
    Rootfs.Overlay rootless =
        new Rootfs.Overlay(List.of("/l"), "/u", "/w", "/m", false, true, Optional.empty());
    Program program = new LaunchFixture().from(rootless).compile();
    String data = (String) only(program, Opcode.MOUNT).arguments().get(4);
    assertTrue(data.endsWith(",userxattr"), data);
    String trusted = (String) only(overlayOf("/l"), Opcode.MOUNT).arguments().get(4);
    assertTrue(!trusted.contains("userxattr"), trusted);
  }

  private static Program overlayOf(String lower) throws Exception {
    return new LaunchFixture()
        .from(new Rootfs.Overlay(List.of(lower), "/u", "/w", "/m", false, false, Optional.empty()))
        .compile();
  }
}
