package nsbox.e2e.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Options that shape the container's process.
final class ProcessTest extends FlagTests {
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --umask 0077                          | umask                               | 0077
          --umask 27                            | umask                               | 0027
          --oom-score-adj 500                   | cat /proc/self/oom_score_adj        | 500
          --ulimit nofile=100:200               | echo $(ulimit -n) $(ulimit -Hn)     | 100 200
          --ulimit nofile=64                    | echo $(ulimit -n) $(ulimit -Hn)     | 64 64
          --ulimit core=0 --ulimit core=1024    | ulimit -Hc                          | 2
          --ulimit RLIMIT_NPROC=50              | ulimit -u                           | 50
          --group-add wheel --group-add 777 -u 5:5 | id -G                            | 5 10 777
          --domainname d.test                   | cat /proc/sys/kernel/domainname     | d.test
          --init=false                          | echo $$                             | 1
          --init=true                           | cat /proc/1/comm                    | nsbox-init
          """)
  void sees(String flags, String script, String expected) throws Exception {
    assertEquals(expected + "\n", seen(flags, script));
  }

  @Test
  void isOfAnotherMachine() throws Exception {
    String own = nsbox.sh("setarch linux32 uname -m").expect(0).out();
    assertEquals(own, seen("--personality LINUX32", "uname -m"));
  }

  @Test
  void ranksVariablesAsPodmanDoes() throws Exception {
    Files.writeString(
        nsbox.folder.resolve("env"), "# comment\n\nA=file\nB=file with = and  \n  C\nD\nE*\r\n");
    Running running =
        nsbox.start(
            Map.of("A", "host", "B", "host", "C", "host", "E1", "one", "E2", "two", "X", "host"),
            java.util.List.of(
                "nsbox",
                "run",
                "--rm",
                "--env-host",
                "--env-file",
                "env",
                "-e",
                "A=flag",
                "--unsetenv",
                "X",
                ALPINE,
                "env"));
    Result result = running.finish().expect(0);
    for (String line :
        new String[] {
          "A=flag", "B=file with = and  ", "C=host", "E1=one", "E2=two", "HOME=/root"
        }) {
      assertTrue(("\n" + result.out()).contains("\n" + line + "\n"), line + " in\n" + result.out());
    }
    assertEquals(false, result.out().contains("X="), result.out());
    assertEquals(false, result.out().contains("D="), result.out());
    assertTrue(result.out().contains("PATH=/usr/local/sbin:"), "the image outranks the host");
  }

  @Test
  void leavesVariablesOut() throws Exception {
    /* Its HOME is from /etc/passwd, as everybody's. */
    assertEquals(
        new Result(0, "A=1\nHOME=/root\n", ""),
        nsbox.run("run", "--rm", "--unsetenv-all", "-e", "A=1", ALPINE, "/usr/bin/env"));
    Result result = nsbox.run("run", "--rm", "--unsetenv", "PATH", ALPINE, "/usr/bin/env");
    assertEquals("", grep(result.expect(0).out(), "PATH=.*"));
    assertEquals("HOME=/root\n", grep(result.out(), "HOME=.*"));
  }

  @Test
  void passesProxiesOnWhereAsked() throws Exception {
    Map<String, String> own = Map.of("HTTPS_PROXY", "http://p:1", "no_proxy", "x", "SECRET", "s");
    Result result =
        nsbox
            .start(own, java.util.List.of("nsbox", "run", "--rm", "--http-proxy", ALPINE, "env"))
            .finish();
    assertEquals("HTTPS_PROXY=http://p:1\nno_proxy=x\n", grep(result.out(), "(?i).*proxy.*"));
    assertEquals("", grep(result.out(), "SECRET.*"));
  }

  private static String grep(String text, String pattern) {
    StringBuilder found = new StringBuilder();
    text.lines()
        .filter(it -> it.matches(pattern))
        .sorted()
        .forEach(it -> found.append(it).append('\n'));
    return found.toString();
  }

  @Test
  void initReapsAndEndsAsTheCommandDoes() throws Exception {
    assertEquals(7, result("--init", "exit 7").code());
    assertEquals(128 + 9, result("--init", "kill -9 $$").code());
    assertEquals(127, nsbox.run("run", "--rm", "--init", ALPINE, "nosuch").code());
    /* What loses its parent is the init's, and no zombie is left of it. */
    assertEquals(
        "0\n", seen("--init", "(sleep 0.1 &) ; sleep 0.5; grep -l Z /proc/[0-9]*/stat | wc -l"));
  }

  @Test
  void initPassesSignalsOn() throws Exception {
    Running running =
        nsbox.start(
            "run",
            "--rm",
            "--init",
            ALPINE,
            "sh",
            "-c",
            "trap \"echo got; exit 3\" TERM; echo ready; while true; do sleep 0.1; done");
    running.awaitOut("ready");
    running.signal("TERM");
    Result result = running.finish();
    assertEquals(new Result(3, "ready\ngot\n", ""), result);
  }

  @Test
  void givesNoMoreThanTheCallerHas() throws Exception {
    String most = nsbox.sh("ulimit -Hn").out().strip();
    boolean mayRaise =
        nsbox
                .sh(
                    "capsh --print | grep -q '^Current:.*cap_sys_resource' || grep -q 'CapEff:.*ffffffff$' /proc/self/status")
                .code()
            == 0;
    Result result = result("--ulimit nofile=10:999999999", "ulimit -Hn");
    if (mayRaise) {
      return;
    }
    assertEquals(
        new Result(
            0,
            most + "\n",
            "nsbox: --ulimit nofile: the hard limit is "
                + most
                + ", the caller's own: to raise it takes CAP_SYS_RESOURCE\n"),
        result);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --ulimit nofile         | --ulimit nofile: expected NAME=SOFT[:HARD], or host
          --ulimit nofile=2:1     | --ulimit nofile=2:1: the soft limit must be less than or equal to the hard limit
          --umask 9               | --umask 9: expected an octal number up to 0777
          --group-add nosuch      | no group nosuch in the image's /etc/group
          --personality PDP11     | --personality PDP11: LINUX or LINUX32
          --env-file /nosuch      | --env-file /nosuch: cannot be read: no such file
          --entrypoint [\\"a       | --entrypoint ["a: no list of strings in JSON
          --label =x              | --label =x: no name before the equals sign
          --annotation x          | --annotation x: expected NAME=VALUE
          --stop-signal NOSUCH    | invalid signal: NOSUCH
          --stop-timeout -2       | --stop-timeout -2: expected a whole number from -1 to 2147483647
          --runtime runc          | --runtime runc: nsbox is its own runtime, nsbox-runtime
          --gpus all              | --gpus all: nsbox has no driver for GPUs\\n  Give it the devices: --device /dev/dri
          --replace               | cannot replace container without --name being set
          """)
  void refuses(String flags, String message) throws Exception {
    isRefused(message, flags);
  }
}
