package nsbox.registry.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import nsbox.registry.config.Tls.Identity;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Handshakes between real sockets; the server shows a certificate for `localhost`.
class TlsContextsTest {
  @TempDir Path folder;
  private UserFixture user;
  private Certificates certificates;

  @BeforeEach
  void makeUser() throws Exception {
    user = new UserFixture(folder);
    certificates = new Certificates(Files.createDirectories(folder.resolve("pki")));
  }

  @Test
  void trustsConfiguredAuthoritiesBesideTheSystems() throws Exception {
    Tls tls = tls(true, List.of(certificates.authority()), List.of());
    assertEquals("server", handshake(tls, false));
    assertTrue(context(tls).checksHostName());
    assertThrows(SSLHandshakeException.class, () -> handshake(Tls.DEFAULT, false));
  }

  @Test
  void trustsTheSystemsBundleAndTheOneOfTheVariable() throws Exception {
    user.system("etc/ssl/certs/ca-certificates.crt", Files.readString(certificates.authority()));
    assertEquals("server", handshake(Tls.DEFAULT, false));
    user.environment.put("SSL_CERT_FILE", new Certificates(folder).authority().toString());
    assertThrows(SSLHandshakeException.class, () -> handshake(Tls.DEFAULT, false));
    user.environment.put("SSL_CERT_FILE", certificates.authority().toString());
    assertEquals("server", handshake(Tls.DEFAULT, false));
  }

  @Test
  void withoutVerificationAnyCertificateWillDo() throws Exception {
    Tls tls = tls(false, List.of(), List.of());
    assertEquals("server", handshake(tls, false));
    assertFalse(context(tls).checksHostName());
  }

  @ParameterizedTest
  @CsvSource({"RSA, PKCS8", "RSA, PKCS1", "EC, PKCS8", "EC, SEC1"})
  void showsItsCertificateWhereItIsAsked(String algorithm, String format) throws Exception {
    Identity identity = certificates.client(algorithm, format);
    Tls tls = tls(true, List.of(certificates.authority()), List.of(identity));
    assertEquals("server", handshake(tls, true));
    Tls nobody = tls(true, List.of(certificates.authority()), List.of());
    assertThrows(SSLException.class, () -> handshake(nobody, true));
  }

  @Test
  void certificateAndKeyMayBeInOneFile() throws Exception {
    Identity two = certificates.client("EC", "SEC1");
    Path one = folder.resolve("both.pem");
    Files.writeString(one, Files.readString(two.key()) + Files.readString(two.certificate()));
    Tls tls = tls(true, List.of(certificates.authority()), List.of(new Identity(one, one)));
    assertEquals("server", handshake(tls, true));
  }

  @Test
  void namesTheFileThatIsWrong() throws Exception {
    Path missing = folder.resolve("missing.crt");
    Origin rule = new Origin("hosts.toml", 3);
    assertEquals(
        "hosts.toml:3: there is no file " + missing,
        refusal(new Tls(true, List.of(missing), List.of(), rule)));
    Path empty = Files.writeString(folder.resolve("empty.crt"), "nothing\n");
    assertEquals(
        empty + ": has no certificate in PEM",
        refusal(new Tls(true, List.of(empty), List.of(), rule)));
    Path broken =
        Files.writeString(
            folder.resolve("broken.crt"),
            "# first\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assertEquals(
        broken + ":2: not a certificate", refusal(new Tls(true, List.of(broken), List.of(), rule)));
    Identity client = certificates.client("EC", "PKCS8");
    Identity swapped = new Identity(client.certificate(), client.certificate());
    assertEquals(
        client.certificate() + ": has no private key in PEM",
        refusal(new Tls(true, List.of(), List.of(swapped), rule)));
    Path encrypted =
        Files.writeString(
            folder.resolve("encrypted.key"),
            Files.readString(client.key()).replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
    String text =
        refusal(tls(true, List.of(), List.of(new Identity(client.certificate(), encrypted))));
    assertTrue(text.startsWith(encrypted + ": the key"), text);
  }

  private String refusal(Tls tls) {
    return assertThrows(InvalidConfigurationException.class, () -> context(tls)).getMessage();
  }

  private TlsContexts.Context context(Tls tls) throws IOException {
    return new TlsContexts(user.surroundings()).context(tls);
  }

  private static Tls tls(boolean verify, List<Path> authorities, List<Identity> identities) {
    return new Tls(verify, authorities, identities, Origin.DEFAULT);
  }

  /// Connects and reads what the server says.
  private String handshake(Tls tls, boolean clientMust) throws Exception {
    TlsContexts.Context context = context(tls);
    try (SSLServerSocket listening =
        (SSLServerSocket)
            certificates
                .server()
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      listening.setNeedClientAuth(clientMust);
      FutureTask<Void> server =
          new FutureTask<>(() -> {
            try (SSLSocket socket = (SSLSocket) listening.accept()) {
              socket.getOutputStream().write("server".getBytes());
            }
            return null;
          });
      Thread.ofPlatform().daemon().start(server);
      try (SSLSocket socket =
          (SSLSocket)
              context
                  .ssl()
                  .getSocketFactory()
                  .createSocket("localhost", listening.getLocalPort())) {
        socket.setSoTimeout(20_000);
        if (context.checksHostName()) {
          SSLParameters parameters = socket.getSSLParameters();
          parameters.setEndpointIdentificationAlgorithm("HTTPS");
          socket.setSSLParameters(parameters);
        }
        return new String(socket.getInputStream().readAllBytes());
      }
    }
  }
}
