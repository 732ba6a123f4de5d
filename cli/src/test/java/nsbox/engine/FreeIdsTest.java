package nsbox.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.bundle.options.NamespaceOptions.IdRange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeIdsTest {
  @TempDir Path temp;
  private Containers containers;
  private Path etc;

  @BeforeEach
  void makeRoots() throws IOException {
    StateRoots roots = new StateRoots(temp.resolve("root"), temp.resolve("run"));
    roots.create();
    containers = new Containers(roots);
    etc = Files.createDirectory(temp.resolve("etc"));
  }

  private void subordinate(String users, String groups) throws IOException {
    Files.writeString(etc.resolve("subuid"), users);
    Files.writeString(etc.resolve("subgid"), groups);
  }

  private void has(String id, long host, long size) throws IOException {
    Path folder = Files.createDirectory(containers.roots().containers().resolve(id.repeat(64)));
    Files.writeString(folder.resolve("container.json"), "{}");
    Files.writeString(
        folder.resolve("config.json"),
        "{\"linux\":{\"uidMappings\":[{\"containerID\":0,\"hostID\":%d,\"size\":%d}]}}"
            .formatted(host, size));
  }

  private IdRange picked(long size) throws IOException {
    try (FreeIds ids = FreeIds.lock(containers, etc)) {
      return ids.pick(size);
    }
  }

  @Test
  void picksTheUsualOnesWhereNobodySaysWhich() throws IOException {
    assertEquals(new IdRange(0, FreeIds.USUAL.host(), 10), picked(10));
    subordinate("me:1:100\n", "me:1:100\n");
    assertEquals(new IdRange(0, FreeIds.USUAL.host(), 10), picked(10));
  }

  @Test
  void picksWhatUsersAndGroupsHaveInCommon() throws IOException {
    subordinate("me:1:9\ncontainers:1000:100\n", "containers:1050:100\n");
    assertEquals(new IdRange(0, 1050, 50), picked(50));
    IOException error = assertThrows(IOException.class, () -> picked(51));
    assertTrue(error.getMessage().startsWith("no 51 ids in a row are free"), error.getMessage());
  }

  @Test
  void leavesToOthersWhatTheyHave() throws IOException {
    subordinate("containers:1000:100\n", "containers:1000:100\n");
    has("a", 1000, 10);
    has("b", 1030, 10);
    assertEquals(new IdRange(0, 1010, 20), picked(20));
    assertEquals(new IdRange(0, 1040, 21), picked(21));
    has("c", 990, 25);
    assertEquals(new IdRange(0, 1015, 15), picked(15));
  }

  @Test
  void namesALineThatIsNone() throws IOException {
    subordinate("containers:many:100\n", "");
    IOException error = assertThrows(IOException.class, () -> picked(1));
    assertTrue(error.getMessage().endsWith("subuid: no range of ids: containers:many:100"));
  }
}
