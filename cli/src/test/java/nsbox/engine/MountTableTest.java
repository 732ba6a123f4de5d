package nsbox.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MountTableTest {
  private static final MountTable TABLE =
      new MountTable(
          """
          27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
          42 27 0:39 / /with\\040blank/back\\134slash ro,relatime - overlay overlay ro,lowerdir=/s/aa/fs:/s/bb/fs
          43 42 0:40 / /twice ro,relatime - overlay overlay ro,lowerdir+=/s/cc/fs
          44 43 254:0 /views/dd/rootfs /twice ro,relatime - ext4 /dev/vda rw
          """);

  @Test
  void countsMountsOnTopOfEachOther() {
    assertEquals(1, TABLE.mountsOn(Path.of("/")));
    assertEquals(2, TABLE.mountsOn(Path.of("/twice")));
    assertEquals(1, TABLE.mountsOn(Path.of("/with blank/back\\slash")));
    assertEquals(0, TABLE.mountsOn(Path.of("/with")));
  }

  @Test
  void knowsWhatAMountShows() {
    assertTrue(TABLE.mentions("/aa/fs"));
    assertTrue(TABLE.mentions("/cc/fs"));
    assertTrue(TABLE.mentions("/views/dd/"));
    assertFalse(TABLE.mentions("/dd/fs"));
  }

  @Test
  void readsThatOfTheKernel() throws IOException {
    assertTrue(MountTable.read().mountsOn(Path.of("/proc")) > 0);
  }
}
