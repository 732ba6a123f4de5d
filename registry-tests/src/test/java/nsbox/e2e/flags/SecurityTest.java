package nsbox.e2e.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Options about what a container may do: what /proc/self/status says, and what works.
final class SecurityTest extends FlagTests {
  private static final String ALL = "the host's";

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                        | CapBnd      | 00000000800405fb
          --cap-add sys_admin --cap-drop CAP_CHOWN  | CapBnd      | 00000000802405fa
          --cap-add sys_admin --cap-drop CAP_CHOWN  | CapEff      | 00000000802405fa
          --cap-add SYS_ADMIN,NET_ADMIN             | CapEff      | 00000000802415fb
          --cap-drop ALL                            | CapBnd      | 0000000000000000
          --cap-drop all --cap-add kill             | CapEff      | 0000000000000020
          --cap-add ALL                             | CapBnd      | the host's
          --privileged                              | CapEff      | the host's
          --cap-drop all --cap-add kill -u 1000     | CapEff      | 0000000000000020
          --cap-drop all --cap-add kill -u 1000     | CapAmb      | 0000000000000020
          -u 1000                                   | CapEff      | 0000000000000000
          ''                                        | NoNewPrivs  | 0
          --security-opt no-new-privileges          | NoNewPrivs  | 1
          --security-opt=no-new-privileges:true     | NoNewPrivs  | 1
          --security-opt no-new-privileges=false    | NoNewPrivs  | 0
          ''                                        | Seccomp     | 2
          --security-opt seccomp=unconfined         | Seccomp     | 0
          --privileged                              | Seccomp     | 0
          --cap-add SYS_ADMIN                       | Seccomp     | 2
          --privileged=false                        | Seccomp     | 2
          """)
  void saysInItsStatus(String flags, String field, String expected) throws Exception {
    String value = expected.equals(ALL) ? ownBounding() : expected;
    assertEquals(
        field + ":\t" + value + "\n", seen(flags, "grep -w " + field + ": /proc/self/status"));
  }

  private static String ownBounding() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("CapBnd:")) {
        return line.substring(8);
      }
    }
    throw new AssertionError("no CapBnd");
  }

  @Test
  void filtersByTheCapabilitiesThatItHas() throws Exception {
    String mount = "mount -t tmpfs none /mnt 2>/dev/null && echo mounted || echo refused";
    assertEquals("refused\n", seen("", mount));
    assertEquals("mounted\n", seen("--cap-add SYS_ADMIN", mount));
    assertEquals("mounted\n", seen("--privileged", mount));
    assertEquals("refused\n", seen("--security-opt seccomp=unconfined", mount));
  }

  @Test
  void takesAProfile() throws Exception {
    Files.writeString(
        nsbox.folder.resolve("profile.json"),
        "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\",\"mkdirat\"],"
            + "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":13}]}");
    assertEquals(
        new Result(1, "", "mkdir: can't create directory '/x': Permission denied\n"),
        result("--security-opt seccomp=profile.json", "mkdir /x"));
  }

  @Test
  void isPrivileged() throws Exception {
    String seen =
        seen(
            "--privileged",
            "test -c /dev/kmsg && echo kmsg; mount | grep -E \" /(proc|sys)\" | grep -c \"(ro\";"
                + " test -w /proc/sys/kernel/msgmax && echo w; test -e /dev/pts/ptmx && echo pts");
    assertEquals("kmsg\n0\nw\npts\n", seen);
  }

  @Test
  void hidesAndShowsPaths() throws Exception {
    assertEquals("0\n", seen("--security-opt mask=/etc/passwd", "cat /etc/passwd | wc -c"));
    String masked = "grep -c -E \" /(proc|sys/)\" /proc/self/mounts";
    String some = seen("", masked).strip();
    assertEquals(
        "true\n",
        seen(
            "--security-opt systempaths=unconfined",
            "test $(" + masked + ") -lt " + some + " && echo true"));
    assertEquals(
        "true\n",
        seen("--security-opt unmask=ALL", "test $(" + masked + ") -lt " + some + " && echo true"));
    assertEquals(
        "w\n",
        seen("--security-opt unmask=/proc/sys", "test -w /proc/sys/kernel/msgmax && echo w"));
    assertEquals(
        "1\n",
        seen(
            "--security-opt proc-opts=hidepid=2",
            "grep -c \"^proc /proc .*hidepid=\" /proc/self/mounts"));
  }

  @Test
  void givesDevices() throws Exception {
    String node = "stat -c \"%F %t:%T\" ";
    assertEquals("character special file a:e5\n", seen("--device /dev/fuse", node + "/dev/fuse"));
    assertEquals(
        "character special file a:e5\n",
        seen("--device /dev/fuse:/dev/sub/other:r", node + "/dev/sub/other"));
    /* By number is not by node: whoever may make one may use it. */
    assertEquals(
        "used\n",
        seen(
            "--cap-add MKNOD --device-cgroup-rule \"c 10:229 rwm\"",
            "mknod /dev/f c 10 229 && : < /dev/f && echo used"));
    assertEquals(
        "refused\n",
        seen(
            "--cap-add MKNOD --device /dev/fuse:/dev/fuse:w",
            "head -c0 /dev/fuse 2>/dev/null || echo refused"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --cap-add NOSUCH              | --cap-add NOSUCH: unknown capability
          --cap-drop CAP_               | --cap-drop CAP_: unknown capability
          --cap-add KILL --cap-drop kill | capability CAP_KILL cannot be dropped and added at once
          --security-opt nosuch=1       | --security-opt nosuch=1: there is no security option nosuch
          --security-opt no-new-privileges=maybe | --security-opt no-new-privileges=maybe: true or false
          --security-opt seccomp=/nosuch | --security-opt seccomp=/nosuch: cannot read the profile /nosuch
          --security-opt mask=etc       | --security-opt mask=etc: etc is no absolute path
          --security-opt systempaths=x  | --security-opt systempaths=x: systempaths=unconfined
          --device /dev/nosuch          | --device /dev/nosuch: /dev/nosuch does not exist
          --device /etc/passwd          | --device /etc/passwd: /etc/passwd is not a device
          --device /dev/null:/x:rx      | --device /dev/null:/x:rx: expected DEVICE, DEVICE:PATH or DEVICE:PATH:rwm
          --device-cgroup-rule x        | --device-cgroup-rule 'x': expected a type, two numbers and rights: 'c 10:200 rwm'
          """)
  void refuses(String flags, String message) throws Exception {
    isRefused(message, flags);
  }
}
