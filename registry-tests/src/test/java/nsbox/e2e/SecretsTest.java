package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What containers are to know and images are not.
final class SecretsTest extends NamedContainers {
  private static final String WORD = "open-sesame-4711";

  @AfterEach
  void forget() throws Exception {
    nsbox.removeContainers();
    nsbox.run("secret", "rm", "-a").expect(0);
  }

  private String sh(String script) throws Exception {
    return nsbox.sh(script).expect(0).out();
  }

  private void refused(String message, String... words) throws Exception {
    Result result = nsbox.run(words);
    assertEquals("nsbox: " + message + "\n", result.err());
    assertEquals("", result.out());
    assertTrue(result.code() != 0, result.toString());
  }

  @Test
  void areKeptForRootAlone() throws Exception {
    String id = sh("printf " + WORD + " | nsbox secret create -l a=b word -").strip();
    assertEquals(25, id.length(), id);
    Path file = nsbox.root.resolve("secrets/word");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
    assertTrue(
        sh("nsbox secret ls")
            .matches(
                "ID +NAME +DRIVER +CREATED +UPDATED\n"
                    + id
                    + " +word +file +Less than a second ago.*\n|"
                    + "ID +NAME +DRIVER +CREATED +UPDATED\n"
                    + id
                    + " +word +file +\\d+ seconds? ago.*\n"),
        sh("nsbox secret ls"));
    assertEquals(id + "\n", sh("nsbox secret ls -q --filter name=wor"));
    assertEquals("", sh("nsbox secret ls -q --filter name=other"));
    assertEquals(
        "word b file\n",
        sh(
            "nsbox secret inspect -f '{{.Spec.Name}} {{.Spec.Labels.a}} {{.Spec.Driver.Name}}' "
                + id));
    assertEquals(false, sh("nsbox secret inspect word").contains(WORD));
    assertEquals(WORD + "\n", sh("nsbox secret inspect --showsecret -f '{{.SecretData}}' word"));
    nsbox.run("secret", "exists", "word").expect(0);
    assertEquals(id + "\n", sh("nsbox secret rm " + id.substring(0, 8)));
    assertEquals(new Result(1, "", ""), nsbox.run("secret", "exists", "word"));
    refused("no secret with name or id \"word\": no such secret", "secret", "rm", "word");
    assertEquals(List.of(), Nsbox.entries(nsbox.root.resolve("secrets")));
  }

  @Test
  void haveANameOnce() throws Exception {
    String id = sh("printf one > one; printf two > two; nsbox secret create word one");
    refused("word: secret name in use", "secret", "create", "word", "two");
    assertEquals(id, sh("nsbox secret create --ignore word two"));
    assertEquals("one\n", sh("nsbox secret inspect --showsecret -f '{{.SecretData}}' word"));
    assertEquals(id, sh("nsbox secret create --replace word two"));
    assertEquals("two\n", sh("nsbox secret inspect --showsecret -f '{{.SecretData}}' word"));
    sh("W=three nsbox secret create --env --replace word W");
    assertEquals("three\n", sh("nsbox secret inspect --showsecret -f '{{.SecretData}}' word"));
    String size = "secret data must be larger than 0 and at most 512000 bytes";
    sh("head -c 512000 /dev/zero > most; head -c 512001 /dev/zero > more");
    refused(size, "secret", "create", "big", "more");
    refused(size, "secret", "create", "big", "/dev/null");
    sh("nsbox secret create big most");
    refused("open nothing: no such file or directory", "secret", "create", "x", "nothing");
    assertEquals(125, nsbox.run("secret", "create", "a/b", "one").code());
    assertEquals(List.of("big", "word"), Nsbox.entries(nsbox.root.resolve("secrets")));
  }

