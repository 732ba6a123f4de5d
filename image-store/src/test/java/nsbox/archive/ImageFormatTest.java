package nsbox.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.UnsupportedManifestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageFormatTest {
  private static Descriptor layer(String type) {
    return new Descriptor("application/vnd." + type, Digest.sha256(new byte[0]), 0);
  }

  @ParameterizedTest
  @CsvSource({
    "oci.image.layer.v1.tar+gzip, docker.image.rootfs.diff.tar.gzip",
    "oci.image.layer.v1.tar, docker.image.rootfs.diff.tar",
    "oci.image.layer.nondistributable.v1.tar+gzip, docker.image.rootfs.foreign.diff.tar.gzip",
    "oci.image.layer.nondistributable.v1.tar, docker.image.rootfs.foreign.diff.tar"
  })
  void namesTheSameLayersInBothFamilies(String oci, String docker) throws Exception {
    assertEquals(layer(docker), ImageFormat.DOCKER.layer(layer(oci)));
    assertEquals(layer(oci), ImageFormat.OCI.layer(layer(docker)));
    Descriptor own = layer(oci);
    assertSame(own, ImageFormat.OCI.layer(own));
  }

  @Test
  void hasNoNameForZstdInDockersFamily() throws Exception {
    Descriptor zstd = layer("oci.image.layer.v1.tar+zstd");
    assertSame(zstd, ImageFormat.OCI.layer(zstd));
    assertThrows(UnsupportedManifestException.class, () -> ImageFormat.DOCKER.layer(zstd));
  }
}
