package nsbox.e2e.hard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Files of a container that a power cut, a full disk or somebody else has spoilt: the others are
/// listed and work, the spoilt one is named, and `rm -f` removes it.
final class DamagedStateTest extends HardTests {
  private String good;

  @BeforeEach
  void haveAnother() throws Exception {
    good = nsbox.run("run", "-d", "--name", "good", ALPINE, "sleep", "300").expect(0).out().strip();
  }

  @AfterEach
  void theOtherOneWorks() throws Exception {
    assertEquals(new Result(0, "x\n", ""), nsbox.run("exec", "good", "echo", "x"));
    assertEquals(new Result(0, good + "\n", ""), nsbox.run("ps", "-q", "--no-trunc"));
    assertEquals(new Result(0, "good\n", ""), nsbox.run("rm", "-f", "good"));
    assertEquals(new Result(0, "", ""), nsbox.run("ps", "-aq"));
    assertNothingLeft();
    assertEquals(List.of(), Nsbox.entries(nsbox.root.resolve("names")));
  }

  private String create(String name) throws Exception {
    return nsbox.run("create", "--name", name, ALPINE, "sleep", "300").expect(0).out().strip();
  }

  /// Lists show the good one, and say which other there is.
  private void isNamedBy(String id, String... command) throws Exception {
    Result result = nsbox.run(command).expect(0);
    assertTrue(result.out().contains(good.substring(0, 12)), result::toString);
    assertTrue(result.err().contains("nsbox rm -f " + id), result::toString);
  }

  private void isRemovedBy(String word, String id) throws Exception {
    Result refused = nsbox.run("rm", word).expect(125);
    assertTrue(refused.err().contains(id) && refused.err().contains("is damaged"), refused::err);
    assertTrue(Files.exists(nsbox.root.resolve("containers").resolve(id)));
    assertEquals(new Result(0, word + "\n", ""), nsbox.run("rm", "-f", word));
  }

  static Stream<String> contents() {
    return Stream.of("", "{", "{\"id\":\"x\"}", "\0\0\0\0", "[1]", "{\"id\":\"aa\",\"na");
  }

  @ParameterizedTest
  @MethodSource("contents")
  void aRecordThatCannotBeRead(String content) throws Exception {
    String id = create("bad");
    Files.writeString(
        nsbox.root.resolve("containers").resolve(id).resolve("container.json"), content);
    isNamedBy(id, "ps", "-a");
    isNamedBy(id, "ps", "-aq");
    nsbox.run("images").expect(0);
    nsbox.run("system", "df").expect(0);
    nsbox.run("info").expect(0);
    Result start = nsbox.run("start", "bad").expect(125);
    assertTrue(start.err().contains("is damaged"), start::err);
    Result all = nsbox.run("start", "--all").expect(0);
    assertTrue(all.err().contains("is damaged"), all::err);
    isRemovedBy("bad", id);
  }

  @Test
  void aRunningOne() throws Exception {
    String id =
        nsbox.run("run", "-d", "--name", "bad", ALPINE, "sleep", "300").expect(0).out().strip();
    Files.writeString(nsbox.root.resolve("containers").resolve(id).resolve("container.json"), "");
    isNamedBy(id, "ps");
    isRemovedBy(id.substring(0, 12), id);
  }

  @Test
  void aFolderWithoutARecord() throws Exception {
    String id = create("bad");
    Files.delete(nsbox.root.resolve("containers").resolve(id).resolve("container.json"));
    isNamedBy(id, "ps", "-a");
    isRemovedBy(id, id);
    String again = create("bad");
    assertEquals(new Result(0, "bad\n", ""), nsbox.run("rm", "bad"), again);
  }

  @Test
  void aForeignFileAmongTheContainers() throws Exception {
    Files.writeString(nsbox.root.resolve("containers/notes"), "hello");
    Files.createDirectories(nsbox.root.resolve("containers/other/deep"));
    isNamedBy("notes", "ps", "-a");
    isNamedBy("other", "ps", "-a");
    isRemovedBy("notes", "notes");
    isRemovedBy("other", "other");
  }

  @Test
  void isRemovedWithAllOthers() throws Exception {
    String id = create("bad");
    Files.writeString(nsbox.root.resolve("containers").resolve(id).resolve("container.json"), "{");
    Result removed = nsbox.run("rm", "-f", "-a");
    assertEquals(0, removed.code(), removed::toString);
    assertEquals(List.of(), nsbox.containers());
    haveAnother();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]"})
  void aConfigurationThatCannotBeRead(String content) throws Exception {
    String id = create("bad");
    Files.writeString(nsbox.root.resolve("containers").resolve(id).resolve("config.json"), content);
    assertEquals(2, nsbox.run("ps", "-aq").expect(0).out().lines().count());
    Result start = nsbox.run("start", "bad").expect(125);
    assertTrue(start.err().contains("config.json"), start::err);
    assertEquals(List.of(good), Nsbox.entries(nsbox.runRoot));
    assertEquals(new Result(0, "bad\n", ""), nsbox.run("rm", "bad"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "exit", "exit zero 1 2 -\n", "\0\0\0\0\0\0", "exit 0"})
  void anEndThatCannotBeRead(String content) throws Exception {
    nsbox.run("run", "--name", "bad", ALPINE, "true").expect(0);
    List<String> ids = nsbox.containers();
    String id = ids.get(ids.indexOf(good) == 0 ? 1 : 0);
    Files.writeString(nsbox.root.resolve("containers").resolve(id).resolve("exit"), content);
    String all = nsbox.run("ps", "-a").expect(0).out();
    assertTrue(all.contains("Exited (255)"), all);
    assertEquals(new Result(0, "255\n", ""), nsbox.run("wait", "bad"));
    assertEquals(new Result(0, "bad\n", ""), nsbox.run("start", "bad"));
    assertEquals(new Result(0, "bad\n", ""), nsbox.run("rm", "-f", "bad"));
  }

  /* What only a hand could do: these are written whole, and go with the host. */
  @ParameterizedTest
  @ValueSource(strings = {"process", "monitor", "program"})
  void aFileOfTheRunFolderThatCannotBeRead(String file) throws Exception {
    String id =
        nsbox.run("run", "-d", "--name", "bad", ALPINE, "sleep", "300").expect(0).out().strip();
    for (String content : new String[] {"x y\n", "", "garbage"}) {
      Files.writeString(nsbox.runRoot.resolve(id).resolve(file), content);
      Result listed = nsbox.run("ps", "-a").expect(0);
      assertTrue(listed.out().contains(good.substring(0, 12)), listed::toString);
    }
    Files.writeString(nsbox.runRoot.resolve(id).resolve(file), "x y\n");
    assertEquals(new Result(0, "bad\n", ""), nsbox.run("rm", "-f", "bad"));
  }

  @Test
  void namesThatLeadNowhere() throws Exception {
    Path names = nsbox.root.resolve("names");
    Files.writeString(names.resolve("file"), "hello");
    Files.createSymbolicLink(names.resolve("root"), Path.of("/"));
    Files.createSymbolicLink(names.resolve("gone"), Path.of("../containers/gone"));
    Files.createSymbolicLink(names.resolve("other"), Path.of("../containers").resolve(good));
    for (String name : List.of("file", "root", "gone", "other")) {
      Result missing = nsbox.run("inspect", name);
      assertEquals(125, missing.code(), missing::toString);
      assertTrue(missing.err().contains("no such"), missing::err);
      create(name);
      assertEquals(new Result(0, name + "\n", ""), nsbox.run("rm", name));
    }
  }
}
