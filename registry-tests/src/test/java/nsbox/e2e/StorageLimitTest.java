package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// `run --storage-opt size=`.
final class StorageLimitTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  @Test
  void refusesWhatIsNoSize() throws Exception {
    isRefused("size=ten", "size is ten; it takes a size such as 512m or 8g");
    isRefused("inodes=5", "inodes=5: the only option of storage is size=SIZE");
  }

  private void isRefused(String option, String message) throws Exception {
    assertEquals(
        new Result(125, "", "nsbox: --storage-opt " + message + "\n"),
        nsbox.run("run", "--storage-opt", option, ALPINE, "true"));
    assertEquals(List.of(), nsbox.containers());
  }

  /// The root is mounted by the script, in a mount namespace that ends with it.
  private Result onExt4(String makeOptions, String mountOptions, String script) throws Exception {
    return nsbox.sh(
        """
        d=%s/quota; mkdir $d && truncate -s 96M $d/disk && mkfs.ext4 -q %s $d/disk || exit 99
        trap 'rm -rf $d' EXIT
        NSBOX_ROOT=$d/mount; export NSBOX_ROOT; mkdir $d/mount; export d
        unshare --mount sh -c '
        mount --make-rprivate / && mount -o loop,%s $d/disk $d/mount || exit 98
        nsbox import -q %s >$d/out || exit 97
        %s'
        """
            .formatted(
                nsbox.folder, makeOptions, mountOptions, layout("alpine").toString(), script));
  }

  @Test
  void refusesAFileSystemThatKeepsNobodyWithinALimit() throws Exception {
    Result result =
        onExt4(
            "",
            "noatime",
            "nsbox run --storage-opt size=1m "
                + ALPINE
                + " true; code=$?; ls $d/mount/containers; exit $code");
    result.expect(125);
    assertEquals("", result.out());
    assertTrue(
        result.err().contains("no project quotas are in force on the ext4 at"), result.err());
    assertTrue(result.err().contains("not mounted with prjquota\n  ext4: tune2fs"), result.err());
  }

  @Test
  void keepsAContainerWithinItsLimitAndItsNeighbourOut() throws Exception {
    Result result =
        onExt4(
            "-O quota,project",
            "prjquota",
            """
            nsbox run --rm --storage-opt size=2m %1$s sh -c "
              dd if=/dev/zero of=/big bs=1M count=8 2>/dev/null || echo full; df -k / | tail -1"
            nsbox run --rm %1$s sh -c "
              dd if=/dev/zero of=/big bs=1M count=8 2>/dev/null && echo free"
            nsbox run --name kept --storage-opt size=2m %1$s sh -c "echo a >/a; mv /a /etc/a"
            cat $d/mount/containers/*/upper/etc/a; nsbox rm kept
            """
                .formatted(ALPINE));
    assumeTrue(result.code() != 98, "this kernel has no project quotas of ext4");
    result.expect(0);
    String[] lines = result.out().split("\n");
    assertEquals("full", lines[0]);
    assertEquals("2048", lines[1].trim().split(" +")[1]);
    assertEquals(List.of("free", "a", "kept"), List.of(lines).subList(2, 5));
  }
}
