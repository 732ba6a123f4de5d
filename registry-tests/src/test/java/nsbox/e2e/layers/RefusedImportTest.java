package nsbox.e2e.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.EndToEnd;
import org.junit.jupiter.api.Test;

/// An image that cannot be unpacked never gets a name, whatever brings it in.
final class RefusedImportTest extends EndToEnd {
  @Test
  void leavesNoImage() throws Exception {
    ImageLayout layout = new ImageLayout(nsbox.folder.resolve("bad"));
    layout.add("1", List.of(LayerBlob.gzip(Tar.of(Tar.file(".wh..", "")))));
    Path archive = nsbox.folder.resolve("bad.tar");
    nsbox.sh("tar -C bad -cf bad.tar .").expect(0);
    nsbox.run("import", layout.root().toString()).expect(125);
    assertEquals("", nsbox.run("images", "-q").out());
    nsbox.run("load", "-i", archive.toString()).expect(125);
    assertEquals("", nsbox.run("images", "-q").out());
    nsbox.run("copy", "-q", "oci:" + layout.root() + ":1", "store:copied:1").expect(125);
    assertEquals("", nsbox.run("images", "-q").out());
  }
}
