package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.device;
import static nsbox.snapshot.TarFixture.directory;
import static nsbox.snapshot.TarFixture.entry;
import static nsbox.snapshot.TarFixture.fifo;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.hardlink;
import static nsbox.snapshot.TarFixture.symlink;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LayerUnpackerTest extends RootTest {
  @Test
  void keepsTypesModesOwnersAndTimes() throws IOException {
    Map<String, String> top =
        stack()
            .add(
                directory("./").mode(0711).modified(5),
                directory("d/").mode(0555).owner(1, 2).modified(77),
                file("d/setuid", "x").mode(04755).owner(7, 8).modified(-2),
                symlink("d/link", "/etc/passwd").owner(3, 4).modified(9),
                fifo("d/fifo").mode(0622),
                device('3', "d/null", 1, 3).mode(0666),
                device('4', "d/disk", 259, 70_000))
            .top();
    assertEquals("40711 0:0 modified 5.0 device 0:0", top.get("."));
    assertEquals("40555 1:2 modified 77.0 device 0:0", top.get("d"));
    assertTrue(top.get("d/setuid").startsWith("104755 7:8 size 1 modified -2.0 "));
    assertEquals("120777 3:4 size 11 modified 9.0 device 0:0 -> /etc/passwd", top.get("d/link"));
    assertTrue(top.get("d/fifo").startsWith("10622 "));
    assertEquals("20666 0:0 size 0 modified 0.0 device 1:3", top.get("d/null"));
    assertEquals("60600 0:0 size 0 modified 0.0 device 259:70000", top.get("d/disk"));
  }

  @Test
  void givesMissingParentsFixedMetadata() throws IOException {
    Map<String, String> top = stack().add(file("a/b/c", "")).top();
    assertEquals("40755 0:0 modified 0.0 device 0:0", top.get("a/b"));
    assertEquals("40755 0:0 modified 0.0 device 0:0", top.get("."));
  }

  @Test
  void givesParentsFromBelowTheirMetadata() throws IOException {
    Stack stack =
        stack().add(directory("./").mode(0700), directory("tmp/").mode(01777).owner(5, 6));
    Map<String, String> top = stack.add(file("tmp/x", "")).top();
    assertEquals("41777 5:6 modified 1000000.0 device 0:0", top.get("tmp"));
    assertTrue(top.get(".").startsWith("40700 "));
  }

  @Test
  void followsLinksOfLowerLayersInParents() throws IOException {
    Stack stack = stack().add(directory("usr/lib/"), symlink("lib", "usr/lib"));
    Map<String, String> top = stack.add(file("lib/x", ""), file("lib/y", "")).top();
    assertEquals(Set.of(".", "usr", "usr/lib", "usr/lib/x", "usr/lib/y"), top.keySet());
  }

  @Test
  void seesALinkReplacedInTheMiddleOfALayer() throws IOException {
    Stack stack = stack().add(directory("a/"), directory("b/"), symlink("l", "a"));
    Map<String, String> top = stack.add(file("l/1", ""), symlink("l", "b"), file("l/2", "")).top();
    assertEquals(Set.of(".", "a", "a/1", "b", "b/2", "l"), top.keySet());
  }

  @Test
  void replacesOneTypeByAnother() throws IOException {
    Stack stack = stack().add(file("d/x", ""), file("f", ""), symlink("l", "d"), directory("e/"));
    stack.add(file("d", "x"), directory("f/"), file("f/y", ""), directory("l/"), symlink("e", "f"));
    Map<String, String> merged = stack.merged(empty());
    assertEquals(Set.of(".", "d", "e", "f", "f/y", "l"), merged.keySet());
    assertTrue(merged.get("d").startsWith("100644 "));
    assertTrue(merged.get("l").startsWith("40755 "));
    assertTrue(merged.get("e").contains("-> f"));
  }

  @Test
  void lastDuplicateWins() throws IOException {
    Map<String, String> top =
        stack()
            .add(
                file("f", "one"),
                symlink("f", "x"),
                file("f", "three"),
                file("d/inner", ""),
                file("d", "file"),
                directory("e/"),
                directory("e/").mode(0700))
            .top();
    assertEquals(Set.of(".", "f", "d", "e"), top.keySet());
    assertTrue(top.get("f").startsWith("100644 0:0 size 5 "));
    assertTrue(top.get("e").startsWith("40700 "));
  }

  @Test
  void directoryAfterAFileDoesNotShowTheOneBelow() throws IOException {
    Stack stack = stack().add(file("d/old", ""));
    stack.add(file("d", ""), directory("d/"), file("d/new", ""));
    assertEquals(Set.of(".", "d", "d/new"), stack.merged(empty()).keySet());
  }

  @Test
  void linksFilesOfTheSameLayer() throws IOException {
    Map<String, String> top =
        stack()
            .add(
                file("d/a", "x").mode(0600),
                hardlink("b", "/d/a").mode(0777).owner(9, 9),
                symlink("s", "nowhere"),
                hardlink("t", "./s"))
            .top();
    assertTrue(top.get("d/a").endsWith("same as b") || top.get("d/a").contains("same as b "));
    assertTrue(top.get("b").startsWith("100600 0:0 "));
    assertTrue(top.get("t").contains("-> nowhere"));
  }

  @Test
  void linksFilesOfLowerLayersByCopyingUp() throws IOException {
    Stack stack =
        stack().add(directory("d/").mode(0711), file("d/a", "text").mode(04755).owner(5, 6));
    Map<String, String> top = stack.add(hardlink("b", "d/a")).top();
    assertEquals(Set.of(".", "b", "d", "d/a"), top.keySet());
    assertTrue(top.get("d/a").startsWith("104755 5:6 size 4 modified 1000000.0 "));
    assertTrue(top.get("d/a").contains("same as b"));
    assertTrue(top.get("d").startsWith("40711 "));
  }

  @Test
  void linkToItselfChangesNothing() throws IOException {
    assertEquals(Set.of(".", "f"), stack().add(file("f", "x"), hardlink("f", "f")).top().keySet());
  }

  @Test
  void refusesALinkToWhatIsNotThere() throws IOException {
    LayerException.BadEntry failure =
        assertThrows(
            LayerException.BadEntry.class,
            () -> stack().add(hardlink("a", "later"), file("later", "")));
    assertEquals("a hard link to later, which is not there", failure.found());
    assertThrows(
        LayerException.BadEntry.class, () -> stack().add(directory("d/"), hardlink("l", "d")));
  }

  @Test
  void refusesAWhiteoutInDisguise() {
    assertThrows(LayerException.BadEntry.class, () -> stack().add(device('3', "f", 0, 0)));
  }

  @Test
  void refusesAFileAsParent() {
    assertThrows(LayerException.BadEntry.class, () -> stack().add(file("f", ""), file("f/x", "")));
    assertThrows(
        LayerException.BadEntry.class, () -> stack().add(file("f", "")).add(file("f/x", "")));
  }

  @Test
  void refusesNamesLongerThanTheFileSystemTakes() {
    assertThrows(
        LayerException.BadEntry.class,
        () -> stack().add(file("f", "").pax("path", "x".repeat(300))));
  }

  @Test
  void refusesATreeDeeperThanAPath() {
    String deep = "d/".repeat(2000);
    assertThrows(
        LayerException.BadEntry.class,
        () ->
            stack()
                .add(
                    directory("x").pax("path", deep),
                    symlink("s", "x").pax("linkpath", deep),
                    file("s/x", "").pax("path", "s/" + deep + "file")));
  }

  @Test
  void removesDeepTrees() throws IOException {
    String deep = "d/".repeat(1500);
    Map<String, String> top =
        stack().add(file("x", "").pax("path", deep + "x"), file("d", "")).top();
    assertEquals(Set.of(".", "d"), top.keySet());
  }

  @Test
  void keepsNamesThatAreNotUtf8() throws IOException {
    byte[] name = {'n', (byte) 0xff};
    Map<String, String> top =
        stack()
            .add(
                entry('0', name, new byte[0], 0644, new byte[0]),
                file("x", "").pax("path", new byte[] {'p', (byte) 0xfe}))
            .top();
    assertEquals(Set.of(".", "n\u00ff", "p\u00fe"), top.keySet());
  }

  @Test
  void keepsBinaryAttributesAndDropsThoseOfTheHost() throws IOException {
    byte[] capability = {1, 0, 0, 2, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    Map<String, String> top =
        stack()
            .add(
                file("f", "x")
                    .owner(1, 1)
                    .mode(04755)
                    .pax("SCHILY.xattr.security.capability", capability)
                    .pax("SCHILY.xattr.user.bytes", new byte[] {0, (byte) 0xff, '\n'})
                    .pax("SCHILY.xattr.trusted.overlay.opaque", "y")
                    .pax("SCHILY.xattr.user.overlay.opaque", "y")
                    .pax("SCHILY.xattr.security.selinux", "x"),
                directory("d/").pax("SCHILY.xattr.trusted.overlay.opaque", "y"),
                symlink("l", "f").pax("SCHILY.xattr.user.x", "ignored"))
            .top();
    assertTrue(
        top.get("f")
            .endsWith(
                "[security.capability=0100000280000000000000000000000000000000,"
                    + " user.bytes=00ff0a]"),
        top::toString);
    assertTrue(top.get("d").endsWith("0:0"), top::toString);
    assertTrue(top.get("l").endsWith("-> f"), top::toString);
  }

  @Test
  void refusesAttributesLongerThanTheKernelTakes() {
    String key = "SCHILY.xattr.user.x";
    assertThrows(
        LayerException.BadEntry.class,
        () -> stack().add(file("f", "").pax(key, new byte[65 * 1024])));
    assertThrows(
        LayerException.BadEntry.class,
        () -> stack().add(directory("d/").pax(key, new byte[500 * 1024])));
    assertThrows(
        LayerException.BadEntry.class, () -> stack().add(file("f", "").pax(key + "\0y", "")));
  }

  @Test
  void refusesToKeepMoreAttributesThanMemoryShouldHold() {
    TarFixture.Entry[] entries = new TarFixture.Entry[20];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = directory("d" + i).pax("SCHILY.xattr.user.x", new byte[1_000_000]);
    }
    assertThrows(LayerException.TooLarge.class, () -> stack().add(entries));
  }

  @Test
  void clampsNamesIntoTheRoot() throws IOException {
    Map<String, String> top =
        stack()
            .add(
                file("/abs", ""),
                file("../../up", ""),
                file("a/../b", ""),
                file("c//./d", ""),
                file("../canary/secret", "mine"))
            .top();
    assertEquals(
        Set.of(".", "abs", "up", "b", "c", "c/d", "canary", "canary/secret"), top.keySet());
  }

  @Test
  void clampsWritesThroughLinksIntoTheRoot() throws IOException {
    Map<String, String> top =
        stack()
            .add(
                symlink("out", canary.toString()),
                file("out/secret", "mine"),
                symlink("up", "../../../../../../.."),
                file("up" + canary + "/secret2", ""),
                symlink("dangling", "made/up"),
                file("dangling/f", ""))
            .top();
    assertTrue(top.containsKey(canary.toString().substring(1) + "/secret"), top::toString);
    assertTrue(top.containsKey(canary.toString().substring(1) + "/secret2"), top::toString);
    assertTrue(top.containsKey("made/up/f"));
  }

  @Test
  void replacesALinkInsteadOfWritingThroughIt() throws IOException {
    String secret = canary.resolve("secret").toString();
    Map<String, String> top =
        stack()
            .add(
                symlink("f", secret),
                file("f", "mine").mode(0777).owner(1, 1).modified(1),
                symlink("d", canary.toString()),
                directory("d/").mode(0777).owner(1, 1),
                symlink("l", secret).owner(1, 1).pax("SCHILY.xattr.trusted.x", "y"))
            .top();
    assertTrue(top.get("f").startsWith("100777 1:1 size 4 "));
    assertTrue(top.get("d").startsWith("40777 1:1 "));
    assertTrue(top.get("l").endsWith("[trusted.x=79]"));
  }

  @Test
  void neverLinksToTheOutside() {
    String secret = canary.resolve("secret").toString();
    assertThrows(LayerException.BadEntry.class, () -> stack().add(hardlink("h", secret)));
    assertThrows(
        LayerException.BadEntry.class,
        () -> stack().add(hardlink("h", "../../.." + secret), file("h", "mine")));
    assertThrows(
        LayerException.BadEntry.class,
        () -> stack().add(symlink("out", canary.toString()), hardlink("h", "out/secret")));
  }

  @Test
  void endsInALoopOfLinks() {
    assertThrows(
        LayerException.BadEntry.class,
        () -> stack().add(symlink("a", "b"), symlink("b", "a"), file("a/x", "")));
  }

  @Test
  void keepsLargeOwnersInBothForms() throws IOException {
    Map<String, String> top =
        stack()
            .add(
                file("binary", "").owner(4294967294L, 3_000_000_000L),
                file("pax", "").pax("uid", "4294967294").pax("gid", "3000000000"))
            .top();
    assertTrue(top.get("binary").startsWith("100644 4294967294:3000000000 "));
    assertTrue(top.get("pax").startsWith("100644 4294967294:3000000000 "));
  }

  @Test
  void keepsTimesAndClampsThoseBeyondTheFileSystem() throws Exception {
    Map<String, String> top =
        stack()
            .add(
                file("before", "").pax("mtime", "-1.5"),
                file("fine", "").pax("mtime", "7.123456789"),
                symlink("link", "x").pax("mtime", "7.000000001"),
                file("far", "").pax("mtime", "100000000000000"),
                file("long ago", "").pax("mtime", "-100000000000000"))
            .top();
    assertTrue(top.get("before").contains(" modified -2.500000000 "), top::toString);
    assertTrue(top.get("fine").contains(" modified 7.123456789 "), top::toString);
    assertTrue(top.get("link").contains(" modified 7.1 "), top::toString);
    for (String name : List.of("far", "long ago")) {
      Path touched = temporary.resolve(name);
      String time = name.equals("far") ? "@100000000000000" : "@-100000000000000";
      assertEquals(
          0, new ProcessBuilder("touch", "-d", time, touched.toString()).start().waitFor());
      String expected = TreeDump.of(temporary).get(name).replaceAll(".*(modified \\S+).*", "$1");
      assertTrue(top.get(name).contains(expected), top::toString);
    }
  }

  @Test
  void replacesALinkOfALowerLayerByAFile() throws IOException {
    Stack stack = stack().add(symlink("l", "/etc/passwd"), file("f", ""));
    stack.add(file("l", "mine"), symlink("f", "x"));
    Map<String, String> merged = stack.merged(empty());
    assertTrue(merged.get("l").startsWith("100644 0:0 size 4 "));
    assertTrue(merged.get("f").contains("-> x"));
  }

  @Test
  void countsDirectoriesThatNoEntryDescribes() throws IOException {
    snapshots = Snapshots.open(root, LayerLimits.DEFAULT.withEntries(10));
    TarFixture.Entry deep = file("x", "").pax("path", "a/b/c/d/e/f/g/h/i/x");
    assertEquals(11, stack().add(deep).top().size());
    TarFixture.Entry deeper = file("x", "").pax("path", "a/b/c/d/e/f/g/h/i/j/x");
    LayerException.TooLarge failure =
        assertThrows(LayerException.TooLarge.class, () -> stack().add(deeper));
    assertTrue(
        failure.getMessage().endsWith("entry a/b/c/d/e/f/g/h/i/j/x: more than 10 entries"),
        failure::getMessage);
    assertEquals(1, stored().size());
  }
}
