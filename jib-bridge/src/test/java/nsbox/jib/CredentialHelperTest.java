package nsbox.jib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Helpers here are shell scripts: the protocol is that of docker's own.
class CredentialHelperTest {
  private static final Map<String, String> USER = Map.of("PATH", "/usr/bin:/bin", "WHO", "me");

  @TempDir Path folder;

  @Test
  void asksWithTheUsersEnvironmentAndNothingElse() throws IOException {
    Path program =
        helper(
            """
            printf '{"ServerURL":"x","Username":"%s %s %s","Secret":"s%s"}' \
              "$1" "$(cat)" "$WHO" "$JAVA_HOME$HOME"\
            """);
    assertEquals(
        Optional.of(new Account("get https://r.test me", "s")),
        CredentialHelper.get(program, "https://r.test", USER));
  }

  @Test
  void whatTheHelperDoesNotKnowIsEmpty() throws IOException {
    Path program = helper("cat >&2; echo 'credentials not found in native keychain'; exit 1");
    assertEquals(Optional.empty(), CredentialHelper.get(program, "r.test", USER));
  }

  @Test
  void aHelperThatHangsIsKilledWithItsChildren() throws Exception {
    Path children = folder.resolve("children");
    Path program =
        helper("sleep 987 & echo $! >" + children + "; echo $$ >>" + children + "; wait");
    CredentialHelperException failed =
        assertThrows(
            CredentialHelperException.class,
            () -> CredentialHelper.get(program, "r.test", USER, Duration.ofSeconds(2)));
    assertEquals("did not answer within 2 s and was killed", failed.reason());
    assertEquals(program.toString(), failed.program());
    for (String processId : Files.readAllLines(children)) {
      boolean gone =
          ProcessHandle.of(Long.parseLong(processId))
              .map(process -> {
                process.onExit().orTimeout(5, java.util.concurrent.TimeUnit.SECONDS).join();
                return !process.isAlive();
              })
              .orElse(true);
      assertTrue(gone, processId);
    }
  }

  @Test
  void whatAFailingHelperPrintsIsNotTold() throws IOException {
    Path program = helper("cat; echo SECRET; echo SECRET >&2; exit 3");
    CredentialHelperException failed =
        assertThrows(
            CredentialHelperException.class, () -> CredentialHelper.get(program, "r.test", USER));
    assertEquals(program + " gave no credential for r.test", failed.getMessage());
    CredentialHelperException store =
        assertThrows(
            CredentialHelperException.class,
            () -> CredentialHelper.tell(program, "store", "SECRET".getBytes(), USER));
    assertEquals(program + " failed to store with code 3", store.getMessage());
    assertFalse(store.getMessage().contains("SECRET"));
  }

  @Test
  void aMissingHelperIsNamed() {
    Path program = folder.resolve("docker-credential-gone");
    CredentialHelperException failed =
        assertThrows(
            CredentialHelperException.class, () -> CredentialHelper.get(program, "r.test", USER));
    assertEquals(program + " is not there", failed.getMessage());
  }

  @Test
  void tellsAHelperOnItsStandardInput() throws IOException {
    Path program = helper("printf '%s:' \"$1\"; cat");
    byte[] input = "{\"ServerURL\":\"r.test\"}".getBytes(StandardCharsets.UTF_8);
    assertEquals(
        "store:{\"ServerURL\":\"r.test\"}",
        new String(CredentialHelper.tell(program, "store", input, USER), StandardCharsets.UTF_8));
  }

  @Test
  void accountsDoNotShowTheirSecret() {
    assertFalse(new Account("me", "SECRET").toString().contains("SECRET"));
  }

  private Path helper(String script) throws IOException {
    Path program =
        Files.writeString(folder.resolve("docker-credential-test"), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program;
  }
}
