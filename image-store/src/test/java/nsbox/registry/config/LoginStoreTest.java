package nsbox.registry.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoginStoreTest {
  private static final String DOCKER = ".docker/config.json";

  @TempDir Path folder;
  private UserFixture user;

  @BeforeEach
  void makeUser() throws IOException {
    user = new UserFixture(folder);
  }

  @Test
  void writesDockersFileForTheUserAlone() throws IOException {
    Origin place = store().store("r.test:5000", credential("me", "se:cret"));
    Path file = user.homeFile(DOCKER);
    assertEquals(new Origin(file.toString(), 0), place);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(
        "{\"auths\":{\"r.test:5000\":{\"auth\":\"" + UserFixture.basic("me", "se:cret") + "\"}}}",
        Json.text(read(file)));
    assertEquals("se:cret", find("r.test:5000").get().secret().reveal());
    assertEquals(Map.of("r.test:5000", "me"), store().list());
  }

  @Test
  void keepsWhatElseIsInTheFileAndItsOrder() throws IOException {
    Path file =
        user.home(
            DOCKER,
            """
            {"HttpHeaders": {"A": "b"}, "auths": {"x.test": {"auth": "eDp5", "email": "e"}},
             "detachKeys": "ctrl-e", "big": 123456789012345678901234567890, "f": [1.5, null]}
            """);
    store().store("r.test", credential("me", "s"));
    assertEquals(
        "{\"HttpHeaders\":{\"A\":\"b\"},\"auths\":{\"x.test\":{\"auth\":\"eDp5\",\"email\":\"e\"},"
            + "\"r.test\":{\"auth\":\"bWU6cw==\"}},\"detachKeys\":\"ctrl-e\","
            + "\"big\":123456789012345678901234567890,\"f\":[1.5,null]}",
        Json.text(read(file)));
    assertTrue(store().remove("r.test"));
    assertFalse(store().remove("r.test"));
    assertEquals(List.of("x.test"), List.copyOf(read(file).object("auths").members().keySet()));
    assertTrue(read(file).has("HttpHeaders"));
  }

  @Test
  void dockerIoHasOneEntryUnderDockersOwnKey() throws IOException {
    Path file = user.home(DOCKER, UserFixture.auths("docker.io", "old", "x"));
    store().store("docker.io", credential("new", "s"));
    assertEquals(
        List.of("https://index.docker.io/v1/"),
        List.copyOf(read(file).object("auths").members().keySet()));
    assertEquals("new", find("registry-1.docker.io").get().username());
    assertTrue(store().remove("docker.io"));
    assertEquals(Optional.empty(), find("registry-1.docker.io"));
  }

  @Test
  void aTokenIsKeptAsDockerKeepsIt() throws IOException {
    store().store("r.test", new Credential("", new Secret("refresh"), true, Origin.DEFAULT));
    assertTrue(find("r.test").get().identityToken());
    assertEquals("refresh", find("r.test").get().secret().reveal());
  }

  @Test
  void theNamedFileIsWrittenInsteadOfDockers() throws IOException {
    Path named = user.homeFile("deep/er/auth.json");
    user.environment.put("REGISTRY_AUTH_FILE", named.toString());
    store().store("r.test/team", credential("me", "s"));
    assertEquals(
        List.of("r.test/team"), List.copyOf(read(named).object("auths").members().keySet()));
    assertFalse(Files.exists(user.homeFile(DOCKER)));
    Path option = user.homeFile("option.json");
    LoginStore store =
        LoginStore.of(
            user.surroundings(),
            new Overrides(
                Optional.empty(), Optional.of(option), Optional.empty(), Optional.empty()));
    store.store("r.test", credential("me", "s"));
    assertTrue(Files.exists(option));
  }

  @Test
  void aLinkStaysALink() throws IOException {
    Path real = user.home("dotfiles/docker.json", "{}");
    Path link = user.homeFile(DOCKER);
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, Path.of("../dotfiles/docker.json"));
    store().store("r.test", credential("me", "s"));
    assertTrue(Files.isSymbolicLink(link));
    assertTrue(read(real).object("auths").has("r.test"));
  }

  @Test
  void aHelperKeepsTheSecretAndTheFileDoesNot() throws IOException {
    Path kept = user.keepingHelper("keeper");
    Path file = user.home(DOCKER, "{\"credHelpers\": {\"r.test\": \"keeper\"}}");
    Origin place = store().store("r.test", credential("me", "SECRET\"quoted"));
    assertEquals("docker-credential-keeper (" + file + ":1)", place.toString());
    assertFalse(Files.readString(file).contains("SECRET"));
    assertEquals("{}", Json.text(read(file).object("auths").object("r.test")));
    JsonObject message = Json.parse(Files.readAllBytes(kept.resolve("r.test")), "kept");
    assertEquals("SECRET\"quoted", message.string("Secret"));
    assertEquals("me", find("r.test").get().username());
    store().store("s.test", credential("me", "plain"));
    assertTrue(read(file).object("auths").object("s.test").has("auth"));
    assertTrue(store().remove("r.test"));
    assertFalse(Files.exists(kept.resolve("r.test")));
    assertEquals(Optional.empty(), find("r.test"));
  }

  @Test
  void aNamespaceIsKeptInTheFileForHelpersKnowNone() throws IOException {
    user.keepingHelper("keeper");
    Path file = user.home(DOCKER, "{\"credsStore\": \"keeper\"}");
    assertEquals(Places.at(file), store().store("r.test/a", credential("me", "s")));
    assertEquals("me", find("r.test").get().username());
    assertTrue(store().remove("r.test/a"));
    assertEquals(Optional.empty(), find("r.test"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"skopeo", "podman"})
  void othersReadWhatIsWritten(String tool) throws Exception {
    if (!Files.isExecutable(Path.of("/usr/bin", tool))) {
      Assumptions.abort("there is no /usr/bin/" + tool + " to read the file with");
    }
    store().store("docker.io", credential("hub", "s"));
    store().store("r.test:5000", credential("me", "s"));
    assertEquals("hub\n", loginBy(tool, "docker.io"));
    assertEquals("me\n", loginBy(tool, "r.test:5000"));
  }

  private String loginBy(String tool, String registry) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            "timeout",
            "60",
            tool,
            "login",
            "--get-login",
            "--authfile",
            user.homeFile(DOCKER).toString(),
            registry);
    builder.environment().put("HOME", user.environment.get("HOME"));
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), new String(process.getErrorStream().readAllBytes()));
    return text;
  }

  @Test
  void listsFilesAndHelpersAndForgetsThemAll() throws IOException {
    user.keepingHelper("keeper");
    user.home(
        DOCKER, "{\"credsStore\": \"keeper\", \"auths\": {\"r.test\": {\"auth\": \"bWU6cw==\"}}}");
    store().store("docker.io", credential("listed", "s"));
    assertEquals(Map.of("https://index.docker.io/v1/", "listed", "r.test", "me"), store().list());
    assertEquals(List.of("https://index.docker.io/v1/", "r.test"), store().removeAll());
    assertEquals(Optional.empty(), find("registry-1.docker.io"));
    assertEquals(Optional.empty(), find("r.test"));
  }

  @Test
  void aFailingHelperLeavesTheFileAsItWas() throws IOException {
    user.helper("bad", "cat; exit 7");
    Path file = user.home(DOCKER, "{\"credsStore\": \"bad\"}");
    HelperFailedException failed =
        assertThrows(
            HelperFailedException.class, () -> store().store("r.test", credential("me", "SECRET")));
    assertEquals(
        "docker-credential-bad, which " + file + ":1 names, failed to store with code 7",
        failed.getMessage());
    assertEquals("{\"credsStore\": \"bad\"}", Files.readString(file));
  }

  @Test
  void aBrokenFileIsNotOverwritten() throws IOException {
    Path file = user.home(DOCKER, "{ half");
    assertThrows(
        InvalidConfigurationException.class, () -> store().store("r.test", credential("a", "b")));
    assertEquals("{ half", Files.readString(file));
  }

  @Test
  void loginsAtOnceDoNotLoseEachOther() throws Exception {
    List<Thread> threads = new ArrayList<>();
    List<Exception> failures = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 16; i++) {
      String host = "r" + i + ".test";
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  store().store(host, credential("me", "s"));
                } catch (IOException e) {
                  failures.add(e);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(List.of(), failures);
    assertEquals(16, store().list().size());
  }

  @Test
  void forgettingNothingMakesNoFile() throws IOException {
    assertFalse(store().remove("r.test"));
    assertFalse(Files.exists(user.homeFile(".docker")));
  }

  private LoginStore store() throws IOException {
    return LoginStore.of(user.surroundings(), Overrides.NONE);
  }

  private Optional<Credential> find(String host) throws IOException {
    return user.config()
        .credential(
            new Server(host, "/v2", Server.Protocol.HTTPS, Tls.DEFAULT, Map.of(), Origin.DEFAULT),
            "a");
  }

  private static Credential credential(String name, String secret) {
    return new Credential(name, new Secret(secret), false, Origin.DEFAULT);
  }

  private static JsonObject read(Path file) throws IOException {
    return Json.parse(Files.readAllBytes(file), file.toString());
  }
}
