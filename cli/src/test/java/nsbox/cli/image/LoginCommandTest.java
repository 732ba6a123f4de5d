package nsbox.cli.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Invocation;
import nsbox.cli.Session;
import nsbox.engine.Front;
import nsbox.engine.RegistryAccess;
import nsbox.engine.StateRoots;
import nsbox.runtime.program.Program;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/// `login` and `logout` as a user calls them; the registry is a list of what it was shown.
class LoginCommandTest {
  private final List<String> shown = new ArrayList<>();
  private final StringBuilder printed = new StringBuilder();
  private final Map<String, String> environment = new HashMap<>();
  private String input = "";
  private boolean terminal;

  @TempDir Path folder;
  private Path config;

  @BeforeEach
  void makeHome() throws IOException {
    config = folder.resolve("config.json");
    environment.put("HOME", folder.resolve("home").toString());
    environment.put("DOCKER_CONFIG", folder.toString());
  }

  private final RegistryAccess registry =
      (_, server, credential) -> {
        if (credential.secret().reveal().equals("wrong")) {
          throw new IOException("401");
        }
        shown.add(
            server.host()
                + " "
                + server.tls().verify()
                + " "
                + credential.username()
                + ":"
                + credential.secret().reveal());
      };

  @Test
  void checksThenKeeps() throws Exception {
    input = "pass word\n";
    assertEquals(0, login("-u", "me", "--password-stdin", "-v", "r.test:5000"));
    assertEquals(List.of("r.test:5000 true me:pass word"), shown);
    assertEquals("out:Used: " + config + "\nout:Login Succeeded!\n", printed.toString());
    assertTrue(Files.readString(config).contains("bWU6cGFzcyB3b3Jk"));
    printed.setLength(0);
    login("--get-login", "r.test:5000");
    assertEquals("out:me\n", printed.toString());
  }

  @Test
  void keepsNothingThatTheRegistryRefuses() {
    assertThrows(IOException.class, () -> login("-u", "me", "-p", "wrong", "r.test"));
    assertFalse(Files.exists(config));
  }

  @Test
  void goesToDockerIoByDefault() throws Exception {
    login("-u", "me", "-p", "s");
    assertEquals(List.of("registry-1.docker.io true me:s"), shown);
    assertTrue(Files.readString(config).contains("https://index.docker.io/v1/"));
    assertTrue(printed.toString().contains("err:nsbox: every user of this host can see -p"));
  }

  @ParameterizedTest
  @CsvSource({"--tls-verify=false, false", "--tls-verify, true", "--tls-verify=true, true"})
  void theOptionDecidesOnCertificates(String option, boolean verified) throws Exception {
    login("-u", "me", "-p", "s", option, "r.test");
    assertEquals(List.of("r.test " + verified + " me:s"), shown);
  }

  @Test
  void existingCredentialsAreCheckedAgain() throws Exception {
    login("-u", "me", "-p", "s", "r.test/team");
    printed.setLength(0);
    login("r.test/team");
    assertEquals(List.of("r.test true me:s", "r.test true me:s"), shown);
    assertEquals(
        "out:Existing credentials are valid. Already logged in to r.test/team\n",
        printed.toString());
    assertEquals("not logged in to r.test", refusal("--get-login", "r.test"));
  }

  @Test
  void asksForTheNameButNotForThePassword() throws Exception {
    terminal = true;
    input = "me\n";
    login("-p", "s", "r.test");
    assertEquals(List.of("r.test true me:s"), shown);
    assertTrue(printed.toString().startsWith("out:Username: "));
    String text = refusal("-u", "me", "s.test");
    assertTrue(text.contains("--password-stdin"), text);
  }