  @Test
  void areFilesOfTheContainer() throws Exception {
    sh("printf " + WORD + " | nsbox secret create word -");
    String look = "stat -c \"%a %u:%g %n\" /run/secrets/* /x; cat /run/secrets/word /x";
    assertEquals(
        "444 0:0 /run/secrets/word\n440 7:8 /x\n" + WORD + WORD,
        sh(
            "nsbox run --rm --secret word --secret word,target=/x,uid=7,gid=8,mode=0440 "
                + ALPINE
                + " sh -c '"
                + look
                + "'"));
    assertEquals(
        "400 5:0 /run/secrets/a/b\n",
        sh(
            "nsbox run --rm --uidmap 0:100000:65536 --secret source=word,target=a/b,uid=5,mode=400 "
                + ALPINE
                + " stat -c '%a %u:%g %n' /run/secrets/a/b"));
    Result write =
        nsbox.sh("nsbox run --rm --secret word " + ALPINE + " sh -c 'echo > /run/secrets/word'");
    assertTrue(write.err().contains("Read-only file system"), write.toString());
    assertEquals(
        WORD,
        sh(
            "nsbox run --rm --tmpfs /run --read-only --secret word "
                + ALPINE
                + " cat /run/secrets/word"));
  }

  /* As podman does: files are those of the creation. */
  @Test
  void stayAsTheyWereCreated() throws Exception {
    sh("printf " + WORD + " | nsbox secret create word -");
    sh("nsbox create --name kept --secret word " + ALPINE + " cat /run/secrets/word");
    sh("printf other | nsbox secret create --replace word -");
    assertEquals(WORD, sh("nsbox start -a kept"));
    sh("nsbox secret rm word");
    assertEquals(WORD, sh("nsbox start -a kept"));
    assertEquals(
        "word 0 0 292\n",
        sh(
            "nsbox inspect -f '{{range .Config.Secrets}}{{.Name}} {{.UID}} {{.GID}} {{.Mode}}{{end}}' kept"));
  }

  @Test
  void areVariablesThatNoDocumentHas() throws Exception {
    sh("printf " + WORD + " | nsbox secret create word -");
    sh("nsbox run -d --name knows --secret word,type=env,target=W " + ALPINE + " sleep 300");
    assertEquals(WORD + "\n", sh("nsbox exec knows sh -c 'echo $W'"));
    assertEquals(
        WORD + "\n",
        sh("nsbox exec knows sh -c 'tr \"\\0\" \"\\n\" < /proc/1/environ | sed -n s/^W=//p'"));
    assertEquals(false, sh("nsbox inspect knows").contains(WORD));
    assertEquals("", sh("grep -rl " + WORD + " " + nsbox.root + "/containers || true"));
    sh("nsbox commit knows learnt");
    assertEquals("\n", sh("nsbox run --rm learnt sh -c 'echo $W'"));
    sh("nsbox rmi learnt; nsbox stop -t 0 knows; nsbox secret rm word");
    Result start = nsbox.run("start", "knows");
    assertEquals(125, start.code());
    assertTrue(
        start.err().contains("needs the secret word, which has been removed: no such secret"),
        start.err());
  }

  @Test
  void areInNoImage() throws Exception {
    sh("printf " + WORD + " | nsbox secret create word -");
    sh("nsbox run --name saw --secret word --secret word,target=/x/y " + ALPINE + " true");
    sh("nsbox commit saw from-saw");
    assertEquals(
        "0\n",
        sh("nsbox run --rm from-saw sh -c 'cat /x/y /run/secrets/word 2>/dev/null | wc -c'"));
    assertEquals("0\n", sh("nsbox export saw | grep -c " + WORD + " || true"));
    assertEquals(
        false, sh("nsbox run --explain --secret word,type=env " + ALPINE + " true").contains(WORD));
    sh("nsbox rmi from-saw");
  }

  @Test
  void areRefusedWhereTheyCannotBe() throws Exception {
    sh("printf x | nsbox secret create word -");
    String[][] cases = {
      {"nothing", "no secret with name or id \"nothing\": no such secret"},
      {"word,type=file", "--secret word,type=file: type file is invalid: mount or env"},
      {"word,type=env,uid=1", "--secret word,type=env,uid=1: uid, gid and mode are for type=mount"},
      {"word,target=..", "--secret word,target=..: .. is no path of a file"},
      {"word,mode=rw", "--secret word,mode=rw: mode=rw: expected a number"},
      {"word,shade=1", "--secret word,shade=1: unknown option shade=1"},
    };
    for (String[] one : cases) {
      refused(one[1], "run", "--rm", "--secret", one[0], ALPINE, "true");
    }
    assertEquals(List.of(), nsbox.containers());
  }
}
