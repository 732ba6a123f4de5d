package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;

/// What systemd gives a service reaches the container.
final class ServiceSocketsTest extends RealImageTests {

  private static final String PYTHON = "/usr/bin/python3";

  /* Alpine has nothing that sends a datagram to a path; the host's Python has. */
  private void pythonOfTheHost(String script) throws Exception {
    assumeTrue(Files.isExecutable(Path.of(PYTHON)), "no " + PYTHON);
    JsonObject config = config();
    List<Object> mounts = new ArrayList<>(config.objects("mounts"));
    for (String folder : List.of("/usr", "/lib", "/lib64")) {
      if (Files.isDirectory(Path.of(folder))) {
        mounts.add(
            new JsonObject()
                .put("destination", folder)
                .put("type", "bind")
                .put("source", folder)
                .put("options", List.of("rbind", "ro")));
      }
    }
    JsonObject process = config.object("process");
    process.put("args", List.of(PYTHON, "-c", script));
    write(config.put("mounts", mounts).put("process", process));
  }

  @Test
  void canSayThatTheyAreReady() throws Exception {
    String original = config().toString();
    pythonOfTheHost(
        "import os, socket\n"
            + "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
            + "s.sendto(b'READY=1\\nSTATUS=well', os.environ['NOTIFY_SOCKET'])\n"
            + "print(os.environ['NOTIFY_SOCKET'])\n");
    Path heard = nsbox.folder.resolve("heard");
    Path socket = nsbox.folder.resolve("notify.sock");
    Process listener = listener(socket, heard);
    try {
      Nsbox.await("the socket", () -> Files.exists(socket));
      Map<String, String> environment = Map.of("NOTIFY_SOCKET", socket.toString());
      assertEquals(
          new Result(0, "/run/notify/notify.sock\n", ""),
          start(environment, "run", "-b", bundle().toString(), newId()).finish());
      assertEquals(0, listener.waitFor());
    } finally {
      listener.destroyForcibly().waitFor();
    }
    assertEquals("b'READY=1\\nSTATUS=well'\n", Files.readString(heard));
    write(Json.parse(original.getBytes(java.nio.charset.StandardCharsets.UTF_8), "was"));
  }

  private static Process listener(Path socket, Path heard) throws Exception {
    String script =
        "import socket, sys\n"
            + "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
            + "s.bind(sys.argv[1])\n"
            + "s.settimeout(20)\n"
            + "print(repr(s.recv(1000)))\n";
    return new ProcessBuilder(PYTHON, "-c", script, socket.toString())
        .redirectOutput(heard.toFile())
        .start();
  }

  @Test
  void cannotBeAbstract() throws Exception {
    assertEquals(
        new Result(
            1,
            "",
            "nsbox-runtime: NOTIFY_SOCKET=@here: only a socket with an absolute path can be"
                + " mounted\n"),
        start(Map.of("NOTIFY_SOCKET", "@here"), "run", "-b", bundle().toString(), newId())
            .finish());
  }

  private static final String WHO_LISTENS =
      "echo $LISTEN_FDS [$LISTEN_FDNAMES] $LISTEN_PID $$; readlink /proc/self/fd/3; ls /proc/$$/fd";

  /// Calls nsbox-runtime as systemd would, with one socket; `exec` keeps the pid.
  private Result withASocket(String variables, String... words) throws Exception {
    Files.writeString(nsbox.folder.resolve("third"), "");
    StringBuilder command = new StringBuilder("export LISTEN_PID=$$ LISTEN_FDS=1 ");
    command.append(variables).append("; exec 3<third; exec nsbox-runtime --root ").append(root());
    for (String word : words) {
      command.append(" '").append(word).append('\'');
    }
    return nsbox.sh(command.toString());
  }

  private static void isOf(String pid, String names, Result result) {
    assertEquals("", result.err());
    assertEquals(0, result.code());
    List<String> lines = result.out().lines().toList();
    String first = lines.getFirst();
    assertTrue(first.startsWith("1 [" + names + "] "), first);
    String[] words = first.split(" ");
    assertEquals(words[3], words[2], first);
    assertTrue(words[2].matches(pid), first);
    assertEquals(List.of("0", "1", "2", "3"), lines.subList(2, 6));
  }

  @Test
  void listenFromTheThirdDescriptorOn() throws Exception {
    command("sh", "-c", WHO_LISTENS);
    isOf("1", "", withASocket("", "run", "-b", bundle().toString(), newId()));
  }

  @Test
  void listenUnderTheirNamesAndByThePidThatTheyHave() throws Exception {
    JsonObject before = config();
    command("sh", "-c", WHO_LISTENS);
    JsonObject config = config();
    List<Object> namespaces = new ArrayList<>();
    for (JsonObject namespace : config.object("linux").objects("namespaces")) {
      if (!namespace.string("type").equals("pid")) {
        namespaces.add(namespace);
      }
    }
    write(config.put("linux", config.object("linux").put("namespaces", namespaces)));
    try {
      isOf(
          "[0-9]{2,}",
          "web",
          withASocket("LISTEN_FDNAMES=web", "run", "-b", bundle().toString(), newId()));
    } finally {
      write(before);
    }
  }

  @Test
  void listenAlsoAsAFurtherProcess() throws Exception {
    command("sleep", "1000");
    String id = running();
    isOf("[0-9]+", "web", withASocket("LISTEN_FDNAMES=web", "exec", id, "sh", "-c", WHO_LISTENS));
    assertEquals(
        new Result(0, "[] []\n", ""),
        runtime("exec", id, "sh", "-c", "echo [$LISTEN_FDS] [$LISTEN_PID]"));
  }

  /* What a created container was given is not for who joins it later: they lack the descriptors. */
  @Test
  void areForOneProcessAlone() throws Exception {
    command("sleep", "1000");
    String id = newId();
    assertEquals(
        new Result(0, "", ""), withASocket("", "run", "-d", "-b", bundle().toString(), id));
    assertEquals(
        new Result(0, "[] []\n", ""),
        runtime("exec", id, "sh", "-c", "echo [$LISTEN_FDS] [$LISTEN_PID]"));
  }

  @Test
  void areNotForWhomTheyWereNotMeant() throws Exception {
    command("sh", "-c", "echo [$LISTEN_FDS] [$LISTEN_PID]");
    String run = " nsbox-runtime --root " + root() + " run -b " + bundle() + " " + newId();
    assertEquals(
        new Result(0, "[] []\n", ""),
        nsbox.sh("export LISTEN_PID=1 LISTEN_FDS=1; exec 3</dev/null; exec" + run));
  }
}
