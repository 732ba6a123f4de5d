package nsbox.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;

import nsbox.image.InvalidReferenceException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignedIdentityTest {
  private static final String D = "sha256:" + "d".repeat(64);
  private static final String E = "sha256:" + "e".repeat(64);

  /* D and E stand for two digests. */
  private static DockerName name(String text) throws InvalidReferenceException {
    return DockerName.parse(text.replace("@D", "@" + D).replace("@E", "@" + E));
  }

  @ParameterizedTest(name = "{0}, signed {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          reg.test/a:1   | reg.test/a:1   | exact   digestOrExact   repository
          reg.test/a:1   | reg.test/a:2   |                         repository
          reg.test/a:1   | reg.test/a     |                         repository
          reg.test/a:latest | reg.test/a  |                         repository
          reg.test/a:1   | reg.test/a@D   |                         repository
          reg.test/a:1   | reg.test/b:1   |
          reg.test/a:1   | reg.test/a/b:1 |
          reg.test/a:1   | a:1            |
          reg.test/a@D   | reg.test/a@D   | exact   digestOrExact   repository
          reg.test/a@D   | reg.test/a@E   |         digestOrExact   repository
          reg.test/a@D   | reg.test/a:1   |         digestOrExact   repository
          reg.test/a@D   | reg.test/a     |         digestOrExact   repository
          reg.test/a@D   | reg.test/b@D   |
          busybox:1      | docker.io/library/busybox:1 | exact digestOrExact repository
          """)
  void comparesNames(String wanted, String signed, String accepting) throws Exception {
    String words = accepting == null ? "" : accepting;
    DockerName asked = name(wanted);
    DockerName claimed = name(signed);
    assertEquals(
        words.startsWith("exact"), new SignedIdentity.MatchExact().accepts(asked, claimed));
    assertEquals(
        words.contains("digestOrExact"),
        new SignedIdentity.MatchRepoDigestOrExact().accepts(asked, claimed));
    assertEquals(
        words.contains("repository"), new SignedIdentity.MatchRepository().accepts(asked, claimed));
  }

  @ParameterizedTest(name = "{0}, signed {1}")
  @CsvSource({
    "up.test/a:1, up.test/a:1, true, true",
    "up.test/a:1, up.test/a:2, false, true",
    "up.test/a:1, up.test/a, false, true",
    "up.test/a:1, mirror.test/x:1, false, false"
  })
  void comparesWithAFixedName(String fixed, String signed, boolean same, boolean repository)
      throws Exception {
    DockerName asked = name("mirror.test/x:1");
    DockerName bare = name(fixed.substring(0, fixed.lastIndexOf(':')));
    assertEquals(same, new SignedIdentity.ExactReference(name(fixed)).accepts(asked, name(signed)));
    assertEquals(repository, new SignedIdentity.ExactRepository(bare).accepts(asked, name(signed)));
  }

  @ParameterizedTest(name = "{0} with {1} for {2}, signed {3}")
  @CsvSource({
    "mirror.test:5000/v/a:1, mirror.test:5000/v, up.test, up.test/a:1, true",
    "mirror.test:5000/v/a:1, mirror.test:5000/v, up.test, up.test/a:2, false",
    "mirror.test:5000/v/a:1, mirror.test:5000/v, up.test, mirror.test:5000/v/a:1, false",
    "mirror.test:5000/v/a@D, mirror.test:5000/v, up.test, up.test/a:7, true",
    "mirror.test:5000/va/a:1, mirror.test:5000/v, up.test, mirror.test:5000/va/a:1, true",
    "mirror.test:5000/a:1, mirror.test, up.test, mirror.test:5000/a:1, true",
    "mirror.test/a:1, mirror.test/a, up.test/b, up.test/b:1, true",
    "mirror.test/a:1, mirror.test/a, up.test, up.test/a:1, false",
    "other.test/a:1, mirror.test, up.test, other.test/a:1, true"
  })
  void replacesAPrefixOfWholeParts(
      String wanted, String prefix, String signedPrefix, String signed, boolean accepts)
      throws Exception {
    assertEquals(
        accepts,
        new SignedIdentity.RemapIdentity(prefix, signedPrefix).accepts(name(wanted), name(signed)));
  }
}
