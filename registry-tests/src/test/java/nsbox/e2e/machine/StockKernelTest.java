package nsbox.e2e.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Layout;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// What a distribution's kernel has, or lacks yet, and nsbox finds another way for; on a processor
/// that lacks what the build's has.
final class StockKernelTest extends InMachine {
  private static final int LAYERS = 120;

  @Override
  protected Machine start() throws Exception {
    return Machine.startOnAnOldProcessor();
  }

  /* Before Linux 6.8 a layer cannot be told by itself, and this many do not fit into mount(2)'s page. */
  @Override
  protected void prepare() throws Exception {
    byte[] box = Box.tar();
    Layout layout = new Layout(machine.share.resolve("many")).layer(box, box);
    for (int number = 2; number <= LAYERS; number++) {
      layout.layer(
          Layout.file("own-" + number, "of " + number), Layout.file("topmost", number + "\n"));
    }
    layout.write("many:1");
  }

  /* One command for each of the archives of classes, which hold code of the build's processor. */
  @Test
  void startsOnAnyProcessor() throws Exception {
    assertEquals(
        new Result(0, "0\nlist\nHello from a container that nsbox made.\nimport\n", ""),
        in(
            """
            grep -cE ' (avx|sse4_1)' /proc/cpuinfo
            nsbox-runtime list >/dev/null && echo list
            nsbox run --rm hello >hello && head -n 1 hello
            NSBOX_ROOT=/scratch/another nsbox import /machine/box.tar box:1 >/dev/null && echo import
            rm hello
            """));
  }

  /* The modules are loaded when they are asked for. */
  @Test
  void hasNetworks() throws Exception {
    importBox();
    assertEquals(
        new Result(0, "web\nneighbour\nweb\nrepaired: web\n0\n", ""),
        in(
            """
            ip link set lo up
            nsbox network create app >/dev/null
            nsbox run -d --name web --network app -p 8080:80 box:1 \\
              sh -c 'mkdir /www; echo web >/www/index.html; exec httpd -f -h /www' >/dev/null
            for try in 1 2 3 4 5 6 7 8 9 10; do busybox wget -qO /dev/null http://127.0.0.1:8080 && break; sleep 1; done
            busybox wget -qO- http://127.0.0.1:8080
            nsbox run --rm --network app box:1 sh -c 'echo neighbour; wget -qO- http://web'
            nft flush ruleset
            nsbox ps >/dev/null
            echo "repaired: $(busybox wget -qO- http://127.0.0.1:8080)"
            nsbox rm -f -t 0 web >/dev/null
            nsbox network rm app >/dev/null
            nft list table inet nsbox | grep -c elements
            nft delete table inet nsbox
            nsbox rmi box:1 >/dev/null
            ip link set lo down
            true
            """));
  }

  private Result runMany(String root) throws Exception {
    return in(
        """
        NSBOX_ROOT='%s'
        nsbox import /machine/many >/dev/null || exit 99
        nsbox run --rm many:1 sh -c 'cat /own-2; echo; cat /topmost; ls / | grep -c own-'
        code=$?
        ls "$NSBOX_ROOT/containers"
        exit $code
        """
            .formatted(root));
  }

  private static final Result ALL = new Result(0, "of 2\n120\n119\n", "");

  @Test
  void runsAnImageOfManyLayers() throws Exception {
    assertEquals(ALL, runMany("/scratch/nsbox"));
  }

  @Test
  void runsManyLayersFromAStoreWithALongAndOddName() throws Exception {
    assertEquals(ALL, runMany("/scratch/" + Path.of("a,b:c\\d".repeat(30), "e,f".repeat(60))));
  }

  @Test
  void keepsAContainerOnExt4WithinItsLimitAndItsNeighbourOut() throws Exception {
    Result result =
        on(
            "mkfs.ext4 -q -O quota,project",
            """
            nsbox run --rm --storage-opt size=2m box:1 sh -c '
              dd if=/dev/zero of=/big bs=1M count=8 2>/dev/null || echo full; df -k /'
            nsbox run --rm box:1 sh -c 'dd if=/dev/zero of=/big bs=1M count=8 2>/dev/null && echo free'
            """);
    isFullAt2048(result);
    assertEquals("free", result.out().lines().skip(3).findFirst().orElse(""));
  }

  @Test
  void keepsAContainerOnXfsWithinItsLimit() throws Exception {
    isFullAt2048(
        on(
            "mkfs.xfs -q",
            """
            nsbox run --rm --storage-opt size=2m box:1 sh -c '
              dd if=/dev/zero of=/big bs=1M count=8 2>/dev/null || echo full; df -k /'
            """));
  }

  private static void isFullAt2048(Result result) {
    result.expect(0);
    List<String> lines = result.out().lines().toList();
    assertEquals("full", lines.get(0), result.toString());
    assertEquals("2048", lines.get(2).split(" +")[1], result.toString());
    assertEquals("", result.err());
  }

  /// Runs a script whose store, with the image, is on a file system of its own.
  private Result on(String makeFileSystem, String script) throws Exception {
    return in(
        """
        disk=/scratch/disk
        truncate -s 320M $disk && %s $disk && mkdir /scratch/quota || exit 99
        mount -o loop,prjquota $disk /scratch/quota || exit 98
        NSBOX_ROOT=/scratch/quota/nsbox
        nsbox import /machine/box.tar box:1 >/dev/null || exit 97
        %s
        code=$?
        umount /scratch/quota && rm $disk && rmdir /scratch/quota
        exit $code
        """
            .formatted(makeFileSystem, script));
  }
}
