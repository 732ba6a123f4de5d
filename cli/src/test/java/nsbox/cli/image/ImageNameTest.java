package nsbox.cli.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import nsbox.image.Reference;
import org.junit.jupiter.api.Test;

final class ImageNameTest {
  @Test
  void hasNoTagWhereADigestNamesTheImage() throws Exception {
    String digest = "sha256:" + "a".repeat(64);
    ImageName expected = new ImageName("localhost:5000/app", "<none>");
    assertEquals(expected, ImageName.of(Reference.parse("localhost:5000/app:1@" + digest)));
    assertEquals(expected, ImageName.of(Reference.parse("localhost:5000/app@" + digest)));
  }

  @Test
  void hasTheTagOtherwise() throws Exception {
    assertEquals(new ImageName("app", "1"), ImageName.of(Reference.parse("app:1")));
  }
}
