package nsbox.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import nsbox.runtime.state.ProcessIdentity;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainersTest {
  @TempDir Path folder;
  private StateFixture state;
  private Containers containers;

  @BeforeEach
  void makeRoots() throws IOException {
    state = new StateFixture(folder);
    containers = state.containers;
  }

  @Test
  void haveIdsOfTheirOwn() throws IOException {
    assertTrue(Containers.newId().matches("[0-9a-f]{64}"));
    assertNotEquals(Containers.newId(), Containers.newId());
  }

  @Test
  void areListedOnceTheyAreWhole() throws IOException {
    state.container("c1");
    Files.createDirectories(containers.unfinished("c2"));
    Files.createDirectories(containers.removed("c3"));
    Files.createDirectories(containers.folder("c4").lasting());
    assertEquals(List.of(containers.folder("c1")), containers.list());
  }

  @Test
  void areNoneWhereThereIsNoRoot() throws IOException {
    assertEquals(
        List.of(), new Containers(new StateRoots(folder.resolve("x"), folder.resolve("y"))).list());
  }

  // Names.

  @Test
  void keepTheirNamesAgainstOthers() throws Exception {
    state.container("c1", "web");
    containers.takeName("web", "c1");
    NameTakenException e =
        assertThrows(NameTakenException.class, () -> containers.takeName("web", "c2"));
    assertEquals("c1", e.containerId());
    assertEquals(Optional.of(containers.folder("c1")), containers.find("web"));
  }

  @Test
  void keepTheirNamesWhileTheyAreMade() throws Exception {
    state.running(containers.folder("c1"), ProcessIdentity.ofSelf());
    containers.takeName("web", "c1");
    assertThrows(NameTakenException.class, () -> containers.takeName("web", "c2"));
    assertEquals(Optional.empty(), containers.find("web"));
  }

  @Test
  void loseTheirNamesWithTheirMakers() throws Exception {
    containers.takeName("web", "c1");
    containers.takeName("web", "c2");
    state.running(containers.folder("c2"), StateFixture.NOBODY);
    containers.takeName("web", "c3");
    assertEquals("c3", Files.readSymbolicLink(containers.nameLink("web")).getFileName().toString());
  }

  @Test
  void releaseNoNameOfAnother() throws Exception {
    containers.takeName("web", "c1");
    containers.releaseName("web", "c2");
    assertTrue(Files.exists(containers.nameLink("web"), LinkOption.NOFOLLOW_LINKS));
    containers.releaseName("web", "c1");
    assertFalse(Files.exists(containers.nameLink("web"), LinkOption.NOFOLLOW_LINKS));
    containers.releaseName("web", "c1");
  }

  @Test
  void giveANameToOneOfMany() throws Exception {
    int rivals = 16;
    List<Callable<Boolean>> attempts = new ArrayList<>();
    for (int i = 0; i < rivals; i++) {
      String id = "c" + i;
      state.running(containers.folder(id), ProcessIdentity.ofSelf());
      attempts.add(() -> {
        try {
          containers.takeName("web", id);
          return true;
        } catch (NameTakenException e) {
          return false;
        }
      });
    }
    int winners = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(rivals)) {
      for (Future<Boolean> attempt : threads.invokeAll(attempts)) {
        winners += attempt.get() ? 1 : 0;
      }
    }
    assertEquals(1, winners);
  }

  // Finding.

  @Test
  void areFoundByTheBeginningOfTheirId() throws Exception {
    state.container("abc1");
    state.container("b");
    assertEquals(Optional.of(containers.folder("abc1")), containers.find("a"));
    assertEquals(Optional.of(containers.folder("abc1")), containers.find("abc1"));
    assertEquals(Optional.empty(), containers.find("abc12"));
    assertEquals(Optional.empty(), containers.find("bc"));
  }

  @Test
  void areNotFoundByAnAmbiguousBeginning() throws Exception {
    state.container("abc1");
    state.container("abc2");
    AmbiguousContainerException e =
        assertThrows(AmbiguousContainerException.class, () -> containers.find("abc"));
    assertTrue(
        e.getMessage().startsWith("abc is the beginning of 2 container IDs: "), e.getMessage());
    assertTrue(e.getMessage().contains("abc1") && e.getMessage().contains("abc2"));
  }

  @Test
  void areFoundByTheirWholeIdWhereAnotherBeginsWithIt() throws Exception {
    state.container("abc");
    state.container("abcd");
    assertEquals(Optional.of(containers.folder("abc")), containers.find("abc"));
  }

  @Test
  void areFoundByNameBeforeId() throws Exception {
    state.container("abc1");
    state.container("abc2", "abc");
    containers.takeName("abc", "abc2");
    assertEquals(Optional.of(containers.folder("abc2")), containers.find("abc"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", ".new-c1", "../containers/c1", "c1/", "/"})
  void areNotFoundByPaths(String name) throws Exception {
    state.container("c1");
    assertEquals(Optional.empty(), containers.find(name));
  }

  // Coming and going.

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void areThereOnceTheyArePublished(boolean lasting) throws Exception {
    Files.createDirectories(containers.unfinished("c1"));
    Files.writeString(containers.unfinished("c1").resolve("container.json"), "{}");
    assertEquals(List.of(), containers.list());
    containers.publish("c1", lasting);
    assertEquals(List.of(containers.folder("c1")), containers.list());
    assertFalse(Files.exists(containers.unfinished("c1")));
  }

  @Test
  void areGoneOnceTheyAreWithdrawn() throws Exception {
    ContainerFolder container = state.container("c1");
    containers.takeName("web", "c1");
    assertTrue(containers.withdraw(container, "web"));
    assertEquals(List.of(), containers.list());
    assertEquals(Optional.empty(), containers.find("c1"));
    assertFalse(Files.exists(containers.nameLink("web"), LinkOption.NOFOLLOW_LINKS));
    assertTrue(Files.exists(containers.removed("c1")));
  }

  @Test
  void areWithdrawnByOneOnly() throws Exception {
    ContainerFolder container = state.container("c1");
    containers.takeName("web", "c1");
    assertTrue(containers.withdraw(container, "web"));
    containers.takeName("web", "c2");
    assertFalse(containers.withdraw(container, "web"));
    assertTrue(Files.exists(containers.nameLink("web"), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void areWrittenOnce() throws IOException {
    Path file = folder.resolve("file");
    Containers.write(file, new byte[] {1}, true);
    assertThrows(IOException.class, () -> Containers.write(file, new byte[] {2}, false));
    assertEquals(1, Files.readAllBytes(file)[0]);
  }

  @Test
  void areClosedToOthers() throws IOException {
    for (Path root : new Path[] {state.roots.root(), state.roots.run(), state.roots.containers()}) {
      assertEquals(
          "rwx------",
          java.nio.file.attribute.PosixFilePermissions.toString(
              Files.getPosixFilePermissions(root)));
    }
  }
}
