package nsbox.e2e.layers;

import static nsbox.e2e.layers.Tar.bytes;
import static nsbox.e2e.layers.Tar.concat;
import static nsbox.e2e.layers.Tar.device;
import static nsbox.e2e.layers.Tar.directory;
import static nsbox.e2e.layers.Tar.entry;
import static nsbox.e2e.layers.Tar.file;
import static nsbox.e2e.layers.Tar.hardlink;
import static nsbox.e2e.layers.Tar.opaque;
import static nsbox.e2e.layers.Tar.symlink;
import static nsbox.e2e.layers.Tar.whiteout;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// Layers that reach for the host, or for its memory and disk.
public final class HostileLayers {
  private static final int MIB = 1 << 20;

  private final Path canary;
  private final List<Case> cases = new ArrayList<>();

  private HostileLayers(Path canary) {
    this.canary = canary;
  }

  /// One image.
  ///
  /// @param layers the lowest first; if they are refused, for the topmost
  /// @param refusal what the error says, and of which entry, as far as it names one; empty where
  ///   the layers mean something harmless
  public record Case(String name, List<LayerBlob> layers, Optional<Refusal> refusal) {
    @Override
    public String toString() {
      return name;
    }
  }

  /// @param entry empty where the error does not name it
  public record Refusal(String reason, String entry) {}

  /// @param canary a folder of the host: `secret`, a file, and `out`, an empty directory
  public static List<Case> reachingFor(Path canary) throws IOException {
    HostileLayers all = new HostileLayers(canary);
    all.climbing();
    all.replacing();
    all.metadataThroughLinks();
    all.overlayAttributes();
    all.whiteouts();
    all.devices();
    all.sizes();
    all.lies();
    all.names();
    all.bombs();
    all.truncated();
    return all.cases;
  }

  private void harmless(String name, byte[]... tars) throws IOException {
    List<LayerBlob> layers = new ArrayList<>();
    for (byte[] tar : tars) {
      layers.add(LayerBlob.gzip(tar));
    }
    cases.add(new Case(name, layers, Optional.empty()));
  }

  private void refused(String name, String reason, String entry, byte[]... tars)
      throws IOException {
    harmless(name, tars);
    Case last = cases.removeLast();
    refused(name, reason, entry, last.layers());
  }

  private void refused(String name, String reason, String entry, List<LayerBlob> layers) {
    cases.add(new Case(name, layers, Optional.of(new Refusal(reason, entry))));
  }

  private String up(String below) {
    return "../".repeat(40) + canary.toString().substring(1) + "/" + below;
  }

  private void climbing() throws IOException {
    String out = canary + "/out";
    harmless("a name with ..", Tar.of(file("x", "x").pax("path", up("out/x"))));
    harmless("an absolute name", Tar.of(file(out + "/x", "x")));
    harmless("a name with .. over the secret", Tar.of(file("x", "x").pax("path", up("secret"))));
    harmless("an absolute link, written through", Tar.of(symlink("l", out), file("l/x", "x")));
    harmless(
        "a climbing link, written through",
        Tar.of(symlink("l", "x").pax("linkpath", up("out")), file("l/x", "x")));
    harmless(
        "a link of the layer below, written through",
        Tar.of(symlink("l", out)),
        Tar.of(file("l/x", "x"), directory("l/d/").mode(0777)));
    harmless(
        "a chain of links over three layers",
        Tar.of(symlink("a", canary.toString())),
        Tar.of(symlink("b", "a/out")),
        Tar.of(file("b/x", "x")));
    harmless(
        "a link to /proc/self/root", Tar.of(symlink("l", "/proc/self/root"), file("l/x", "x")));
    harmless(
        "a hard link to a link, then written",
        Tar.of(symlink("l", canary + "/secret"), hardlink("h", "l"), file("h", "x").mode(0777)));
    harmless(
        "a hard link to a link of the layer below, then written",
        Tar.of(symlink("l", canary + "/secret")),
        Tar.of(hardlink("h", "l"), file("h", "x").mode(0777)));
    refused(
        "a hard link to the host, absolute",
        "a hard link to " + canary + "/secret, which is not there",
        "h",
        Tar.of(hardlink("h", canary + "/secret")));
    refused(
        "a hard link to the host, climbing",
        "which is not there",
        "h",
        Tar.of(hardlink("h", "x").pax("linkpath", up("secret"))));
    refused(
        "a hard link through a link to the host",
        "a hard link to l/secret, which is not there",
        "h",
        Tar.of(symlink("l", canary.toString())),
        Tar.of(hardlink("h", "l/secret")));
    refused(
        "a link to itself",
        "more than 40 symbolic links",
        "l/x",
        Tar.of(symlink("l", "l"), file("l/x", "x")));
  }

