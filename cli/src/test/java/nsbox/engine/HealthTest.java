package nsbox.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HealthTest {
  @TempDir Path folder;

  private Health read(byte[] bytes) throws IOException {
    return Health.read(Files.write(folder.resolve("health"), bytes));
  }

  @Test
  void readsResultsWithAnyBytes() throws IOException {
    byte[] text = "unhealthy 3\n1 2 -1 0\n\n5 7 0 6\na\n?\u00e9\n\n".getBytes(UTF_8);
    text[new String(text, UTF_8).indexOf('?')] = (byte) 0xff;
    assertEquals(
        new Health(
            "unhealthy",
            3,
            List.of(
                new Health.Result(1, 2, -1, ""), new Health.Result(5, 7, 0, "a\n\ufffd\u00e9\n"))),
        read(text));
    ContainerFolder container = new ContainerFolder("c", folder, folder);
    assertEquals("unhealthy", Health.status(container));
    Files.delete(folder.resolve("health"));
    assertEquals("", Health.status(container));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "healthy\n",
        "healthy 0",
        "healthy 0\n1 2 0 9\nshort\n",
        "healthy 0\n1 2 0 -1\n\n"
      })
  void refusesWhatIsNoSuchFile(String text) {
    IOException e = assertThrows(IOException.class, () -> read(text.getBytes(UTF_8)));
    assertTrue(
        e.getMessage().endsWith("health should say how the container fares"), e.getMessage());
  }

  @Test
  void whatIsSaidGoesBeforeWhatTheImageSays() {
    HealthCheck image = new HealthCheck(List.of("CMD", "a", "b"), 1, 2, 3, 4, 5);
    HealthCheck said = new HealthCheck(List.of(), 0, 20, 0, 40, 0);
    assertEquals(new HealthCheck(List.of("CMD", "a", "b"), 1, 20, 3, 40, 5), said.over(image));
    assertEquals(HealthCheck.NONE, HealthCheck.NONE.over(image));
    assertEquals(image, HealthCheck.UNSAID.over(image));
  }

  @Test
  void knowsWhatIsRun() {
    assertEquals(Optional.empty(), HealthCheck.NONE.command(List.of()));
    assertEquals(Optional.empty(), HealthCheck.UNSAID.command(List.of()));
    assertEquals(Optional.of(List.of("a", "b")), of("CMD", "a", "b").command(List.of("sh")));
    assertEquals(
        Optional.of(List.of("/bin/sh", "-c", "a b")), of("CMD-SHELL", "a b").command(List.of()));
    assertEquals(
        Optional.of(List.of("bash", "-ec", "a b")),
        of("CMD-SHELL", "a b").command(List.of("bash", "-ec")));
    assertEquals(Optional.empty(), of("OTHER", "a").command(List.of()));
  }

  private static HealthCheck of(String... test) {
    return new HealthCheck(List.of(test), 0, 0, 0, 0, 0);
  }
}
