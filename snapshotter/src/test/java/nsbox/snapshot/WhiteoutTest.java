package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.directory;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.opaque;
import static nsbox.snapshot.TarFixture.symlink;
import static nsbox.snapshot.TarFixture.whiteout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WhiteoutTest extends RootTest {
  private Stack lower() throws IOException {
    return stack().add(directory("d/"), file("d/in", "1"), file("d/sub/deep", "2"), file("f", "3"));
  }

  @Test
  void becomesACharacterDevice() throws IOException {
    Map<String, String> top = lower().add(whiteout("f")).top();
    assertTrue(top.get("f").startsWith("20000 "), top::toString);
    assertTrue(top.get("f").contains("device 0:0"));
  }

  @Test
  void hidesAFileAndADirectory() throws IOException {
    assertEquals(Set.of("."), lower().add(whiteout("f"), whiteout("d")).merged(empty()).keySet());
  }

  @Test
  void ofNothingLeavesNothing() throws IOException {
    assertEquals(Set.of("."), lower().add(whiteout("absent"), whiteout("no/such")).top().keySet());
  }

  @Test
  void hasNoEffectOnItsOwnLayerWhereverItStands() throws IOException {
    Map<String, String> before = lower().add(whiteout("f"), file("f", "new")).top();
    Map<String, String> after = lower().add(file("f", "new!"), whiteout("f")).top();
    assertTrue(before.get("f").startsWith("100644 "));
    assertTrue(after.get("f").startsWith("100644 "));
  }

  @Test
  void decidesByNameAndNotByType() throws IOException {
    Stack stack = lower().add(directory(".wh.f/"), symlink("d/.wh.in", "/etc"));
    assertEquals(Set.of(".", "d", "d/sub", "d/sub/deep"), stack.merged(empty()).keySet());
  }

  @Test
  void makesADirectoryOpaqueThatIsMadeAnew() throws IOException {
    Stack stack = lower().add(whiteout("d"), directory("d/"), file("d/new", ""));
    assertTrue(stack.top().get("d").contains("trusted.overlay.opaque=79"), stack.top()::toString);
    assertEquals(Set.of(".", "f", "d", "d/new"), stack.merged(empty()).keySet());
  }

  @Test
  void makesADirectoryOpaqueThatIsOnlyImplied() throws IOException {
    Stack stack = lower().add(whiteout("d"), file("d/new", ""));
    assertEquals(Set.of(".", "f", "d", "d/new"), stack.merged(empty()).keySet());
  }

  @Test
  void makesDirectoriesOpaqueThatAreOnlyImpliedHoweverDeep() throws IOException {
    Map<String, String> top =
        stack()
            .add(file("d/sub/old", ""), directory("d/sub/").mode(0700))
            .add(whiteout("d"), file("d/sub/deep/new", ""), file("d/sub/deep/other", ""))
            .top();
    assertEquals(
        List.of(".", "d", "d/sub", "d/sub/deep", "d/sub/deep/new", "d/sub/deep/other"),
        List.copyOf(top.keySet()));
    for (String implied : List.of("d/sub", "d/sub/deep")) {
      assertTrue(top.get(implied).startsWith("40755 0:0 modified 0.0 "), top.get(implied));
    }
  }

  @Test
  void afterTheDirectoryHidesOnlyWhatIsBelow() throws IOException {
    Stack stack = lower().add(file("d/new", ""), whiteout("d"));
    assertEquals(Set.of(".", "f", "d", "d/new"), stack.merged(empty()).keySet());
  }

  @Test
  void insideAWhiteoutedDirectoryIsDropped() throws IOException {
    Stack stack = lower().add(whiteout("d"), whiteout("d/in"));
    assertEquals(Set.of(".", "d"), stack.top().keySet());
    assertTrue(stack.top().get("d").startsWith("20000 "));
  }

  @Test
  void opaqueHidesInAnyOrder() throws IOException {
    Set<String> expected = Set.of(".", "f", "d", "d/new");
    assertEquals(expected, lower().add(opaque("d"), file("d/new", "")).merged(empty()).keySet());
    assertEquals(expected, lower().add(file("d/new", "x"), opaque("d")).merged(empty()).keySet());
  }

  @Test
  void opaqueDropsWhiteoutsThatWouldShow() throws IOException {
    Stack stack =
        lower().add(whiteout("d/in"), whiteout("d/sub/deep"), file("d/sub/x", ""), opaque("d"));
    assertEquals(Set.of(".", "d", "d/sub", "d/sub/x"), stack.top().keySet());
  }

  @Test
  void opaqueOnAMissingDirectoryMakesNone() throws IOException {
    assertEquals(Set.of("."), lower().add(opaque("absent")).top().keySet());
  }

  @Test
  void opaqueRootEndsTheStack() throws IOException {
    Stack stack = lower().add(file("new", ""), opaque(""));
    assertEquals(Set.of(".", "new"), stack.merged(empty()).keySet());
    assertEquals(1, snapshots.lowerDirectories(stack.chain()).size());
    assertEquals(2, snapshots.lowerDirectories(lower().add(file("n", "")).chain()).size());
  }

  @Test
  void keepsTheMetadataOfAnOpaqueDirectoryFromBelow() throws IOException {
    Stack stack = stack().add(directory("tmp/").mode(01777).owner(5, 6), file("tmp/x", ""));
    assertTrue(stack.add(opaque("tmp")).top().get("tmp").startsWith("41777 5:6 "));
  }

  @Test
  void ofALowerLayerHidesInTheNextOne() throws IOException {
    Stack stack = lower().add(whiteout("d")).add(whiteout("d/in"), file("d/again", ""));
    assertEquals(Set.of(".", "f", "d", "d/again"), stack.merged(empty()).keySet());
    assertFalse(stack.top().containsKey("d/in"));
  }

  @ParameterizedTest
  @ValueSource(strings = {".wh.", ".wh..", ".wh...", "d/.wh.", "d/.wh...", ".wh.d/inside"})
  void refusesHostileNames(String name) throws IOException {
    Stack stack = lower();
    List<String> before = stored();
    LayerException.BadEntry failure =
        assertThrows(LayerException.BadEntry.class, () -> stack.add(file(name, "")));
    assertEquals(name, failure.entry());
    assertEquals(before, stored());
  }

  @Test
  void skipsTheBookkeepingOfAufs() throws IOException {
    Stack stack =
        stack().add(directory(".wh..wh.plnk/"), file(".wh..wh.plnk/1.2", ""), file("f", ""));
    assertEquals(Set.of(".", "f"), stack.top().keySet());
  }
}
