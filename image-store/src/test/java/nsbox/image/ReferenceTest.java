package nsbox.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReferenceTest {
  private static final String HEX = "0123456789abcdef".repeat(4);

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          alpine                         | docker.io/library/alpine:latest       | alpine:latest
          alpine:3.20                    | docker.io/library/alpine:3.20         | alpine:3.20
          library/alpine                 | docker.io/library/alpine:latest       | alpine:latest
          docker.io/alpine               | docker.io/library/alpine:latest       | alpine:latest
          index.docker.io/library/alpine | docker.io/library/alpine:latest       | alpine:latest
          team/app                       | docker.io/team/app:latest             | team/app:latest
          library/a/b                    | docker.io/library/a/b:latest          | library/a/b:latest
          docker.io/my.team/app          | docker.io/my.team/app:latest          | docker.io/my.team/app:latest
          localhost                      | docker.io/library/localhost:latest    | localhost:latest
          localhost/app                  | localhost/app:latest                  | localhost/app:latest
          localhost:5000/app             | localhost:5000/app:latest             | localhost:5000/app:latest
          registry.test/app:1            | registry.test/app:1                   | registry.test/app:1
          registry:5000                  | docker.io/library/registry:5000       | registry:5000
          Registry/app                   | Registry/app:latest                   | Registry/app:latest
          192.168.0.1/a/b/c:T_1.x-2      | 192.168.0.1/a/b/c:T_1.x-2             | 192.168.0.1/a/b/c:T_1.x-2
          [2001:db8::1]:5000/app         | [2001:db8::1]:5000/app:latest         | [2001:db8::1]:5000/app:latest
          [::1]/app                      | [::1]/app:latest                      | [::1]/app:latest
          a--b/c__d.e_f                  | docker.io/a--b/c__d.e_f:latest        | a--b/c__d.e_f:latest
          a:_                            | docker.io/library/a:_                 | a:_
          xn--n3h.com/app                | xn--n3h.com/app:latest                | xn--n3h.com/app:latest
          docker.io                      | docker.io/library/docker.io:latest    | docker.io:latest
          """,
      delimiter = '|')
  void fillsInWhatPeopleLeaveOut(String text, String full, String familiar)
      throws InvalidReferenceException {
    Reference reference = Reference.parse(text);
    assertEquals(full, reference.toString());
    assertEquals(familiar, reference.familiar());
    assertEquals(reference, Reference.parse(full));
    assertEquals(reference, Reference.parse(familiar));
  }

  @Test
  void addsNoTagToADigest() throws InvalidReferenceException {
    String digest = "@sha256:" + HEX;
    assertEquals(
        "docker.io/library/alpine" + digest, Reference.parse("alpine" + digest).toString());
    assertEquals("alpine:3" + digest, Reference.parse("alpine:3" + digest).familiar());
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          ''                  | it is empty
          Alpine              | the repository must be lower case
          docker.io/Alpine    | the repository must be lower case
          a//b                | the repository has an empty part
          a/                  | the repository has an empty part
          docker.io/          | the repository has an empty part
          /a                  | the repository has an empty part
          ../a                | the registry has an empty part
          a/..                | no part of the repository may begin with '.'
          a/../b              | no part of the repository may begin with '.'
          a..b                | the repository may not contain ".."
          a___b               | the repository may not contain "___"
          a._b                | the repository may not contain "._"
          a-_b                | the repository may not contain "-_"
          -a                  | no part of the repository may begin with '-'
          a-                  | no part of the repository may end with '-'
          a%2fb               | the repository may not contain '%'
          a?x=1               | the repository may not contain '?'
          a b                 | the repository may not contain the character U+0020
          ä                   | the repository may not contain the character U+00e4
          https://host/a      | the port is not a number up to 65535
          a:                  | the tag is empty
          a:-b                | the tag may not begin with '-'
          a:.b                | the tag may not begin with '.'
          a:b+c               | the tag may not contain '+'
          host:port/a         | the port is not a number up to 65535
          host:65536/a        | the port is not a number up to 65535
          host:/a             | the port is not a number up to 65535
          -host.test/a        | the registry may not have '-' there
          ho_st.test/a        | the registry may not have '_' there
          host..test/a        | the registry has an empty part
          [fe80::1%25lo]/a    | the registry is not an IPv6 address in brackets
          [x::1]:1/a          | the registry is not an IPv6 address in brackets
          a@                  | after the @, it has no colon after the algorithm
          a@sha256:12         | after the @, sha256 has 64 digits, this has 2
          a@md5:00            | after the @, the algorithm is none of sha256, sha512 and blake3
          a:b:c               | the repository may not contain ':'
          """,
      delimiter = '|')
  void saysWhatIsWrong(String text, String reason) {
    InvalidReferenceException e =
        assertThrows(InvalidReferenceException.class, () -> Reference.parse(text));
    assertEquals(reason, e.reason());
    assertEquals(text, e.input());
  }

  @Test
  void holdsTheLimitsOfLength() throws InvalidReferenceException {
    Reference.parse("a:" + "t".repeat(128));
    assertThrows(InvalidReferenceException.class, () -> Reference.parse("a:" + "t".repeat(129)));
    Reference.parse("host.test/" + "r".repeat(255));
    assertThrows(
        InvalidReferenceException.class, () -> Reference.parse("host.test/" + "r".repeat(256)));
    assertThrows(InvalidReferenceException.class, () -> Reference.parse("r".repeat(250)));
  }

  @Test
  void refusesAnIdAsAName() {
    assertThrows(InvalidReferenceException.class, () -> Reference.parse(HEX));
  }

  @Test
  void readsBackEverythingItAccepts() {
    Random random = new Random(1);
    String alphabet = "aZ09._-/:@[]~ %";
    int accepted = 0;
    for (int round = 0; round < 200_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i >= 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        Reference reference = Reference.parse(text.toString());
        assertEquals(reference, Reference.parse(reference.toString()), text.toString());
        assertEquals(reference, Reference.parse(reference.familiar()), text.toString());
        accepted++;
      } catch (InvalidReferenceException e) {
        assertTrue(e.getMessage().contains(e.reason()));
      }
    }
    assertTrue(accepted > 1000, "only " + accepted + " were accepted");
  }

  @Test
  void showsControlCharactersInsteadOfSendingThemToTheTerminal() {
    InvalidReferenceException e =
        assertThrows(InvalidReferenceException.class, () -> Reference.parse("a:b\u001b[2J"));
    assertEquals(
        "not an image reference: \"a:b\\u001b[2J\": the tag may not contain the character U+001b",
        e.getMessage());
  }
}
