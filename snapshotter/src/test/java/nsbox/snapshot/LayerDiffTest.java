package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.bytes;
import static nsbox.snapshot.TarFixture.device;
import static nsbox.snapshot.TarFixture.directory;
import static nsbox.snapshot.TarFixture.entry;
import static nsbox.snapshot.TarFixture.fifo;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.hardlink;
import static nsbox.snapshot.TarFixture.layer;
import static nsbox.snapshot.TarFixture.opaque;
import static nsbox.snapshot.TarFixture.symlink;
import static nsbox.snapshot.TarFixture.whiteout;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.OpenFlag;
import nsbox.linux.Xattr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerDiffTest extends RootTest {
  private static final byte[] CAPABILITY = {
    1, 0, 0, 2, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  @ParameterizedTest
  @EnumSource
  void givesBackWhatWasUnpacked(ApplyAllTest.Case layers) throws IOException {
    assertIdentity(layers.tars);
  }

  @Test
  void givesBackLayersMadeInCode() throws IOException {
    assertIdentity(UmociComparisonTest.layersInCode());
    assertIdentity(List.of(everything()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"alpine", "busybox"})
  void givesBackRealImages(String name) throws IOException {
    Path layout = UmociComparisonTest.images().resolve(name);
    assumeTrue(Files.isDirectory(layout), "no image at " + layout);
    for (OciLayout.Image image : OciLayout.images(layout)) {
      assertIdentity(snapshots, image.apply(snapshots));
    }
  }

  private void assertIdentity(List<byte[]> tars) throws IOException {
    Stack stack = stack();
    for (byte[] tar : tars) {
      stack.add(tar);
    }
    assertIdentity(snapshots, stack.chain());
  }

  /// Unpack, diff, unpack: the same trees, and the same lists of opaque directories.
  private void assertIdentity(Snapshots first, List<String> chain) throws IOException {
    Snapshots second = Snapshots.open(Files.createTempDirectory(temporary, "second"));
    Stack stack = new Stack(second);
    for (String chainId : chain) {
      byte[] tar = tar(first.diff(chainId));
      stack.add(tar);
      assertEquals(text(first.directory(chainId)), text(second.directory(stack.chain().getLast())));
      assertArrayEquals(tar, tar(first.diff(chainId)), "written twice");
      assertArrayEquals(tar, tar(second.diff(stack.chain().getLast())), "written from the second");
    }
  }

  private static byte[] tar(LayerDiff diff) throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    assertEquals(List.of(), diff.writeTo(tar));
    return tar.toByteArray();
  }

  /// Whiteouts differ in the time at which they were made.
  private static String text(Path fs) throws IOException {
    Map<String, String> dump = TreeDump.of(fs);
    dump.replaceAll((_, line) -> line.startsWith("20000 0:0 ") ? "whiteout" : line);
    for (Name path : OpaqueDirectories.read(fs.getParent())) {
      dump.put("opaque " + TarEntry.text(path.bytes()), "");
    }
    return String.join("\n", dump.entrySet().stream().map(Object::toString).toList());
  }

  /// One layer with all that a tar can say of a file, and names that are no text.
  private static byte[] everything() {
    String hundred = "x".repeat(100);
    return layer(
        directory("./").mode(0751).modified(11),
        directory("d/").mode(03770).owner(4294967294L, 2097152).pax("mtime", "-5.25"),
        file("d/past", "before 1970").pax("mtime", "-0.000000001"),
        file("d/fraction", "x").pax("mtime", "1234567890.120000000"),
        file("d/far", "x").modified(1L << 33),
        file("setuid", "#!").mode(06755).owner(7, 8),
        file("ping", "p").pax("SCHILY.xattr.security.capability", CAPABILITY),
        file("attributes", "")
            .pax("SCHILY.xattr.user.empty", "")
            .pax("SCHILY.xattr.user.lines\nin a name", "a=b\n")
            .pax("SCHILY.xattr.trusted.kept", new byte[] {0, 1, (byte) 0xff}),
        hardlink("d/linked", "ping"),
        symlink("link", "").pax("linkpath", "/somewhere/" + hundred).owner(3, 4).modified(12),
        hardlink("linked-link", "link"),
        symlink("utf", "\u00fcber"),
        fifo("pipe").owner(1, 2).mode(0622),
        hardlink("linked-pipe", "pipe"),
        device('3', "null", 1, 3).mode(0666),
        device('4', "disk", 259, 1048575),
        file("\u00e4", "umlaut"),
        entry('0', new byte[] {'n', (byte) 0xff, '\n', 'x'}, new byte[0], 0644, bytes("no text")),
        entry('2', bytes("to-bytes"), new byte[] {(byte) 0xfe}, 0777, new byte[0]),
        file(hundred, "in one field"),
        directory("p".repeat(99) + "/"),
        file("x", "in two fields").pax("path", "p".repeat(99) + "/" + hundred),
        directory("x").pax("path", hundred + "d/"),
        file("x", "in no field").pax("path", hundred + "d/" + "y".repeat(101)).mode(0600),
        directory("x").pax("path", "q".repeat(155) + "/"),
        file("x", "x").pax("path", "q".repeat(155) + "/z"),
        directory("x").pax("path", "q".repeat(156) + "/"),
        file("x", "x").pax("path", "q".repeat(156) + "/z"));
  }

  @Test
  void readByGnuTar() throws Exception {
    Path fs = unpacked(everything());
    Path tar = written(fs);
    Path out = empty();
    String said =
        run(
            "tar",
            "--warning=no-timestamp",
            "--warning=no-unknown-keyword",
            "--xattrs",
            "--xattrs-include=*",
            "--numeric-owner",
            "--same-owner",
            "-p",
            "-C",
            out.toString(),
            "-xf",
            tar.toString());
    assertEquals("", said);
    assertEquals(text(fs), text(out));
  }

  @Test
  void readByPython() throws Exception {
    Path tar = written(unpacked(everything()));
    String script =
        """
        import sys, tarfile
        for m in tarfile.open(sys.argv[1], errors='surrogateescape'):
            x = {k: v for k, v in m.pax_headers.items() if k.startswith('SCHILY')}
            print(ascii(m.name), m.type.decode(), oct(m.mode), m.uid, m.gid, m.size,
                  repr(m.mtime), ascii(m.linkname), m.devmajor, m.devminor, len(x),
                  ascii(m.uname + m.gname))
        """;
    List<String> lines = run("python3", "-c", script, tar.toString()).lines().toList();
    String hundred = "x".repeat(100);
    assertEquals(
        List.of(
            "'.' 5 0o751 0 0 0 11 '' 0 0 0 ''",
            "'attributes' 0 0o644 0 0 0 1000000 '' 0 0 3 ''",
            "'d' 5 0o3770 4294967294 2097152 0 -5.25 '' 0 0 0 ''",
            "'d/far' 0 0o644 0 0 1 8589934592.0 '' 0 0 0 ''",
            "'d/fraction' 0 0o644 0 0 1 1234567890.12 '' 0 0 0 ''",
            "'d/linked' 0 0o644 0 0 1 1000000 '' 0 0 1 ''",
            "'d/past' 0 0o644 0 0 11 -1e-09 '' 0 0 0 ''",
            "'disk' 4 0o600 0 0 0 0 '' 259 1048575 0 ''",
            "'link' 2 0o777 3 4 0 12 '/somewhere/" + hundred + "' 0 0 0 ''",
            "'linked-link' 1 0o777 3 4 0 12 'link' 0 0 0 ''",
            "'linked-pipe' 6 0o622 1 2 0 1000000 '' 0 0 0 ''",
            "'null' 3 0o666 0 0 0 0 '' 1 3 0 ''",
            "'n\\udcff\\nx' 0 0o644 0 0 7 1000000 '' 0 0 0 ''",
            "'ping' 1 0o644 0 0 0 1000000 'd/linked' 0 0 1 ''",
            "'pipe' 1 0o622 1 2 0 1000000 'linked-pipe' 0 0 0 ''",
            "'" + "p".repeat(99) + "' 5 0o755 0 0 0 1000000 '' 0 0 0 ''",
            "'" + "p".repeat(99) + "/" + hundred + "' 0 0o644 0 0 13 1000000 '' 0 0 0 ''",
            "'" + "q".repeat(155) + "' 5 0o755 0 0 0 1000000 '' 0 0 0 ''",
            "'" + "q".repeat(155) + "/z' 0 0o644 0 0 1 1000000 '' 0 0 0 ''",
            "'" + "q".repeat(156) + "' 5 0o755 0 0 0 1000000 '' 0 0 0 ''",
            "'" + "q".repeat(156) + "/z' 0 0o644 0 0 1 1000000 '' 0 0 0 ''",
            "'setuid' 0 0o6755 7 8 2 1000000 '' 0 0 0 ''",
            "'to-bytes' 2 0o777 0 0 0 1000000 '\\udcfe' 0 0 0 ''",
            "'utf' 2 0o777 0 0 0 1000000 '\\xfcber' 0 0 0 ''",
            "'" + hundred + "' 0 0o644 0 0 12 1000000 '' 0 0 0 ''",
            "'" + hundred + "d' 5 0o755 0 0 0 1000000 '' 0 0 0 ''",
            "'" + hundred + "d/" + "y".repeat(101) + "' 0 0o600 0 0 11 1000000 '' 0 0 0 ''",
            "'\\xe4' 0 0o644 0 0 6 1000000 '' 0 0 0 ''"),
        lines);
  }

  @Test
  void saysWhatIsGone() throws IOException {
    Stack stack = stack();
    stack.add(file("d/a", ""), file("e/b", ""), file("f", ""), directory("g/"));
    stack.add(whiteout("d/a"), opaque("e"), file("e/c", ""), whiteout("f"), whiteout("g"));
    assertEquals(
        List.of("./", "d/", "d/.wh.a", "e/", "e/.wh..wh..opq", "e/c", ".wh.f", ".wh.g"),
        names(tar(snapshots.diff(stack.chain().getLast()))));
    stack.add(opaque(""), file("only", ""));
    assertEquals(
        List.of("./", ".wh..wh..opq", "only"), names(tar(snapshots.diff(stack.chain().getLast()))));
  }

  private static TarReader reader(byte[] tar) {
    Layer layer = Stack.layer(Stack.digest(tar), tar);
    return new TarReader(stream(tar), new LayerBudget(layer, LayerLimits.DEFAULT));
  }

  private static List<String> names(byte[] tar) throws IOException {
    TarReader reader = reader(tar);
    List<String> names = new ArrayList<>();
    for (TarEntry entry; (entry = reader.next()) != null; ) {
      names.add(entry.text());
    }
    return names;
  }

  private static ByteStream stream(byte[] tar) {
    var channel = Channels.newChannel(new ByteArrayInputStream(tar));
    return channel::read;
  }

  @Test
  void leavesOutWhatIsNotTheLayers() throws Exception {
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    Files.writeString(tree.resolve("f"), "x");
    setAttribute(tree.resolve("f"), "trusted.overlay.origin", "x");
    setAttribute(tree.resolve("f"), "user.overlay.opaque", "y");
    setAttribute(tree.resolve("f"), "trusted.mine", "kept");
    run("python3", "-c", "import socket; socket.socket(socket.AF_UNIX).bind('" + tree + "/s')");
    byte[] tar = tar(LayerDiff.ofUpper(tree));
    assertEquals(List.of("./", "f"), names(tar));
    Map<String, String> top = stack().add(tar).top();
    assertTrue(top.get("f").endsWith(" [trusted.mine=6b657074]"), top::toString);
  }

  @Test
  void believesTheAttributesOfItsOwnKindOnly() throws Exception {
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    setAttribute(Files.createDirectory(tree.resolve("root")), "trusted.overlay.opaque", "y");
    setAttribute(Files.createDirectory(tree.resolve("user")), "user.overlay.opaque", "y");
    assertEquals(
        List.of("./", "root/", "root/.wh..wh..opq", "user/"), names(tar(LayerDiff.ofUpper(tree))));
    assertEquals(
        List.of("./", "root/", "user/", "user/.wh..wh..opq"),
        names(tar(LayerDiff.ofUpper(tree).withUserAttributes())));
  }

  @Test
  void refusesWhatNoLayerCanSay() throws Exception {
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    Path directory = Files.createDirectory(tree.resolve("d"));
    Path file = Files.writeString(directory.resolve("f"), "x");

    setAttribute(directory, "trusted.overlay.opaque", "x");
    isRefused(tree, "d", "a directory with whiteouts in attributes");
    setAttribute(directory, "trusted.overlay.opaque", "y");
    setAttribute(directory, "trusted.overlay.redirect", "/e");
    isRefused(tree, "d", "a directory that overlayfs has renamed only (redirect_dir)");
    run(
        "python3",
        "-c",
        "import os; os.removexattr('" + directory + "', 'trusted.overlay.redirect')");
    setAttribute(file, "trusted.overlay.metacopy", "");
    isRefused(tree, "d/f", "a file whose content overlayfs has left in a layer below (metacopy)");
    Files.delete(file);

    setAttribute(Files.writeString(file, ""), "user.a=b", "c");
    isRefused(tree, "d/f", "an attribute with = in its name, user.a=b");
    Files.delete(file);
    for (String name : List.of(".wh.f", ".wh..wh..opq", ".wh.")) {
      Path bad = Files.writeString(directory.resolve(name), "");
      isRefused(
          tree,
          "d/" + name,
          "a name that begins with .wh., which says in a layer that a file is gone");
      Files.delete(bad);
    }
    assertEquals(List.of("./", "d/", "d/.wh..wh..opq"), names(tar(LayerDiff.ofUpper(tree))));
  }

  private static void isRefused(Path tree, String path, String found) {
    UnsuitableTreeException refused =
        assertThrows(
            UnsuitableTreeException.class,
            () -> LayerDiff.ofUpper(tree).writeTo(OutputStream.nullOutputStream()));
    assertEquals(path, refused.path());
    assertEquals(found, refused.found());
    assertEquals("no layer can hold /" + path + ": " + found, refused.getMessage());
  }

  @Test
  void setsLaterTimesToTheLimit() throws IOException {
    Stack stack =
        stack()
            .add(
                directory("./").modified(100),
                file("before", "").pax("mtime", "99.999999999"),
                file("after", "").pax("mtime", "100.000000001"),
                file("future", "").modified(4_000_000_000L));
    LayerDiff diff =
        snapshots.diff(stack.chain().getLast()).notLaterThan(Instant.ofEpochSecond(100));
    Map<String, String> times = new TreeMap<>();
    TarReader reader = reader(tar(diff));
    for (TarEntry entry; (entry = reader.next()) != null; ) {
      times.put(entry.text(), entry.modified().seconds() + "." + entry.modified().nanos());
    }
    assertEquals(
        Map.of("./", "100.0", "before", "99.999999999", "after", "100.0", "future", "100.0"),
        times);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 300_000, 2_000_000})
  void keepsTheTarWholeWhenAFileChangesUnderIt(long newSizeBytes) throws Exception {
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    byte[] old = "0123456789".repeat(100_000).getBytes();
    Path file = Files.write(tree.resolve("f"), old);
    Files.writeString(tree.resolve("z"), "after it");
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    OutputStream changing =
        new OutputStream() {
          @Override
          public void write(int b) {
            tar.write(b);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            if (tar.size() == 0) {
              try (var channel =
                  Files.newByteChannel(file, java.nio.file.StandardOpenOption.WRITE)) {
                channel.truncate(newSizeBytes);
                if (newSizeBytes > old.length) {
                  channel.position(newSizeBytes - 1).write(ByteBuffer.wrap(new byte[1]));
                }
              }
            }
            tar.write(bytes, offset, length);
          }
        };
    assertEquals(List.of("f"), LayerDiff.ofUpper(tree).writeTo(changing));
    stack().add(tar.toByteArray());
    TarReader reader = reader(tar.toByteArray());
    assertEquals("./", reader.next().text());
    TarEntry entry = reader.next();
    assertEquals("f", entry.text());
    assertEquals(old.length, entry.sizeBytes());
    assertEquals("z", reader.next().text());
    assertEquals(null, reader.next());
  }

  @Test
  void tellsOfFilesThatAreGoneWhenTheirTurnComes() throws Exception {
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    Files.write(tree.resolve("a"), new byte[1_000_000]);
    Path later = Files.writeString(tree.resolve("b"), "x");
    Path folder = Files.createDirectory(tree.resolve("c"));
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    OutputStream removing =
        new OutputStream() {
          @Override
          public void write(int b) {
            tar.write(b);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            Files.deleteIfExists(later);
            Files.deleteIfExists(folder);
            tar.write(bytes, offset, length);
          }
        };
    assertEquals(List.of("b", "c"), LayerDiff.ofUpper(tree).writeTo(removing));
    assertEquals(List.of("./", "a"), names(tar.toByteArray()));
  }

  @Test
  void goesDeeperThanThereAreDescriptors() throws Exception {
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    Path deep = Files.createDirectories(tree.resolve("d/".repeat(300) + "e"));
    Files.writeString(deep.resolve("f"), "deep");
    Files.writeString(deep.getParent().resolve("g"), "after what is deeper");
    List<String> names = names(tar(LayerDiff.ofUpper(tree)));
    assertEquals(304, names.size());
    assertEquals("d/".repeat(300) + "e/f", names.get(302));
    assertEquals("d/".repeat(300) + "g", names.getLast());
    int before = new java.io.File("/proc/self/fd").list().length;
    assertTrue(openDescriptorsDuring(tree) < before + 100);
  }

  @Test
  void refusesPathsThatNoSystemCallTakes() throws Exception {
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    String script =
        """
        import os, sys
        os.chdir(sys.argv[1])
        for i in range(20):
            os.mkdir('h' * 250)
            os.chdir('h' * 250)
        """;
    run("python3", "-c", script, tree.toString());
    assertTrue(
        assertThrows(UnsuitableTreeException.class, () -> tar(LayerDiff.ofUpper(tree)))
            .getMessage()
            .endsWith("hh: deeper than 4095 bytes of path"));
    run("rm", "-rf", tree.toString());
  }

  private static int openDescriptorsDuring(Path tree) throws IOException {
    int[] most = {0};
    LayerDiff.ofUpper(tree)
        .writeTo(
            new OutputStream() {
              @Override
              public void write(int b) {}

              @Override
              public void write(byte[] bytes, int offset, int length) {
                most[0] = Math.max(most[0], new java.io.File("/proc/self/fd").list().length);
              }
            });
    return most[0];
  }

  private Path unpacked(byte[] tar) throws IOException {
    return snapshots.directory(stack().add(tar).chain().getLast());
  }

  private Path written(Path fs) throws IOException {
    return Files.write(temporary.resolve("layer.tar"), tar(LayerDiff.ofUpper(fs)));
  }

  private static void setAttribute(Path file, String name, String value) throws IOException {
    try (Fd fd = Linux.openat2(Fd.NONE, bytes(file.toString()), OpenFlag.READ, 0, 0)) {
      Xattr.set(fd, bytes(name), bytes(value));
    }
  }

  static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), said);
    return said;
  }
}
