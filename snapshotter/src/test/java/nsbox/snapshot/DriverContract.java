package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.bytes;
import static nsbox.snapshot.TarFixture.device;
import static nsbox.snapshot.TarFixture.directory;
import static nsbox.snapshot.TarFixture.entry;
import static nsbox.snapshot.TarFixture.fifo;
import static nsbox.snapshot.TarFixture.file;
import static nsbox.snapshot.TarFixture.hardlink;
import static nsbox.snapshot.TarFixture.opaque;
import static nsbox.snapshot.TarFixture.symlink;
import static nsbox.snapshot.TarFixture.whiteout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import nsbox.linux.Fd;
import org.junit.jupiter.api.Test;

/// What every driver promises, looked at through the kernel.
abstract class DriverContract extends RootTest {
  private int folders;

  abstract Driver driver();

  /// What the driver promises of the root of a writable tree, out of what [TreeDump] says of it.
  abstract String promisedOfRoot(String described);

  /// All that layers can say, in three of them.
  private Stack everything() throws IOException {
    return stack()
        .add(
            directory("./").mode(0711).owner(3, 4).pax("SCHILY.xattr.user.root", "r"),
            directory("d/").mode(01777).owner(5, 6),
            file("d/in", "1").pax("SCHILY.xattr.user.key", "value"),
            file("d/sub/deep", "2").modified(1_234_567_890),
            file("e/x", "3"),
            file("e/y/z", "4"),
            file("f", "5").mode(06755).owner(7, 8),
            file("g/h", "6"),
            symlink("l", "d"),
            fifo("fifo"),
            device('3', "null", 1, 3),
            file("o/p/q", "7"))
        .add(
            whiteout("d/in"),
            file("l/new", "through a link of the layer below"),
            opaque("e"),
            file("e/y/new", ""),
            whiteout("g"),
            file("g/i", ""),
            whiteout("o/p"),
            hardlink("f2", "f"),
            entry('0', new byte[] {'n', (byte) 0xff, (byte) 0xc3}, new byte[0], 0640, bytes("8")))
        .add(
            file("d", "a file now"),
            whiteout("e/x"),
            symlink("o/p", "/etc"),
            hardlink("f3", "f2"),
            hardlink("f4", "f2"));
  }

  private Path folder() throws IOException {
    return Files.createDirectory(temporary.resolve("tree" + folders++));
  }

  private PrivateMounts mounts() throws IOException {
    return new PrivateMounts(Files.createTempDirectory(temporary, "mounts"));
  }

  private Path prepared(Stack stack) throws IOException {
    Path folder = folder();
    driver().prepare(stack.chain(), folder);
    return folder;
  }

  private PrivateMounts of(Stack stack, Path folder) throws IOException {
    return mounts().add(driver().mounts(stack.chain(), folder), false);
  }

  private PrivateMounts viewOf(Stack stack) throws IOException {
    return mounts().add(driver().view(stack.chain(), folder()), true);
  }

  private void assertWritableShows(Stack stack, Map<String, String> shown) throws IOException {
    Map<String, String> expected = new TreeMap<>(stack.merged(empty()));
    expected.compute(".", (_, it) -> promisedOfRoot(it));
    Map<String, String> found = new TreeMap<>(shown);
    found.compute(".", (_, it) -> promisedOfRoot(it));
    assertEquals(lines(expected), lines(found));
  }

  private static String lines(Map<String, String> dump) {
    StringBuilder text = new StringBuilder();
    dump.forEach((path, line) -> text.append(path).append(' ').append(line).append('\n'));
    return text.toString();
  }

  private Map<String, String> store() throws IOException {
    return TreeDump.of(root);
  }

  private void remove(Path folder) throws IOException {
    try (Fd parent = WorkDirectory.openRoot(folder.getParent())) {
      Names.remove(parent, bytes(folder.getFileName().toString()));
    }
  }

  @Test
  void aPreparedTreeIsTheLayersMerged() throws Exception {
    Stack stack = everything();
    Path folder = prepared(stack);
    driver().sync(folder);
    assertWritableShows(stack, of(stack, folder).dump());
  }

  @Test
  void aViewIsTheLayersMergedWithTheWholeRoot() throws Exception {
    Stack stack = everything();
    assertEquals(lines(stack.merged(empty())), lines(viewOf(stack).dump()));
  }

  @Test
  void aViewCannotBeWritten() throws Exception {
    Stack stack = everything();
    PrivateMounts view = viewOf(stack);
    for (String change : List.of("touch $1/new", "rm $1/f", "chmod 0 $1/g", "echo x >>$1/g/i")) {
      PrivateMounts.Ended ended = view.run(change);
      assertNotEquals(0, ended.code(), change);
      assertTrue(ended.text().contains("Read-only file system"), ended.text());
    }
    assertEquals(lines(stack.merged(empty())), lines(view.dump()));
  }

