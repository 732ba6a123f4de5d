package nsbox.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import nsbox.registry.config.Server.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who asks, to a registry that wants a password.
class AccessTest {
  private final Samples samples = new Samples();

  @Test
  void showsThePasswordToARegistryThatAsks(@TempDir Path folder) throws Exception {
    try (DockerRegistry registry = DockerRegistry.withPassword(folder, "me", "s3cret")) {
      Repository repository =
          samples
              .client()
              .open(registry.endpoint("a", Protocol.HTTP), Samples.password("me", "s3cret"));
      RawManifest image = Samples.pushImage(repository, "1");
      assertArrayEquals(image.bytes(), repository.manifest("1").bytes());

      Repository wrong =
          samples
              .client()
              .open(registry.endpoint("a", Protocol.HTTP), Samples.password("me", "wr0ng"));
      UnauthorizedException refused =
          assertThrows(UnauthorizedException.class, () -> wrong.manifest("1"));
      assertEquals(
          "manifest 1 of "
              + registry.host()
              + "/a: the credentials from /home/me/auth.json:3 are not accepted:"
              + " UNAUTHORIZED: authentication required",
          refused.getMessage());
      assertTrue(refused.sent());

      Repository nobody =
          samples.client().open(registry.endpoint("a", Protocol.HTTP), Credentials.NONE);
      UnauthorizedException none =
          assertThrows(UnauthorizedException.class, () -> nobody.manifest("1"));
      assertEquals(
          "manifest 1 of "
              + registry.host()
              + "/a: wants credentials, and there are none: UNAUTHORIZED: authentication required",
          none.getMessage());
      assertFalse(none.sent());

      assertThrows(
          UnauthorizedException.class,
          () ->
              samples
                  .client()
                  .registry(registry.server(Protocol.HTTP), Samples.password("me", "wr0ng"))
                  .ping());
      samples
          .client()
          .registry(registry.server(Protocol.HTTP), Samples.password("me", "s3cret"))
          .ping();
    }
  }
}
