package nsbox.e2e.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Who one is, kept and forgotten; and to whom it is told.
final class LoginTest extends RegistryTests {
  private static final String SECRET = "s3cr3t-l0gin";

  @Override
  String command() {
    return "login";
  }

  private DockerRegistry closed() throws Exception {
    Path file = scratch.resolve("htpasswd");
    Outside.run("htpasswd", "-Bbc", file.toString(), "ann", SECRET);
    return DockerRegistry.start(scratch.resolve("storage"), new DockerRegistry.Htpasswd(file));
  }

  private Result login(String host, String password, String... flags) throws Exception {
    return script(
        "printf %s\\\\n '"
            + password
            + "' | nsbox --debug login -u ann --password-stdin "
            + String.join(" ", flags)
            + " "
            + host);
  }

  private Result script(String script) throws Exception {
    Map<String, String> environment = new HashMap<>(Map.of("HOME", home.toString()));
    environment.put("PATH", home + "/bin:" + nsboxBin() + ":" + System.getenv("PATH"));
    return nsbox.start(environment, List.of("/bin/sh", "-c", script)).finish();
  }

  private static String nsboxBin() {
    return Nsbox.HOME.resolve("bin").toString();
  }

  private Path config() {
    return home.resolve(".docker/config.json");
  }

  private static String basic() {
    return Base64.getEncoder().encodeToString(("ann:" + SECRET).getBytes(UTF_8));
  }

  private void keepsSecrets(Result... results) throws Exception {
    for (Result result : results) {
      for (String secret : List.of(SECRET, basic())) {
        assertFalse((result.out() + result.err()).contains(secret), "a secret was printed");
      }
    }
    for (Path root : List.of(nsbox.root, nsbox.runRoot)) {
      Outside.Ended found =
          Outside.attempt("grep", "-rlE", SECRET + "|" + basic(), root.toString());
      assertEquals(new Outside.Ended(1, ""), found, "a secret in the store");
    }
  }

  private Crafted stored(String repository, long seed) throws Exception {
    Crafted image = Crafted.random(seed, 5000);
    populated.image(image, repository, "1");
    return image;
  }