  @Test
  void manyLayersAreShown() throws Exception {
    for (int count : new int[] {1, 2, 127}) {
      Stack stack = stack();
      for (int i = 0; i < count; i++) {
        stack.add(file("of" + count, "layer " + i), file("in/" + i, ""), whiteout("in/" + (i - 2)));
      }
      assertWritableShows(stack, of(stack, prepared(stack)).dump());
      assertEquals(lines(stack.merged(empty())), lines(viewOf(stack).dump()));
    }
  }

  @Test
  void anOpaqueRootHidesAllBelow() throws Exception {
    Stack stack =
        stack()
            .add(file("hidden/x", ""))
            .add(directory("./").mode(0700), file("a/b", ""), opaque(""))
            .add(file("a/c", ""), whiteout("a/b"));
    assertWritableShows(stack, of(stack, prepared(stack)).dump());
    assertEquals(lines(stack.merged(empty())), lines(viewOf(stack).dump()));
  }

  @Test
  void whatIsWrittenShowsInThatTreeAlone() throws Exception {
    Stack stack = everything();
    Map<String, String> before = store();
    Path written = prepared(stack);
    Path other = prepared(stack);
    Path view = folder();
    PrivateMounts all =
        mounts()
            .add(driver().mounts(stack.chain(), written), false)
            .add(driver().mounts(stack.chain(), other), false)
            .add(driver().view(stack.chain(), view), true);
    PrivateMounts.Ended ended =
        all.run(
            """
            cd $1; echo more >>f; echo new >new; rm l; rm -r e; mkdir e l; touch e/own
            chmod 4777 g; chown 9:9 g/i; ln f3 f5; mv o moved; rm f4
            for tree in $2 $3; do test ! -e $tree/new; test -L $tree/l; test -e $tree/o/p -o -L $tree/o/p; done
            """);
    assertEquals(new PrivateMounts.Ended(0, ""), ended);
    assertEquals(lines(before), lines(store()));
    assertWritableShows(stack, of(stack, other).dump());
    Map<String, String> changed = of(stack, written).dump();
    assertTrue(changed.keySet().containsAll(List.of("new", "e/own", "f5", "moved/p")));
    assertEquals(
        List.of(), List.of("e/y", "f4", "o").stream().filter(changed::containsKey).toList());
    assertTrue(changed.get("f").contains("size 6 "), changed.get("f"));
  }

  @Test
  void aTreeOutlivesItsMountsAndAMoveOfItsFolder() throws Exception {
    Stack stack = everything();
    Path folder = prepared(stack);
    of(stack, folder).dump("echo one >$1/one");
    assertEquals(driver().mounts(stack.chain(), folder), driver().mounts(stack.chain(), folder));
    of(stack, folder).dump("echo two >$1/two");
    Path moved = Files.move(folder, temporary.resolve("moved"));
    Map<String, String> shown = of(stack, moved).dump("cat $1/one $1/two; echo three >$1/three");
    assertTrue(shown.keySet().containsAll(List.of("one", "two", "three")), shown.toString());
  }

  @Test
  void aTreeIsGoneWithItsFolder() throws Exception {
    Stack stack = everything();
    Map<String, String> before = TreeDump.of(temporary);
    Path folder = prepared(stack);
    assertNotEquals(before, TreeDump.of(temporary));
    remove(folder);
    Path view = folder();
    driver().view(stack.chain(), view);
    remove(view);
    before.remove(".");
    Map<String, String> after = TreeDump.of(temporary);
    after.remove(".");
    assertEquals(lines(before), lines(after));
  }

  @Test
  void leavesOtherFilesOfTheFolderAlone() throws Exception {
    Stack stack = everything();
    Path folder = folder();
    Files.writeString(folder.resolve("container.json"), "{}");
    driver().prepare(stack.chain(), folder);
    assertEquals("{}", Files.readString(folder.resolve("container.json")));
    assertWritableShows(stack, of(stack, folder).dump());
  }

  @Test
  void severalPrepareAtOnce() throws Exception {
    Stack stack = everything();
    Map<String, String> before = store();
    List<Callable<Path>> tasks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Path folder = folder();
      tasks.add(() -> {
        driver().prepare(stack.chain(), folder);
        return folder;
      });
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      for (Future<Path> prepared : pool.invokeAll(tasks)) {
        assertWritableShows(stack, of(stack, prepared.get()).dump());
      }
    }
    assertEquals(lines(before), lines(store()));
  }

  @Test
  void aFullDiskHarmsNoSnapshot() throws Exception {
    Stack stack = everything();
    Map<String, String> before = store();
    Path disk = Files.createDirectory(temporary.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=3", "tmpfs", disk.toString());
    try {
      Path folder = Files.createDirectory(disk.resolve("tree"));
      IOException full =
          assertThrows(IOException.class, () -> driver().prepare(stack.chain(), folder));
      assertTrue(full.getMessage().matches(".*(ENOSPC|No space left).*"), full.toString());
      remove(folder);
      assertEquals(List.of("."), List.copyOf(TreeDump.of(disk).keySet()));
    } finally {
      run("umount", disk.toString());
    }
    assertEquals(lines(before), lines(store()));
    assertWritableShows(stack, of(stack, prepared(stack)).dump());
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), said);
  }
}
