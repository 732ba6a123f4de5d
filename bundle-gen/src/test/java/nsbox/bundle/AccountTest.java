package nsbox.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountTest {
  private static final String PASSWD =
      """
      root:x:0:0:root:/root:/bin/sh
      www:x:33:33:web:/var/www:/usr/sbin/nologin
      nohome:x:40:41:::
      """;
  private static final String GROUP =
      """
      root:x:0:
      adm:x:4:syslog,www
      www:x:33:
      wwwx:x:34:wwwx,xwww
      staff:x:50:www,other
      """;

  @Test
  void isRootWhereNobodyIsNamed() throws Exception {
    assertEquals(new Account(0, 0, "/root", List.of(0L)), resolve("", PASSWD, GROUP));
  }

  @Test
  void findsAUserByName() throws Exception {
    assertEquals(
        new Account(33, 33, "/var/www", List.of(33L, 4L, 50L)), resolve("www", PASSWD, GROUP));
  }

  @Test
  void findsAUserByNumber() throws Exception {
    assertEquals(
        new Account(33, 33, "/var/www", List.of(33L, 4L, 50L)), resolve("33", PASSWD, GROUP));
    assertEquals(33, resolve("0033", PASSWD, GROUP).uid());
  }

  @Test
  void needsNoEntryForANumber() throws Exception {
    assertEquals(new Account(1234, 0, "", List.of(0L)), resolve("1234", PASSWD, GROUP));
    assertEquals(new Account(0, 0, "", List.of(0L)), resolveWithoutFiles(""));
    assertEquals(new Account(7, 8, "", List.of(8L)), resolveWithoutFiles("7:8"));
  }

  @Test
  void needsAnEntryForAName() {
    BundleException e = refused("nobody", PASSWD, GROUP);
    assertEquals("no user nobody in the image's /etc/passwd", e.getMessage());
    assertThrows(BundleException.UnknownUser.class, () -> resolveWithoutFiles("www"));
  }

  /* As docker: who asks for a group gets that one and no other. */
  @Test
  void takesTheGroupThatIsAskedFor() throws Exception {
    assertEquals(
        new Account(33, 50, "/var/www", List.of(50L)), resolve("www:staff", PASSWD, GROUP));
    assertEquals(new Account(33, 99, "/var/www", List.of(99L)), resolve("www:99", PASSWD, GROUP));
    assertEquals(new Account(0, 4, "/root", List.of(4L)), resolve(":adm", PASSWD, GROUP));
  }

  @Test
  void takesTheUsersOwnGroupWhereNoneStandsAfterTheColon() throws Exception {
    assertEquals(resolve("www", PASSWD, GROUP), resolve("www:", PASSWD, GROUP));
  }

  @Test
  void refusesAGroupThatThereIsNot() {
    BundleException e = refused("www:nobody", PASSWD, GROUP);
    assertEquals("no group nobody in the image's /etc/group", e.getMessage());
    assertThrows(BundleException.UnknownUser.class, () -> resolveWithoutFiles("0:adm"));
  }

  @Test
  void hasNoHomeWhereTheEntryHasNone() throws Exception {
    assertEquals(new Account(40, 41, "", List.of(41L)), resolve("nohome", PASSWD, GROUP));
  }

  @Test
  void takesTheFirstOfSeveralEntries() throws Exception {
    assertEquals(1, resolve("a", "a:x:1:1::/1:\na:x:2:2::/2:\n", "").uid());
  }

  @Test
  void listsAGroupOnce() throws Exception {
    assertEquals(
        List.of(33L, 4L),
        resolve("www", PASSWD, "www:x:33:www\nadm:x:4:www\nagain:x:4:www\n").groups());
  }

  @Test
  void passesOverLinesThatAreNoEntries() throws Exception {
    String noise = "\n:\n# a comment\n+::::::\nshort:x:1\n::::::::\n";
    assertEquals(33, resolve("www", noise + PASSWD, noise + GROUP).uid());
    assertEquals(List.of(33L, 4L, 50L), resolve("www", noise + PASSWD, noise + GROUP).groups());
  }

  @Test
  void passesOverBytesThatAreNoText() throws Exception {
    byte[] passwd = {
      (byte) 0xff, (byte) 0xfe, 0, '\n', 'a', ':', ':', '5', ':', '6', ':', ':', ':'
    };
    assertEquals(
        5,
        Account.resolve(
                "a", path -> path.equals("/etc/passwd") ? Optional.of(passwd) : Optional.empty())
            .uid());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-1", "abc", "4294967295", "4294967296", "99999999999999999999", " 0"})
  void refusesAnEntryWhoseIdIsNone(String id) {
    String message = "the image's /etc/passwd has an entry with the id '" + id + "', which is none";
    assertEquals(message, refused("a", "a:x:" + id + ":1::/:\n", "").getMessage());
    assertEquals(message, refused("a", "a:x:1:" + id + "::/:\n", "").getMessage());
  }

  @Test
  void refusesAGroupWhoseIdIsNone() {
    String message = "the image's /etc/group has an entry with the id '', which is none";
    assertEquals(message, refused("0:g", PASSWD, "g:x::\n").getMessage());
    assertEquals(message, refused("www", PASSWD, "g:x::www\n").getMessage());
  }

  /* To the kernel 2^32 is root, and 2^32-1 is "as it is", which is root here. */
  @ParameterizedTest
  @ValueSource(strings = {"4294967295", "4294967296", "9999999999"})
  void refusesNumbersThatTheKernelWouldTakeForRoot(String id) {
    assertEquals(
        "the user " + id + " is no id: 4294967294 is the highest",
        refused(id, PASSWD, GROUP).getMessage());
    assertEquals(
        "the group " + id + " is no id: 4294967294 is the highest",
        refused("0:" + id, PASSWD, GROUP).getMessage());
  }

  @Test
  void takesTheHighestNumber() throws Exception {
    assertEquals(4294967294L, resolve("4294967294", PASSWD, GROUP).uid());
  }

  @Test
  void passesOnThatAFileCannotBeRead() {
    assertThrows(
        IOException.class,
        () ->
            Account.resolve(
                "www",
                path -> {
                  throw new IOException("broken");
                }));
  }

  private static Account resolve(String user, String passwd, String group)
      throws IOException, BundleException {
    Map<String, String> files = Map.of("/etc/passwd", passwd, "/etc/group", group);
    return Account.resolve(
        user,
        path ->
            Optional.ofNullable(files.get(path)).map(it -> it.getBytes(StandardCharsets.UTF_8)));
  }

  private static Account resolveWithoutFiles(String user) throws IOException, BundleException {
    return Account.resolve(user, path -> Optional.empty());
  }

  private static BundleException refused(String user, String passwd, String group) {
    return assertThrows(BundleException.class, () -> resolve(user, passwd, group));
  }
}
