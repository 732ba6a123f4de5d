package nsbox.runtime.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import nsbox.json.Json;
import nsbox.json.JsonException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {
  @TempDir Path bundle;
  private Path file;

  @BeforeEach
  void name() {
    file = bundle.resolve("config.json");
  }

  @Test
  void isReadWithItsPathInItsComplaints() throws IOException {
    Files.writeString(file, "{\"a\": 1}");
    assertEquals(1, ConfigFile.read(bundle).number("a"));
    assertEquals(file + ": b", ConfigFile.read(bundle).locationOf("b"));
  }

  @Test
  void isReadThroughALink() throws IOException {
    Files.writeString(bundle.resolve("real"), "{\"a\": 1}");
    Files.createSymbolicLink(file, Path.of("real"));
    assertEquals(1, ConfigFile.read(bundle).number("a"));
  }

  @Test
  void mayBeMissing() throws IOException {
    assertThrows(NoSuchFileException.class, () -> ConfigFile.read(bundle));
    Files.createSymbolicLink(file, Path.of("nowhere"));
    assertThrows(NoSuchFileException.class, () -> ConfigFile.read(bundle));
  }

  @Test
  void isNoFolder() throws IOException {
    Files.createDirectory(file);
    refused("not a regular file");
  }

  @Test
  void isNoFifoToWaitFor() throws Exception {
    assertEquals(0, new ProcessBuilder("mkfifo", file.toString()).start().waitFor());
    assertTimeoutPreemptively(Duration.ofSeconds(5), () -> refused("not a regular file"));
  }

  @Test
  void isNoDeviceWithoutAnEnd() throws IOException {
    Files.createSymbolicLink(file, Path.of("/dev/zero"));
    refused("not a regular file");
  }

  @Test
  void isNotReadFurtherThanItMayBe() throws IOException {
    try (RandomAccessFile huge = new RandomAccessFile(file.toFile(), "rw")) {
      huge.setLength(1L << 40);
    }
    refused("more than " + Json.MAX_BYTES + " bytes");
  }

  @Test
  void namesNoMemberTwice() throws IOException {
    Files.writeString(file, "{\n\"process\": {\"args\": [\"a\"],\n\"args\": [\"b\"]}}");
    JsonException e = assertThrows(JsonException.class, () -> ConfigFile.read(bundle));
    assertTrue(e.getMessage().startsWith(file + ": not valid JSON at line 3: "), e.getMessage());
    assertTrue(e.getMessage().contains("'args'"), e.getMessage());
  }

  @Test
  void isNotNestedWithoutEnd() throws IOException {
    Files.writeString(file, "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
    JsonException e = assertThrows(JsonException.class, () -> ConfigFile.read(bundle));
    assertTrue(e.getMessage().contains("nest"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "null", "\"a\"", "{", "{}{}", "{\"a\": }", "\0", "{'a': 1}"})
  void isOneObject(String text) throws IOException {
    Files.writeString(file, text);
    JsonException e = assertThrows(JsonException.class, () -> ConfigFile.read(bundle));
    assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
  }

  private void refused(String reason) {
    JsonException e = assertThrows(JsonException.class, () -> ConfigFile.read(bundle));
    assertEquals(file + ": " + reason, e.getMessage());
  }
}
