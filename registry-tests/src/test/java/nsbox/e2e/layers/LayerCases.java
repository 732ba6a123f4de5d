package nsbox.e2e.layers;

import static nsbox.e2e.layers.Tar.device;
import static nsbox.e2e.layers.Tar.directory;
import static nsbox.e2e.layers.Tar.entry;
import static nsbox.e2e.layers.Tar.fifo;
import static nsbox.e2e.layers.Tar.file;
import static nsbox.e2e.layers.Tar.hardlink;
import static nsbox.e2e.layers.Tar.opaque;
import static nsbox.e2e.layers.Tar.symlink;
import static nsbox.e2e.layers.Tar.whiteout;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// One image for each rule of layers: the rows of `LAYERS.md`.
final class LayerCases {
  static final byte[] CAPABILITY = {
    1, 0, 0, 2, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  /// What most second layers change: `d/in`, `d/other`, `file`, `link -> d`.
  private static final Tar.Entry[] BASE = {
    directory("d/"),
    file("d/in", "i"),
    file("d/other", "o"),
    file("file", "f"),
    symlink("link", "d")
  };

  private final List<Case> cases = new ArrayList<>();

  private LayerCases() {}

  /// @param name of the row
  /// @param layers the lowest first
  record Case(String name, List<LayerBlob> layers) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> all() throws IOException {
    LayerCases all = new LayerCases();
    all.whiteouts();
    all.opaqueDirectories();
    all.replacements();
    all.parents();
    all.hardLinks();
    all.names();
    all.metadata();
    all.attributes();
    all.dialects();
    all.streams();
    return all.cases;
  }

  private void over(String name, Tar.Entry... top) throws IOException {
    layers(name, Tar.of(BASE), Tar.of(top));
  }

  private void alone(String name, Tar.Entry... entries) throws IOException {
    layers(name, Tar.of(entries));
  }

  private void layers(String name, byte[]... tars) throws IOException {
    List<LayerBlob> layers = new ArrayList<>();
    for (byte[] tar : tars) {
      layers.add(LayerBlob.gzip(tar));
    }
    cases.add(new Case(name, layers));
  }

  private void blob(String name, LayerBlob top) throws IOException {
    cases.add(new Case(name, List.of(LayerBlob.gzip(Tar.of(BASE)), top)));
  }

  private void whiteouts() throws IOException {
    over("whiteout of a file", whiteout("d/in"));
    over("whiteout of a directory", whiteout("d"));
    over("whiteout of a symbolic link", whiteout("link"));
    over("whiteout of what is not there", whiteout("d/absent"));
    over("whiteout of type directory", directory("d/.wh.in/"));
    over("whiteout of type symbolic link", symlink("d/.wh.in", "other"));
    over("whiteout with content", file("d/.wh.in", "content"));
    over("whiteout of an empty name", file("d/.wh.", ""));
    over("whiteout of `.`", file("d/.wh..", ""));
    over("whiteout of `..`", file("d/.wh...", ""));
    over("whiteout before the entry it names", whiteout("file"), file("file", "n"));
    over("whiteout after the entry it names", file("file", "n"), whiteout("file"));
    over("whiteout after a new entry", file("d/new", "n"), whiteout("d/new"));
    over("whiteout below a whiteout", whiteout("d"), whiteout("d/in"));
    over("whiteout, then a new directory", whiteout("d"), directory("d/"), file("d/new", "n"));
    over("whiteout, then a file in the directory", whiteout("d"), file("d/new", "n"));
    over("whiteout through a link of a lower layer", whiteout("link/in"));
    over("file below a whiteout's name", directory("d/.wh.in/"), file("d/.wh.in/x", "x"));
    over("aufs' own files", directory(".wh..wh.plnk/"), file(".wh..wh.plnk/1.2", "x"));
  }

  private void opaqueDirectories() throws IOException {
    over("opaque first", directory("d/"), opaque("d"), file("d/new", "n"));
    over("opaque last", directory("d/"), file("d/new", "n"), opaque("d"));
    over("opaque without an entry for the directory", opaque("d"));
    over("opaque and a whiteout", directory("d/"), whiteout("d/in"), opaque("d"));
    over("opaque, and a directory below it again", opaque("d"), directory("d/sub/"));
    over("opaque root", opaque(""), file("new", "n"));
    over("opaque, and no such directory", opaque("absent"));
    over("opaque where the lower layer has a file", directory("file/"), opaque("file"));
    layers(
        "opaque hides directories of all lower layers",
        Tar.of(directory("d/"), directory("d/sub/"), file("d/sub/a", "a")),
        Tar.of(directory("d/sub/"), file("d/sub/b", "b")),
        Tar.of(opaque("d"), directory("d/sub/"), file("d/sub/c", "c")));
  }

  private void replacements() throws IOException {
    over("directory over directory", directory("d/").mode(0700).owner(1, 2).modified(5));
    over("file over directory", file("d", "n"));
    over("directory over file", directory("file/"), file("file/new", "n"));
    over("directory over symbolic link", directory("link/"), file("link/new", "n"));
    over("symbolic link over directory", symlink("d", "file"));
    over("file over symbolic link", file("link", "n"));
    over("symbolic link over file", symlink("file", "d"));
    over("fifo over file", fifo("file"));
    layers(
        "a directory becomes a file and a directory again",
        Tar.of(directory("d/"), file("d/in", "i")),
        Tar.of(file("d", "f")),
        Tar.of(directory("d/"), file("d/new", "n")));
    over("duplicate entries", file("new", "1"), file("new", "2").mode(0600));
    over("duplicate entries of two types", file("new", "1"), directory("new/"));
    over(
        "duplicate directories",
        directory("new/").mode(0700),
        file("new/x", "x"),
        directory("new/"));
  }

  private void parents() throws IOException {
    alone("parent missing", file("a/b/c", "c"));
    layers(
        "parent only in a lower layer",
        Tar.of(directory("t/").mode(01777).owner(5, 6).attribute("user.of", (byte) 1)),
        Tar.of(file("t/new", "n")));
    over("parent is a link of a lower layer", file("link/new", "n"));
    alone(
        "parent is a link of the same layer",
        directory("d/"),
        symlink("l", "d"),
        file("l/new", "n"));
    alone("parent is an absolute link", directory("d/"), symlink("l", "/d"), file("l/new", "n"));
    over("parent is a file of a lower layer", file("file/new", "n"));
    alone("parent is a link out of the root", symlink("l", "../../outside"), file("l/new", "n"));
    layers(
        "parent is a link out of the root, of a lower layer",
        Tar.of(symlink("l", "/../../outside")),
        Tar.of(file("l/new", "n")));
    alone("parent is a link to itself", symlink("l", "l"), file("l/new", "n"));
  }

  private void hardLinks() throws IOException {
    alone("hard link", file("a", "a"), hardlink("b", "a"));
    alone("hard link, absolute target", file("a", "a"), hardlink("b", "/a"));
    alone("hard link to a symbolic link", symlink("a", "nowhere"), hardlink("b", "a"));
    alone(
        "hard link through a symbolic link",
        directory("d/"),
        file("d/a", "a"),
        symlink("l", "d"),
        hardlink("b", "l/a"));
    over("hard link to a file of a lower layer", hardlink("new", "d/in"));
    over("hard link to a link of a lower layer", hardlink("new", "link"));
    alone("hard link before its target", hardlink("b", "a"), file("a", "a"));
    alone("hard link to a directory", directory("d/"), hardlink("b", "d"));
    alone("hard link to nothing", hardlink("b", "absent"));
    alone("hard link out of the root", hardlink("b", "../../../../etc/hostname"));
    over("hard link to a file that is whited out", whiteout("file"), hardlink("new", "file"));
    alone(
        "hard link with its own mode and owner",
        file("a", "a").mode(0600),
        hardlink("b", "a").mode(0777).owner(7, 7));
    alone("hard link to itself", file("a", "a"), hardlink("a", "a"));
    alone(
        "hard link that claims a size",
        file("a", "a"),
        hardlink("b", "a").claiming(1),
        file("c", "c"));
    over("hard link over a file of a lower layer", file("new", "n"), hardlink("file", "new"));
  }

  private void names() throws IOException {
    alone("absolute name", directory("/d/"), file("/d/abs", "a"));
    alone("name that leaves the root", file("../../up", "u"));
    alone("name with `..` inside", directory("d/"), file("d/../b", "b"));
    alone("name with `//` and `.`", directory("d/"), file("d//./b", "b"));
    alone("name that is not UTF-8", entry('0', new byte[] {'a', (byte) 0xff, 'b'}, new byte[0]));
    alone("name in PAX, beyond 100 bytes", file("x", "x").pax("path", "n".repeat(200)));
    alone(
        "name as GNU writes it, beyond 100 bytes",
        file("x", "x")
            .after(entry('L', Tar.bytes("././@LongLink"), Tar.bytes("n".repeat(200) + "\0"))));
    alone("name of 255 bytes", file("x", "x").pax("path", "n".repeat(255)));
    alone("name of 256 bytes", file("x", "x").pax("path", "n".repeat(256)));
    alone("name with a line feed", file("a\nb", "x"));
    alone(
        "link target as GNU writes it, beyond 100 bytes",
        symlink("l", "x")
            .after(entry('K', Tar.bytes("././@LongLink"), Tar.bytes("t".repeat(200) + "\0"))));
    alone("name of a file that begins with `.wh`", file(".whiteout", "x"));
  }

  private void metadata() throws IOException {
    alone(
        "setuid and owner",
        file("a", "a").mode(06755).owner(7, 8),
        directory("s/").mode(03777).owner(7, 8));
    alone("owner 4294967294", file("a", "a").pax("uid", "4294967294").pax("gid", "4294967294"));
    alone("owner in base 256", file("a", "a").owner(3_000_000, 4_000_000_000L));
    alone("time with nanoseconds", file("a", "a").pax("mtime", "12.123456789"));
    alone("time before 1970", file("a", "a").pax("mtime", "-1.5"));
    alone("time after 2^33", file("a", "a").modified(1L << 33));
    alone("time of a link", symlink("l", "x").modified(77));
    over(
        "time of a directory, after its children", directory("d/").modified(5), file("d/new", "n"));
    alone(
        "directory that nobody may write, with children",
        directory("r/").mode(0555),
        file("r/x", "x"));
    alone(
        "character and block devices",
        device('3', "null", 1, 3).mode(0666),
        device('4', "disk", 8, 300).mode(0660).owner(0, 6));
    alone("fifo", fifo("p").mode(0620));
    over("character device 0:0", device('3', "d", 0, 0));
    alone("user names go after numbers", file("a", "a").owner(1, 1).pax("uname", "root"));
  }

  private void attributes() throws IOException {
    alone(
        "file capabilities",
        file("a", "a").owner(3, 3).attribute("security.capability", CAPABILITY));
    alone(
        "binary user attribute",
        file("a", "a").attribute("user.b", (byte) 0, (byte) 0xff, (byte) 10));
    alone("attribute of a directory", directory("d/").attribute("user.d", (byte) 1));
    alone("user attribute of a symbolic link", symlink("l", "x").attribute("user.a", (byte) 1));
    alone("trusted attribute", file("a", "a").attribute("trusted.mine", (byte) 1));
    over(
        "overlay's opaque attribute",
        directory("d/").attribute("trusted.overlay.opaque", (byte) 'y'));
    over(
        "overlay's opaque attribute, of users",
        directory("d/").attribute("user.overlay.opaque", (byte) 'y'));
    over(
        "overlay's redirect attribute",
        directory("e/").attribute("trusted.overlay.redirect", Tar.bytes("/d")));
    alone("SELinux label", file("a", "a").attribute("security.selinux", Tar.bytes("u:r:t:s0\0")));
    layers(
        "attribute that the new entry lacks",
        Tar.of(file("file", "f").attribute("user.n", (byte) 1)),
        Tar.of(file("file", "f")));
  }

  private void dialects() throws IOException {
    alone("entry for the root", directory("./").mode(0711).owner(1, 2), file("./a", "a"));
    alone(
        "PAX global header",
        entry('g', Tar.bytes("g"), Tar.record("path", Tar.bytes("g"))),
        file("a", "a"));
    alone("unknown type `Z`", entry('Z', Tar.bytes("z"), Tar.bytes("zz")), file("a", "a"));
    alone("type `7`", entry('7', Tar.bytes("a"), Tar.bytes("a")));
    alone(
        "type of old archives",
        entry('\0', Tar.bytes("a"), Tar.bytes("a")),
        entry('\0', Tar.bytes("d/"), new byte[0]).mode(0755));
    alone(
        "PAX size goes before the header's",
        file("a", "abc").claiming(1).pax("size", "3"),
        file("b", "b"));
    alone("symbolic link that claims a size", symlink("l", "x").claiming(600), file("b", "b"));
    alone("directory that claims a size", directory("d/").claiming(600), file("b", "b"));
    alone("wrong checksum", file("a", "a").wrongChecksum());
    alone("empty file", file("a", ""));
  }

  private void streams() throws IOException {
    byte[] tar = Tar.of(file("a", "a"));
    byte[] gzip = LayerBlob.gzipped(tar);
    blob("no zero blocks at the end", LayerBlob.gzip(Tar.unended(file("a", "a"))));
    byte[] trailed = Tar.concat(tar, new byte[10_240], Tar.bytes("garbage"));
    blob("garbage after the zero blocks", LayerBlob.gzip(trailed));
    blob("empty tar", LayerBlob.gzip(Tar.of()));
    blob("no bytes at all", LayerBlob.gzip(new byte[0]));
    blob("not compressed", LayerBlob.plain(tar));
    int half = Tar.BLOCK + 100;
    byte[] members =
        Tar.concat(
            LayerBlob.gzipped(java.util.Arrays.copyOf(tar, half)),
            LayerBlob.gzipped(java.util.Arrays.copyOfRange(tar, half, tar.length)));
    blob("several gzip members", LayerBlob.gzip(members, tar));
    blob("zeros after gzip", LayerBlob.gzip(Tar.concat(gzip, new byte[512]), tar));
    blob("garbage after gzip", LayerBlob.gzip(Tar.concat(gzip, Tar.bytes("garbage")), tar));
    byte[] shortGzip = java.util.Arrays.copyOf(gzip, gzip.length - 12);
    blob("gzip that ends too soon", LayerBlob.gzip(shortGzip, tar));
    blob("wrong diff ID", LayerBlob.gzip(gzip, Tar.bytes("something else")));
    byte[] cut = java.util.Arrays.copyOf(tar, Tar.BLOCK + 1);
    blob("tar that ends without padding", LayerBlob.gzip(cut));
  }
}