  @Test
  void keepsAPasswordUntilLogout() throws Exception {
    String repository = newRepository();
    Crafted image = stored(repository, 800);
    try (DockerRegistry closed = closed();
        FaultProxy before = FaultProxy.before(closed)) {
      String host = before.host();
      String name = host + "/" + repository + ":1";
      Result wrong = login(host, "wrong");
      assertEquals(125, wrong.code(), wrong::toString);
      assertTrue(wrong.err().contains(host), wrong.err());
      assertFalse(Files.exists(config()), "a wrong password was kept");
      assertEquals(125, run("login", "--get-login", host).code());
      Result right = login(host, SECRET).expect(0);
      assertTrue(right.out().contains("Login Succeeded!"), right.out());
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(config())));
      assertEquals("ann\n", run("login", "--get-login", host).expect(0).out());
      Result again = run("login", host).expect(0);
      assertTrue(again.out().contains("Already logged in"), again.out());
      Result pulled = run("--debug", "pull", name).expect(0);
      assertEquals(image.imageId() + "\n", pulled.out());
      assertTrue(pulled.err().contains(config().toString()), "debug names the file");
      /* Nobody else hears of it. */
      Crafted other = stored("open/app", 801);
      pulls(other, proxy.host() + "/open/app:1");
      for (HttpRequest request : proxy.requests()) {
        assertEquals(Optional.empty(), request.header("Authorization"), request::toString);
      }
      Result out = run("logout", host).expect(0);
      assertTrue(out.out().contains(host), out.out());
      assertFalse(Files.readString(config()).contains(basic()));
      run("rmi", name).expect(0);
      saysWhy(run("pull", "--retry", "0", name), "credentials");
      keepsSecrets(wrong, right, again, pulled, out);
    }
  }

  @Test
  void logsInWhereTokensAreGiven() throws Exception {
    String repository = newRepository();
    Crafted image = stored(repository, 802);
    TokenServer.Rules rules = TokenServer.Rules.of("ann", SECRET, "refresh");
    try (TokenServer tokens = TokenServer.start(scratch.resolve("t"), rules);
        DockerRegistry registry =
            DockerRegistry.start(scratch.resolve("storage"), new DockerRegistry.Token(tokens));
        FaultProxy before = FaultProxy.before(registry)) {
      String host = before.host();
      Result wrong = login(host, "wrong");
      assertEquals(125, wrong.code(), wrong::toString);
      Result right = login(host, SECRET).expect(0);
      Result pulled = run("--debug", "pull", host + "/" + repository + ":1").expect(0);
      assertEquals(image.imageId() + "\n", pulled.out());
      for (HttpRequest request : before.requests()) {
        assertFalse(
            request.header("Authorization").orElse("").startsWith("Basic"),
            "the password is for the token server");
      }
      run("logout", host).expect(0);
      run("rmi", host + "/" + repository + ":1").expect(0);
      assertEquals(125, run("pull", "--retry", "0", host + "/" + repository + ":1").code());
      keepsSecrets(wrong, right, pulled);
    }
  }

  @Test
  void usesAHelperAndAFileOfItsOwn() throws Exception {
    String repository = newRepository();
    Crafted image = stored(repository, 803);
    Path kept = scratch.resolve("helper-kept");
    Path helper = home.resolve("bin/docker-credential-toy");
    Files.createDirectories(helper.getParent());
    Files.writeString(
        helper,
        """
        #!/bin/sh
        echo "$1" >> %s.log
        case $1 in
        store) cat > %s ;;
        get) cat > /dev/null; if [ -s %s ]; then cat %s; else echo credentials not found in native keychain; exit 1; fi ;;
        erase) rm -f %s ;;
        esac
        """
            .replace("%s", kept.toString()));
    Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path auth = nsbox.folder.resolve("own-auth.json");
    try (DockerRegistry closed = closed()) {
      String host = closed.host();
      String name = host + "/" + repository + ":1";
      Files.createDirectories(config().getParent());
      String configured = "{\"credHelpers\":{\"%s\":\"toy\"}}".formatted(host);
      Files.writeString(config(), configured);
      login(host, SECRET).expect(0);
      assertTrue(Files.readString(kept).contains(SECRET), "the helper has it");
      assertFalse(Files.readString(config()).contains(basic()));
      Result pulled = script("nsbox --debug pull " + name).expect(0);
      assertEquals(image.imageId() + "\n", pulled.out());
      script("nsbox logout " + host).expect(0);
      assertFalse(Files.exists(kept));
      run("rmi", name).expect(0);
      assertEquals(125, script("nsbox pull --retry 0 " + name).code());
      login(host, SECRET, "--authfile", auth.toString()).expect(0);
      assertTrue(Files.readString(auth).contains(basic()));
      assertFalse(Files.exists(kept));
      script("nsbox pull --authfile " + auth + " " + name).expect(0);
      script("nsbox logout --authfile " + auth + " " + host).expect(0);
      assertFalse(Files.readString(auth).contains(basic()));
      keepsSecrets(pulled);
    } finally {
      Files.deleteIfExists(config());
    }
  }

  @Test
  void neverAsksAndNeverTakesNothing() throws Exception {
    for (String script :
        List.of(
            "nsbox login -u ann localhost:1",
            "printf x | nsbox login --password-stdin localhost:1",
            "printf '' | nsbox login -u ann --password-stdin localhost:1",
            "printf x | nsbox login -u a:b --password-stdin localhost:1",
            "printf x | nsbox login -u ann -p y --password-stdin localhost:1")) {
      Result refused = script(script);
      assertEquals(125, refused.code(), () -> script + refused);
      assertFalse(refused.err().contains("internal error"), refused.err());
    }
  }
}