  private void replacing() throws IOException {
    String out = canary + "/out";
    harmless(
        "a directory replaced by a link and back",
        Tar.of(
            directory("d/"),
            file("d/a", "a"),
            symlink("d", out),
            file("d/b", "b"),
            directory("d/").mode(0777),
            file("d/c", "c")));
    harmless(
        "a directory replaced by a link and back, over three layers",
        Tar.of(directory("d/"), file("d/a", "a")),
        Tar.of(symlink("d", out), file("d/b", "b")),
        Tar.of(directory("d/").mode(0777), file("d/c", "c"), whiteout("d/a")));
    harmless(
        "a directory whose parent becomes a link",
        Tar.of(
            directory("p/"),
            directory("p/d/").mode(0700),
            symlink("p", canary.toString()),
            directory("p/out/").mode(0777).owner(5, 5)));
  }

  private void metadataThroughLinks() throws IOException {
    String secret = canary + "/secret";
    harmless(
        "mode, owner, time and attributes of a link",
        Tar.of(
            symlink("l", secret)
                .mode(0777)
                .owner(5, 5)
                .modified(5)
                .attribute("user.x", (byte) 1)
                .attribute("trusted.x", (byte) 1)));
    harmless(
        "a file over a link of the layer below",
        Tar.of(symlink("l", secret)),
        Tar.of(file("l", "x").mode(0777).owner(5, 5).modified(5).attribute("user.x", (byte) 1)));
    harmless(
        "a directory over a link of the layer below",
        Tar.of(symlink("l", canary + "/out")),
        Tar.of(directory("l/").mode(0777).owner(5, 5).modified(5).attribute("user.x", (byte) 1)));
    harmless(
        "a hard link to a link, with a mode",
        Tar.of(symlink("l", secret), hardlink("h", "l").mode(0777).owner(5, 5).modified(5)));
  }

  private void overlayAttributes() throws IOException {
    for (String prefix : List.of("trusted.overlay.", "user.overlay.")) {
      harmless(
          prefix + "* attributes",
          Tar.of(directory("d/"), file("d/in", "i")),
          Tar.of(
              directory("d/").attribute(prefix + "opaque", (byte) 'y'),
              directory("e/").attribute(prefix + "redirect", bytes("/d")),
              file("m", "m")
                  .attribute(prefix + "metacopy")
                  .attribute(prefix + "redirect", bytes("/d/in")),
              directory("w/").attribute(prefix + "whiteouts", (byte) 'y'),
              file("w/x", "").attribute(prefix + "whiteout", (byte) 'y')));
    }
  }

  private void whiteouts() throws IOException {
    for (String name : List.of(".wh.", ".wh..", ".wh...", "d/.wh.", "d/.wh..", "d/.wh...")) {
      refused(
          "a whiteout called " + name,
          "a whiteout of nothing",
          name,
          Tar.of(directory("d/"), file("d/in", "i")),
          Tar.of(file(name, "")));
    }
    refused(
        "a file in a whiteout", "a whiteout of nothing", ".wh.d/x", Tar.of(file(".wh.d/x", "x")));
    harmless("a whiteout of aufs", Tar.of(file(".wh..wh.x", ""), file("..wh..", "")));
    harmless(
        "whiteouts through links",
        Tar.of(symlink("l", canary.toString())),
        Tar.of(whiteout("l/secret"), opaque("l"), opaque("l/out")));
    harmless(
        "whiteouts that climb",
        Tar.of(
            file("x", "").pax("path", up(".wh.secret")),
            file("x", "").pax("path", up(".wh..wh..opq"))));
  }

