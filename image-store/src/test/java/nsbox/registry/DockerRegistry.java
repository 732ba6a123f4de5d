package nsbox.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import nsbox.registry.config.Endpoint;
import nsbox.registry.config.Origin;
import nsbox.registry.config.Server;
import nsbox.registry.config.Tls;
import org.junit.jupiter.api.Assumptions;

/// Debian's `docker-registry` (distribution 2.8) in a process of its own, on a free port.
public final class DockerRegistry implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/docker-registry");
  private static final Duration STARTUP = Duration.ofSeconds(20);

  private final Process process;
  private final int port;
  private final Path log;

  private DockerRegistry(Process process, int port, Path log) {
    this.process = process;
    this.port = port;
    this.log = log;
  }

  /// Everybody may do everything.
  public static DockerRegistry plain(Path folder) throws IOException, InterruptedException {
    return start(folder, "", "");
  }

  /// Only this user may do anything; the password is kept as a bcrypt hash.
  public static DockerRegistry withPassword(Path folder, String user, String password)
      throws IOException, InterruptedException {
    Path file = folder.resolve("htpasswd");
    run(folder, "htpasswd", "-Bbc", file.toString(), user, password);
    return start(folder, "", "auth: {htpasswd: {realm: test, path: " + file + "}}\n");
  }

  /// In TLS.
  public static DockerRegistry withTls(Path folder, Certificate certificate)
      throws IOException, InterruptedException {
    String tls = ", tls: {certificate: " + certificate.file() + ", key: " + certificate.key() + "}";
    return start(folder, tls, "");
  }

  /// Tokens signed with this certificate's key open it.
  public static DockerRegistry withTokens(Path folder, String realm, Certificate certificate)
      throws IOException, InterruptedException {
    String auth =
        "auth: {token: {realm: \""
            + realm
            + "\", service: \"test registry\", issuer: nsbox, rootcertbundle: "
            + certificate.file()
            + "}}\n";
    return start(folder, "", auth);
  }

  private static DockerRegistry start(Path folder, String http, String more)
      throws IOException, InterruptedException {
    Assumptions.assumeTrue(Files.isExecutable(PROGRAM), PROGRAM + " is not installed");
    int port = freePort();
    Path config = folder.resolve("registry.yml");
    Files.writeString(
        config,
        "version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {rootdirectory: "
            + Files.createDirectories(folder.resolve("data"))
            + "}, delete: {enabled: true}}\nhttp: {addr: \"127.0.0.1:"
            + port
            + "\""
            + http
            + "}\n"
            + more);
    Path log = folder.resolve("registry.log");
    Process process =
        new ProcessBuilder(PROGRAM.toString(), "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    DockerRegistry registry = new DockerRegistry(process, port, log);
    registry.awaitStart();
    return registry;
  }

  private void awaitStart() throws IOException, InterruptedException {
    long end = System.nanoTime() + STARTUP.toNanos();
    while (System.nanoTime() < end && process.isAlive()) {
      try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException e) {
        Thread.sleep(20);
      }
    }
    close();
    throw new AssertionError("docker-registry did not start: " + Files.readString(log));
  }

  public String host() {
    return "127.0.0.1:" + port;
  }

  public String log() throws IOException {
    return Files.readString(log);
  }

  public Server server(Server.Protocol protocol) {
    return server(host(), protocol);
  }

  static Server server(String host, Server.Protocol protocol) {
    return new Server(host, "/v2", protocol, Tls.DEFAULT, Map.of(), new Origin("test", 0));
  }

  public Endpoint endpoint(String repository, Server.Protocol protocol) {
    return endpoint(server(protocol), repository);
  }

  static Endpoint endpoint(Server server, String repository) {
    return new Endpoint(
        server, repository, java.util.Optional.empty(), Set.of(Endpoint.Use.values()));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  static void run(Path folder, String... command) throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin", command[0])), command[0] + " is not installed");
    Path output = folder.resolve(command[0] + ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new AssertionError(List.of(command) + ": " + Files.readString(output));
    }
  }

  /// A certificate for `127.0.0.1` and `localhost` that signs itself.
  ///
  /// @param file in PEM, as is the key
  public record Certificate(Path file, Path key) {
    public static Certificate make(Path folder) throws IOException, InterruptedException {
      Path file = folder.resolve("cert.pem");
      Path key = folder.resolve("key.pem");
      run(
          folder,
          "openssl",
          "req",
          "-x509",
          "-newkey",
          "rsa:2048",
          "-nodes",
          "-days",
          "2",
          "-subj",
          "/CN=registry.test",
          "-addext",
          "subjectAltName=IP:127.0.0.1,DNS:localhost",
          "-keyout",
          key.toString(),
          "-out",
          file.toString());
      return new Certificate(file, key);
    }
  }
}
