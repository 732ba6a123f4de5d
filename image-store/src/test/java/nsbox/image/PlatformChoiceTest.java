package nsbox.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformChoiceTest {
  private static final Platform AMD64 = LayoutFixture.AMD64;
  private static final Platform ARM64 = LayoutFixture.ARM64;
  private static final Platform ARMV7 = new Platform("linux", "arm", "v7");

  @TempDir Path temp;
  private LayoutFixture layout;

  @BeforeEach
  void makeLayout() throws IOException {
    layout = new LayoutFixture(temp);
  }

  private Descriptor image(String os, String architecture, String variant) throws IOException {
    Platform platform = new Platform(os, architecture, variant);
    return layout.image(platform, platform.toString());
  }

  private Descriptor choose(Platform wanted, Descriptor... offered) throws IOException {
    BlobSource source =
        new DiskBlobStore(temp.resolve("blobs"), temp.resolve("ingest"), temp.resolve("lock"));
    return PlatformChoice.choose(layout.index(offered), wanted, source);
  }

  @Test
  void takesTheFirstOfEquallyGoodEntries() throws IOException {
    Descriptor first = layout.image(AMD64, "first");
    Descriptor second = layout.image(AMD64, "second");
    assertEquals(first, choose(AMD64, image("linux", "s390x", ""), first, second));
  }

  @Test
  void takesAnUnsaidVariantForTheUsualOne() throws IOException {
    Descriptor plain = image("linux", "arm64", "");
    assertEquals(plain, choose(ARM64, plain));
    Descriptor v1 = image("linux", "amd64", "v1");
    assertEquals(v1, choose(AMD64, image("linux", "amd64", "v3"), v1));
  }

  @Test
  void prefersTheNearestVariantBelow() throws IOException {
    Descriptor v5 = image("linux", "arm", "v5");
    Descriptor v6 = image("linux", "arm", "v6");
    Descriptor v7 = image("linux", "arm", "v7");
    assertEquals(v6, choose(ARMV7, v5, v6));
    assertEquals(v7, choose(ARMV7, v5, v7, v6));
    assertThrows(
        PlatformMissingException.class, () -> choose(new Platform("linux", "arm", "v6"), v7));
  }

  @Test
  void passesOverAttestationsAndUnknownMediaTypes() throws IOException {
    Descriptor attestation = image("unknown", "unknown", "");
    Descriptor odd = new Descriptor("application/x-odd", attestation.digest(), 1);
    Descriptor real = layout.image(AMD64, "real");
    assertEquals(real, choose(AMD64, attestation, odd.withPlatform(AMD64), real));
    assertThrows(PlatformMissingException.class, () -> choose(AMD64, attestation, odd));
  }

  @Test
  void takesAnEntryWithoutPlatformOnlyIfNothingElseFits() throws IOException {
    Descriptor image = layout.image(AMD64, "unsaid");
    Descriptor unsaid = new Descriptor(image.mediaType(), image.digest(), image.sizeBytes());
    assertEquals(unsaid, choose(AMD64, unsaid, image("linux", "arm64", "")));
    assertEquals(image, choose(AMD64, unsaid, image));
  }

  @Test
  void descendsIntoANestedIndexAndNoDeeper() throws IOException {
    Descriptor image = layout.image(AMD64, "deep");
    Descriptor nested = layout.index(image);
    assertEquals(image, choose(AMD64, nested));
    LimitExceededException e =
        assertThrows(LimitExceededException.class, () -> choose(AMD64, layout.index(nested)));
    assertEquals(3, e.actual());
  }

  @Test
  void saysWhatAnIndexOffers() throws IOException {
    Descriptor arm = layout.image(ARM64, "arm");
    PlatformMissingException e =
        assertThrows(PlatformMissingException.class, () -> choose(AMD64, arm));
    assertEquals(List.of(ARM64), e.offered());
    assertEquals(AMD64, e.wanted());
  }

  @Test
  void countsTheEntriesOfAllIndexes() throws IOException {
    Descriptor[] many = new Descriptor[600];
    Arrays.fill(many, layout.image(ARM64, "arm"));
    Descriptor nested = layout.index(many);
    assertThrows(LimitExceededException.class, () -> choose(AMD64, nested, nested));
  }
}
