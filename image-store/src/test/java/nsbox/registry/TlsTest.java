package nsbox.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import nsbox.image.Descriptor;
import nsbox.registry.config.Server.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A real registry behind a certificate.
@Timeout(60)
class TlsTest {
  private final Samples samples = new Samples();

  @Test
  void trustsOnlyTheCertificateItWasGiven(@TempDir Path folder) throws Exception {
    DockerRegistry.Certificate certificate = DockerRegistry.Certificate.make(folder);
    try (DockerRegistry registry = DockerRegistry.withTls(folder, certificate)) {
      Repository repository =
          samples
              .client(new Keys(certificate).connections())
              .open(registry.endpoint("a", Protocol.HTTPS_THEN_HTTP), Credentials.NONE);
      RawManifest image = Samples.pushImage(repository, "1");
      assertArrayEquals(image.bytes(), repository.manifest("1").bytes());

      for (Protocol protocol : List.of(Protocol.HTTPS, Protocol.HTTPS_THEN_HTTP)) {
        Repository stranger =
            samples.client().open(registry.endpoint("a", protocol), Credentials.NONE);
        UntrustedServerException e =
            assertThrows(UntrustedServerException.class, () -> stranger.manifest("1"));
        assertTrue(e.certificate());
        assertTrue(
            e.getMessage()
                .startsWith(
                    "manifest 1 of "
                        + registry.host()
                        + "/a: the certificate of "
                        + registry.host()
                        + " is not trusted: "),
            e.getMessage());
      }
      assertEquals(List.of(), samples.notices);
    }
  }

  @Test
  void givesUpOnAnUploadThatNobodyTakes(@TempDir Path folder) throws Exception {
    Keys keys = new Keys(DockerRegistry.Certificate.make(folder));
    try (ScriptedServer registry =
        new ScriptedServer(
            keys.context(),
            (request, out) -> {
              ScriptedServer.reply(out, 202, "", "Location: /u");
              out.flush();
              try {
                Thread.sleep(Duration.ofSeconds(20));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return false;
            })) {
      Repository repository =
          samples
              .client(keys.connections())
              .open(
                  DockerRegistry.endpoint(
                      DockerRegistry.server(registry.host(), Protocol.HTTPS), "a"),
                  Credentials.NONE);
      byte[] big = new byte[64 << 20];
      Descriptor blob = Samples.blob(big);
      long start = System.nanoTime();
      assertThrows(
          StalledException.class,
          () -> repository.pushBlob(blob, () -> new ByteArrayInputStream(big)));
      assertTrue(System.nanoTime() - start < 15_000_000_000L);
    }
  }
}
