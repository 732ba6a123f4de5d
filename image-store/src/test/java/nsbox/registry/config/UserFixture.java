package nsbox.registry.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nsbox.image.Reference;

/// A host and a user of it, made of files below one folder.
final class UserFixture {
  static final String SHA = "sha256:" + "ab".repeat(32);

  final Path root;
  final Map<String, String> environment = new HashMap<>();

  UserFixture(Path folder) throws IOException {
    root = Files.createDirectories(folder.resolve("system"));
    environment.put("HOME", Files.createDirectories(folder.resolve("home")).toString());
    environment.put("PATH", Files.createDirectories(folder.resolve("bin")).toString());
  }

  /// A file of the system: `etc/docker/daemon.json`.
  Path system(String path, String text) throws IOException {
    return write(root.resolve(path), text);
  }

  /// A file below the user's home.
  Path home(String path, String text) throws IOException {
    return write(Path.of(environment.get("HOME")).resolve(path), text);
  }

  Path homeFile(String path) {
    return Path.of(environment.get("HOME")).resolve(path);
  }

  /// A credential helper on the user's `PATH`.
  ///
  /// @param script of the shell; `$1` is what it is asked to do
  void helper(String name, String script) throws IOException {
    Path program =
        write(
            Path.of(environment.get("PATH")).resolve("docker-credential-" + name),
            "#!/bin/sh\nPATH=/usr/bin:/bin\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /// A helper that keeps each secret in a file below a folder.
  Path keepingHelper(String name) throws IOException {
    Path kept = Files.createDirectories(root.resolve("kept-" + name));
    helper(
        name,
        """
        cd %s || exit 9
        key() { printf %%s "$1" | tr / _; }
        case "$1" in
          store) message=$(cat)
                 url=${message#*'"ServerURL":"'}; url=${url%%%%'"'*}
                 printf %%s "$message" > "$(key "$url")" ;;
          get)   url=$(cat)
                 if [ -f "$(key "$url")" ]; then cat "$(key "$url")"
                 else echo "credentials not found in native keychain"; exit 1; fi ;;
          erase) url=$(cat)
                 if [ -f "$(key "$url")" ]; then rm "$(key "$url")"
                 else echo "credentials not found in native keychain"; exit 1; fi ;;
          list)  echo '{"https://index.docker.io/v1/":"listed"}' ;;
        esac\
        """
            .formatted(kept));
    return kept;
  }

  Surroundings surroundings() {
    return new Surroundings(environment, Path.of("/nowhere"), root);
  }

  RegistryConfig config() throws IOException {
    return RegistryConfig.load(surroundings());
  }

  List<Endpoint> pull(String reference) throws IOException {
    return config().pullEndpoints(Reference.parse(reference));
  }

  /// Host and repository of each endpoint, in order.
  List<String> pulled(String reference) throws IOException {
    return pull(reference).stream()
        .map(endpoint -> endpoint.server().host() + "/" + endpoint.repository())
        .toList();
  }

  static String basic(String user, String password) {
    return Base64.getEncoder()
        .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  static String auths(String key, String user, String password) {
    return "{\"auths\": {\n\"" + key + "\": {\"auth\": \"" + basic(user, password) + "\"}\n}}\n";
  }

  private static Path write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
