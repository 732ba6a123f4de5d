package nsbox.e2e.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nsbox.e2e.EndToEnd;

/// Debian's `docker-registry` on a free port of the loopback interface, with a folder of its own.
///
/// Closing ends the process; the storage stays, so that another one with other doors can be opened
/// on it.
final class DockerRegistry implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(20);

  /* It is told port 0, and says which one it was given. */
  private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");

  private final Process process;
  private final Path log;
  private final int port;

  private DockerRegistry(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
  }

  /// What is unlike the plain registry, which serves everybody over http.
  sealed interface Door {}

  /// @param clientAuthority who must have signed the certificates of clients; none are asked for
  ///   where it is missing
  record Tls(Certificates.Pair server, Optional<Path> clientAuthority) implements Door {}

  /// @param file as `htpasswd -B` writes it
  record Htpasswd(Path file) implements Door {}

  record Token(TokenServer server) implements Door {}

  /// Fetches what it lacks from another registry, and takes no pushes.
  record Mirror(String remoteUrl) implements Door {}

  static DockerRegistry start(Path storage, Door... doors) throws Exception {
    Files.createDirectories(storage);
    Path config = Files.createTempFile(storage, "config-", ".yml");
    Files.writeString(config, config(storage, List.of(doors)));
    Path log = Files.createTempFile(storage, "log-", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(EndToEnd.program("docker-registry"), "serve", config.toString())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    /* It takes settings from there that go before the file's, and traces where it is told to. */
    builder.environment().keySet().removeIf(it -> it.startsWith("REGISTRY_"));
    builder.environment().put("OTEL_TRACES_EXPORTER", "none");
    Process process = builder.start();
    try {
      return new DockerRegistry(process, log, awaitPort(process, log));
    } catch (Exception | AssertionError e) {
      process.destroyForcibly().waitFor();
      throw e;
    }
  }

  private static String config(Path storage, List<Door> doors) {
    StringBuilder http = new StringBuilder();
    StringBuilder others = new StringBuilder();
    for (Door door : doors) {
      switch (door) {
        case Tls tls -> {
          http.append("  tls:\n    certificate: %s\n".formatted(tls.server().certificate()));
          http.append("    key: %s\n".formatted(tls.server().key()));
          tls.clientAuthority().ifPresent(it -> http.append("    clientcas: [%s]\n".formatted(it)));
        }
        case Htpasswd htpasswd ->
            others.append(
                "auth:\n  htpasswd:\n    realm: test\n    path: %s\n".formatted(htpasswd.file()));
        case Token token -> others.append(token.server().registryConfig());
        case Mirror mirror -> others.append("proxy:\n  remoteurl: " + mirror.remoteUrl() + "\n");
      }
    }
    return """
    version: 0.1
    log: {level: info, accesslog: {disabled: false}}
    storage:
      filesystem: {rootdirectory: %s}
      delete: {enabled: true}
      maintenance: {uploadpurging: {enabled: false}}
    validation: {manifests: {urls: {allow: ['^https?://']}}}
    http:
      addr: 127.0.0.1:0
    """
            .formatted(storage)
        + http
        + others;
  }

  private static int awaitPort(Process process, Path log) throws Exception {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    while (System.nanoTime() < end && process.isAlive()) {
      Matcher port = LISTENING.matcher(Files.readString(log, UTF_8));
      if (port.find()) {
        int number = Integer.parseInt(port.group(1));
        new Socket(InetAddress.getLoopbackAddress(), number).close();
        return number;
      }
      Thread.sleep(20);
    }
    return fail("docker-registry did not start: " + Files.readString(log, UTF_8));
  }

  int port() {
    return port;
  }

  /// Its part of image references, which by being `localhost` permits http.
  String host() {
    return "localhost:" + port;
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  /// All that it has said, for the messages of tests.
  String log() throws IOException {
    return Files.readString(log, UTF_8);
  }

  @Override
  public void close() {
    process.destroy();
    if (!Outside.ended(process, Duration.ofSeconds(5))) {
      process.destroyForcibly();
    }
  }
}