  private void devices() throws IOException {
    refused("a character device 0:0", "0:0", "d", Tar.of(device('3', "d", 0, 0)));
    harmless(
        "devices of the host",
        Tar.of(device('3', "mem", 1, 1).mode(0666), device('4', "disk", 8, 0).mode(0666)));
    refused(
        "the owner 2^32 - 1",
        "owned by 4294967295",
        "x",
        Tar.of(file("x", "x").pax("uid", "4294967295")));
    refused("the owner -1", "owned by -1", "x", Tar.of(file("x", "x").owner(-1, 0)));
  }

  private void sizes() throws IOException {
    byte full = (byte) 0xff;
    byte[] negative = new byte[12];
    Arrays.fill(negative, full);
    refused("a negative size", "negative size", "", Tar.of(file("x", "x").rawSize(negative)));
    byte[] largest = {(byte) 0x80, 0, 0, 0, 0x7f, full, full, full, full, full, full, full};
    refused(
        "the size 2^63 - 1",
        "ends in the middle of an entry",
        "",
        Tar.of(file("x", "x").rawSize(largest)));
    byte[] beyond = {(byte) 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    refused(
        "a size beyond 64 bits", "a number too large", "", Tar.of(file("x", "x").rawSize(beyond)));
    refused(
        "a size that is not octal",
        "tar header",
        "",
        Tar.of(file("x", "x").rawSize(bytes("99999999999\0"))));
    refused(
        "the largest octal size",
        "ends in the middle of an entry",
        "",
        Tar.of(file("x", "x").rawSize(bytes("777777777777"))));
    refused("a negative PAX size", "negative size", "", Tar.of(file("x", "x").pax("size", "-1")));
    refused(
        "a PAX size beyond 64 bits",
        "tar header",
        "",
        Tar.of(file("x", "x").pax("size", "9223372036854775808")));
    refused(
        "a PAX size that is no number",
        "tar header",
        "",
        Tar.of(file("x", "x").pax("size", "1e9")));
  }

  private void lies() throws IOException {
    refused("a wrong checksum", "wrong checksum", "", Tar.of(file("x", "x").wrongChecksum()));
    harmless(
        "sizes on what has no content",
        Tar.of(
            directory("d/").claiming(Long.MAX_VALUE),
            symlink("l", "x").claiming(1 << 30),
            file("f", "f"),
            hardlink("h", "f").claiming(1 << 30)));
    refused(
        "a PAX size beyond the archive",
        "ends in the middle of an entry",
        "",
        Tar.of(file("x", "x").pax("size", "1000000")));
    refused(
        "a PAX record that is longer than it says",
        "malformed record",
        "",
        Tar.of(file("y", "y").after(entry('x', bytes("pax"), bytes("9 path=abcdefg\n")))));
    refused(
        "a PAX record that never ends",
        "tar header",
        "",
        Tar.of(file("y", "y").after(entry('x', bytes("pax"), bytes("99999999999 path=x\n")))));
    refused(
        "a PAX name with a zero byte",
        "malformed record",
        "",
        Tar.of(file("y", "y").pax("path", new byte[] {'a', 0, 'b'})));
    refused(
        "an unknown type",
        "of the unknown type Z",
        "z",
        Tar.of(entry('Z', bytes("z"), new byte[0])));
    refused(
        "an attribute of 70,000 bytes",
        "an attribute longer than 64 KiB",
        "x",
        Tar.of(file("x", "x").pax("SCHILY.xattr.user.x", new byte[70_000])));
  }

  private void names() throws IOException {
    refused(
        "a name of 5,000 bytes",
        "more than 4096 bytes in a name",
        "",
        Tar.of(file("x", "x").pax("path", "n/".repeat(2_500))));
    refused(
        "a link target of 5,000 bytes",
        "more than 4096 bytes in a name",
        "",
        Tar.of(symlink("l", "x").pax("linkpath", "n/".repeat(2_500))));
    refused(
        "a part of 300 bytes",
        "a name longer than the file system takes",
        "n".repeat(300),
        Tar.of(file("x", "x").pax("path", "n".repeat(300))));
    refused(
        "a depth of 3,000",
        "more than 4096 bytes in a name",
        "",
        Tar.of(directory("x").pax("path", "d/".repeat(3_000))));
    String half = "d/".repeat(1_000);
    refused(
        "a depth of 3,000, by way of links",
        "deeper than 4095 bytes of path",
        "l/" + half,
        Tar.of(
            directory("x").pax("path", "d/".repeat(1_500)),
            symlink("l", "x").pax("linkpath", "d/".repeat(1_500)),
            directory("x").pax("path", "l/" + half)));
    harmless("a depth of 1,900", Tar.of(file("x", "x").pax("path", "d/".repeat(1_900) + "x")));
  }

  private void bombs() throws IOException {
    byte[] zeros = new byte[16 * MIB];
    byte[] head = Tar.unended(entry('0', bytes("zeros"), new byte[0]).claiming(2L << 30));
    byte[] gzip = concat(LayerBlob.gzipped(head), repeated(LayerBlob.gzipped(zeros), 128));
    refused(
        "2 GiB of zeros in gzip",
        "more than 1073741824 bytes",
        "zeros",
        List.of(LayerBlob.gzip(gzip, head)));
    byte[] zstd = concat(Zstd.compress(head), repeated(Zstd.compress(zeros), 128));
    refused(
        "2 GiB of zeros in zstd",
        "more than 1073741824 bytes",
        "zeros",
        List.of(LayerBlob.zstd(zstd, head)));
    byte[] globals =
        Tar.unended(
            Collections.nCopies(20_000, entry('g', bytes("g"), new byte[0]))
                .toArray(Tar.Entry[]::new));
    refused(
        "more than two million headers",
        "more than 1000 extended headers in a row",
        "",
        List.of(LayerBlob.gzip(repeated(LayerBlob.gzipped(globals), 101), globals)));
    for (char type : new char[] {'x', 'L', 'K', 'g'}) {
      byte[] meta = Tar.of(entry(type, bytes("meta"), new byte[64 * MIB]), file("x", "x"));
      refused(
          "64 MiB in a header of type " + type,
          "more than 1048576 bytes in a header of type " + type,
          "",
          List.of(LayerBlob.gzip(meta)));
    }
    byte[] empty = Tar.unended(file("0000000", ""));
    byte[] many = new byte[(200_000 + 2) * Tar.BLOCK];
    for (int i = 0; i < 200_000; i++) {
      Tar.Entry one = file("f%06d".formatted(i), "");
      System.arraycopy(Tar.unended(one), 0, many, i * Tar.BLOCK, empty.length);
    }
    harmless("200,000 files", many);
  }

  private static byte[] repeated(byte[] bytes, int count) {
    return concat(Collections.nCopies(count, bytes).toArray(byte[][]::new));
  }

  private void truncated() throws IOException {
    byte[] tar = Tar.of(file("a", "a"), file("b", "b".repeat(2_000)));
    byte[] gzip = LayerBlob.gzipped(tar);
    String within = "ends in the middle of an entry";
    for (int length : new int[] {1, 100, 512, 1_024 + 511, 1_024 + 513, 1_024 + 512 + 1_999}) {
      refused(
          "a tar of its first " + length + " bytes",
          within,
          "",
          List.of(LayerBlob.gzip(Arrays.copyOf(tar, length))));
    }
    harmless("a tar without its last padding", Arrays.copyOf(tar, 513));
    refused(
        "gzip without its end",
        "gzip",
        "",
        List.of(LayerBlob.gzip(Arrays.copyOf(gzip, gzip.length - 20), tar)));
    byte[] zstd = Zstd.compress(tar);
    refused(
        "zstd without its end",
        "zstd",
        "",
        List.of(LayerBlob.zstd(Arrays.copyOf(zstd, zstd.length - 9), tar)));
    refused(
        "a wrong diff ID", "diff ID should be", "", List.of(LayerBlob.gzip(gzip, bytes("other"))));
  }
}
