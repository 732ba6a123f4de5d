package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;

/// HOME of a process that was given none.
final class HomeTest extends RealImageTests {
  private Path passwd() {
    return bundle().resolve("rootfs/etc/passwd");
  }

  private String home(String... environment) throws Exception {
    JsonObject config = config();
    JsonObject process = config.object("process");
    process.put("env", List.of(environment));
    process.put("user", new JsonObject().put("uid", 1000L).put("gid", 1000L));
    process.put("args", List.of("/bin/sh", "-c", "echo $HOME; env | grep -c ^HOME="));
    write(config.put("process", process));
    Result result = runtime("run", "-b", bundle().toString(), newId());
    assertEquals("", result.err());
    assertEquals(0, result.code());
    return result.out();
  }

  @Test
  void comesFromTheContainersPasswords() throws Exception {
    Files.writeString(passwd(), "root:x:0:0::/root:/bin/sh\nu:x:1000:5::/home/u:/bin/sh\n");
    assertEquals("/home/u\n1\n", home("PATH=/bin:/usr/bin"));
    assertEquals("/home/u\n1\n", home("HOME=", "PATH=/bin:/usr/bin", "HOME="));
    assertEquals("/set\n1\n", home("HOME=/set", "PATH=/bin:/usr/bin"));
  }

  @Test
  void isTheRootWhereNothingIsKnown() throws Exception {
    for (String line :
        List.of(
            "root:x:0:0::/root:/bin/sh\n",
            "u:x:1000:5:::/bin/sh\n",
            "u:x:1000\n",
            "u:x:1000x:5::/home/u:/bin/sh\n",
            "a".repeat(9000) + "\nu:x:1000:5::/home/u:/bin/sh\n")) {
      Files.writeString(passwd(), line);
      assertEquals("/\n1\n", home("PATH=/bin:/usr/bin"), line);
    }
    Files.delete(passwd());
    assertEquals("/\n1\n", home("PATH=/bin:/usr/bin"));
  }

  @Test
  void doesNotWaitForFilesThatAreNone() throws Exception {
    Files.deleteIfExists(passwd());
    nsbox.sh("mkfifo " + passwd()).expect(0);
    assertEquals("/\n1\n", home("PATH=/bin:/usr/bin"));
    Files.delete(passwd());
    try (RandomAccessFile huge = new RandomAccessFile(passwd().toFile(), "rw")) {
      huge.setLength(1L << 40);
    }
    assertEquals("/\n1\n", home("PATH=/bin:/usr/bin"));
    Files.delete(passwd());
  }

  @Test
  void doesNotComeFromTheHost() throws Exception {
    Path outside = nsbox.folder.resolve("outside");
    Files.writeString(outside, "u:x:1000:5::/outside:/bin/sh\n");
    Files.deleteIfExists(passwd());
    Files.createSymbolicLink(passwd(), outside);
    assertEquals("/\n1\n", home("PATH=/bin:/usr/bin"));
    Files.delete(passwd());
  }

  @Test
  void isThatOfWhomExecRunsAs() throws Exception {
    Files.writeString(passwd(), "root:x:0:0::/root:/bin/sh\nu:x:7:5::/home/u:/bin/sh\n");
    JsonObject config = config();
    JsonObject process = config.object("process").put("env", List.of("PATH=/bin:/usr/bin"));
    process.put("user", new JsonObject().put("uid", 0L).put("gid", 0L));
    process.put("args", List.of("sleep", "300"));
    write(config.put("process", process));
    String id = running();
    String[] words = {"exec", "-u", "7:5", id, "sh", "-c", "echo $HOME"};
    assertEquals(new Result(0, "/home/u\n", ""), runtime(words));
    assertEquals(new Result(0, "/root\n", ""), runtime("exec", id, "sh", "-c", "echo $HOME"));
    assertEquals(
        new Result(0, "/x\n", ""), runtime("exec", "-e", "HOME=/x", id, "sh", "-c", "echo $HOME"));
  }
}
