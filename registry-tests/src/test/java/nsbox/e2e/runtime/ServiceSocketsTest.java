package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

  @Test
  void listenFromTheThirdDescriptorOn() throws Exception {
    command(
        "sh", "-c", "echo $LISTEN_FDS $LISTEN_PID $$; readlink /proc/self/fd/3; ls /proc/$$/fd");
    String run = " nsbox-runtime --root " + root() + " run -b " + bundle() + " " + newId();
    Files.writeString(nsbox.folder.resolve("third"), "");
    Result result = nsbox.sh("export LISTEN_PID=$$ LISTEN_FDS=1; exec 3<third; exec" + run);
    assertEquals("", result.err());
    List<String> lines = result.out().lines().toList();
    assertEquals("1 1 1", lines.getFirst());
    assertEquals(List.of("0", "1", "2", "3"), lines.subList(2, 6));
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