  @Test
  void tellsWhatComesBeforeTheLogin() throws Exception {
    Path runtime = Files.createDirectories(folder.resolve("run/containers"));
    Files.writeString(
        runtime.resolve("auth.json"), "{\"auths\":{\"r.test\":{\"auth\":\"bzpvdGhlcg==\"}}}");
    environment.put("XDG_RUNTIME_DIR", folder.resolve("run").toString());
    input = "s";
    login("-u", "me", "--password-stdin", "r.test");
    assertTrue(
        printed
            .toString()
            .contains(
                "this login will not be used: "
                    + runtime.resolve("auth.json")
                    + ":1 comes first and has another"),
        printed.toString());
    printed.setLength(0);
    run(new LogoutCommand(), "r.test");
    assertEquals(
        "out:Removed login credentials for r.test\nerr:nsbox: r.test still has a credential: "
            + runtime.resolve("auth.json")
            + ":1\n",
        printed.toString());
  }

  @Test
  void theNamedFileIsUsedAlone() throws Exception {
    Path named = folder.resolve("named.json");
    login("-u", "me", "-p", "s", "--authfile", named.toString(), "r.test");
    assertTrue(Files.exists(named));
    assertFalse(Files.exists(config));
    run(new LogoutCommand(), "--authfile", named.toString(), "r.test");
    assertFalse(Files.readString(named).contains("r.test"));
  }

  @Test
  void logoutForgetsOneOrAll() throws Exception {
    for (String host : List.of("a.test", "b.test", "c.test")) {
      login("-u", "me", "-p", "s", host);
    }
    printed.setLength(0);
    run(new LogoutCommand(), "https://a.test/v2/");
    run(new LogoutCommand(), "a.test");
    run(new LogoutCommand(), "--all");
    assertEquals(
        """
        out:Removed login credentials for a.test
        out:Not logged in to a.test
        out:Removed login credentials for b.test
        out:Removed login credentials for c.test
        """,
        printed.toString());
    assertThrows(Failure.class, () -> run(new LogoutCommand(), "--all", "a.test"));
  }

  @Test
  void saysWhatIsMissingOrWrong() {
    assertEquals(
        "-p and --password-stdin are two passwords; give one",
        refusal("-u", "a", "-p", "b", "--password-stdin", "r.test"));
    assertEquals("--password-stdin needs a user: -u USER", refusal("--password-stdin", "r.test"));
    assertEquals("the password is empty", refusal("-u", "a", "--password-stdin", "r.test"));
    assertEquals(
        "no user is given, and standard input is no terminal to ask: -u USER",
        refusal("-p", "x", "r.test"));
    assertEquals("\"a:b\" cannot be the name of a user", refusal("-u", "a:b", "-p", "x", "r.test"));
    assertEquals(
        "\"word\" names no registry: a host has a dot or a port", refusal("-u", "a", "word"));
    assertEquals(List.of(), shown);
  }

  private String refusal(String... arguments) {
    return assertThrows(Failure.class, () -> login(arguments)).getMessage();
  }

  private int login(String... arguments) throws Exception {
    return run(new LoginCommand(registry), arguments);
  }

  private int run(Command command, String... arguments) throws Exception {
    Invocation invocation =
        new Invocation(
            List.of("nsbox"),
            environment,
            folder.toString(),
            "/",
            1,
            1,
            0,
            terminal,
            false,
            false,
            0,
            0,
            0);
    StateRoots roots = new StateRoots(folder.resolve("root"), folder.resolve("run-root"));
    return command.run(
        new CommandLine(command.spec()).parseArgs(arguments),
        new Session(invocation, new TypingFront(), roots, Optional.empty(), false));
  }

  /// A user who types what the test says, once.
  private final class TypingFront implements Front {
    @Override
    public void out(String text) {
      printed.append("out:").append(text);
    }

    @Override
    public void err(String text) {
      printed.append("err:").append(text);
    }

    @Override
    public void write(boolean error, byte[] bytes, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] buffer) {
      byte[] typed = input.getBytes(StandardCharsets.UTF_8);
      input = "";
      System.arraycopy(typed, 0, buffer, 0, typed.length);
      return typed.length;
    }

    @Override
    public Outcome run(byte[] program) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Outcome launch(Program program, Stay stay) {
      throw new UnsupportedOperationException();
    }
  }
}
