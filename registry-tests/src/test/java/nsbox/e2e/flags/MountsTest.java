package nsbox.e2e.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Options about what is mounted in a container: what its table says.
final class MountsTest extends FlagTests {
  /// Words of the line in /proc/self/mounts, and words that are not in it.
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --tmpfs /x                            | /x       | tmpfs rw nosuid nodev noexec      | size=
          --tmpfs /x:exec,size=1m,mode=700      | /x       | tmpfs rw size=1024k mode=700      | noexec
          --tmpfs /x:ro,size=50%                | /x       | tmpfs ro                          | rw
          --mount type=tmpfs,target=/x          | /x       | tmpfs nosuid nodev noexec         | mode=
          --mount type=tmpfs,dst=/x,tmpfs-size=2m,tmpfs-mode=0750 | /x | size=2048k mode=750 | exec,
          --mount type=bind,src=/etc,dst=/x     | /x       | rw                                | ro
          --mount type=bind,source=/etc,target=/x,readonly | /x | ro                           | rw
          --mount type=bind,source=/etc,target=/x,ro=true,bind-recursive=writable | /x | ro    | rw
          --mount type=bind,source=/etc,target=/x,readonly=false,noexec | /x | rw noexec       | ro
          -v /etc:/x:ro,noexec                  | /x       | ro noexec                         | rw
          --shm-size 1m                         | /dev/shm | tmpfs size=1024k                  | exec,
          --shm-size=0                          | /dev/shm | tmpfs                             | size=65536k
          --read-only --read-only-tmpfs         | /tmp     | tmpfs rw nosuid nodev             | ro
          --read-only                           | /        | overlay ro                        | rw
          """)
  void mounts(String flags, String target, String with, String without) throws Exception {
    String line = seen(flags, "grep \" " + target + " \" /proc/self/mounts");
    List<String> words = List.of(line.strip().split("[ ,]"));
    for (String word : with.split(" ")) {
      assertTrue(words.contains(word), word + " in " + line);
    }
    assertEquals(false, words.contains(without), without + " in " + line);
    assertEquals(false, without.endsWith("=") && line.contains(without), line);
  }

  @Test
  void mountsWhatLiesInOthersAfterThem() throws Exception {
    Files.createDirectories(nsbox.folder.resolve("inner"));
    Files.writeString(nsbox.folder.resolve("inner/file"), "inner");
    assertEquals(
        "file\nhosts\nhostname\nresolv.conf\n",
        seen(
            "-v ./inner:/x/y --tmpfs /x --tmpfs /etc",
            "ls /x/y; cd /etc; for f in hosts hostname resolv.conf; do test -s $f && echo $f; done"));
  }

  @Test
  void takesQuotedFields() throws Exception {
    Files.createDirectories(nsbox.folder.resolve("a,b"));
    Files.writeString(nsbox.folder.resolve("a,b/file"), "");
    assertEquals("file\n", seen("--mount 'type=bind,\"src=./a,b\",dst=/x'", "ls /x"));
  }

  @Test
  void showsTheTimeZone() throws Exception {
    assertEquals(nsbox.sh("TZ=Asia/Tokyo date +%z").out(), seen("--tz Asia/Tokyo", "date +%z"));
    isRefused("--tz No/Where: there is no file /usr/share/zoneinfo/No/Where", "--tz No/Where");
    isRefused("--tz ../../../etc/passwd: there is no file /etc/passwd", "--tz ../../../etc/passwd");
  }

  @Test
  void leavesTheImagesFilesOfEtc() throws Exception {
    assertEquals(
        "0\n",
        seen(
            "--no-hosts --no-hostname --dns none", "grep -c \" /etc/\" /proc/self/mounts || true"));
  }

  @Test
  void writesTheFilesOfEtc() throws Exception {
    assertEquals(
        "127.0.0.1\tlocalhost h h.d\n::1\tlocalhost ip6-localhost ip6-loopback\n10.0.0.1\ta\nfe80::1\tb\n10.0.0.2\tc d\n",
        seen(
            "--hostname h --domainname d --add-host a:10.0.0.1 --add-host b=[fe80::1] --add-host \"c;d:10.0.0.2\"",
            "cat /etc/hosts"));
    assertEquals(
        "search s.test t.test\nnameserver 9.9.9.9\nnameserver ::1\noptions ndots:2 debug\n",
        seen(
            "--dns 9.9.9.9 --dns=::1 --dns-search s.test --dns-search t.test --dns-option ndots:2 --dns-opt debug",
            "cat /etc/resolv.conf"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --tmpfs x                 | --tmpfs x: the target must be an absolute path
          --tmpfs /                 | --tmpfs /: the target must be an absolute path other than /
          --tmpfs /x:bogus          | --tmpfs /x:bogus: unknown option bogus of a tmpfs
          --tmpfs /x --tmpfs /x     | --tmpfs /x: duplicate mount destination
          -v /a:/x --tmpfs /x       | --tmpfs /x: duplicate mount destination
          --mount type=bind,dst=/x  | --mount type=bind,dst=/x: no source
          --mount type=bind,src=/nosuch,dst=/x | --mount type=bind,src=/nosuch,dst=/x: the source /nosuch does not exist
          --mount type=bind,src=/etc | --mount type=bind,src=/etc: the target must be an absolute path
          --mount type=nosuch,dst=/x | --mount type=nosuch,dst=/x: type nosuch; this version of nsbox mounts bind, image, tmpfs and volume
          --mount type=tmpfs,src=/a,dst=/x | --mount type=tmpfs,src=/a,dst=/x: a tmpfs has no source
          --mount type=tmpfs,dst=/x,bogus=1 | --mount type=tmpfs,dst=/x,bogus=1: unknown key bogus
          --mount type=bind,src=/a,dst=/x,ro=x | --mount type=bind,src=/a,dst=/x,ro=x: ro is x; true or false
          --mount type=bind,src=/a,dst=/x,bind-propagation=y | --mount type=bind,src=/a,dst=/x,bind-propagation=y: bind-propagation y; one of private rprivate slave rslave shared rshared unbindable runbindable
          --dns 1.2.3               | --dns 1.2.3: is not an ip address
          --dns none --dns-search a | --dns none excludes --dns-search and --dns-option
          --add-host a              | --add-host a: expected NAME:ADDRESS, as in db:10.0.0.5
          --add-host a:1.2.3.256    | --add-host a:1.2.3.256: expected NAME:ADDRESS, as in db:10.0.0.5
          --add-host a:host-gateway | --add-host a:host-gateway: this container's network has no gateway; name an address
          --no-hosts --add-host a:1.2.3.4 | --no-hosts and --add-host exclude each other
          """)
  void refuses(String flags, String message) throws Exception {
    isRefused(message, flags);
  }

  @Test
  void makesNoSourceOfAMount() throws Exception {
    Result result =
        nsbox.sh("nsbox run --rm --mount type=bind,src=./no,dst=/x " + ALPINE + " true");
    assertEquals(125, result.code());
    assertEquals(false, Files.exists(nsbox.folder.resolve("no")));
  }
}
