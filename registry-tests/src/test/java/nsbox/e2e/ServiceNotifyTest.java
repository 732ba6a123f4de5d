package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Containers as services: who tells the one that started them that they are ready.
final class ServiceNotifyTest extends NamedContainers {
  private static final String LISTEN =
      """
      import socket, sys
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      name = sys.argv[1]
      s.bind('\\0' + name[1:] if name[0] == '@' else name)
      open(sys.argv[2], 'w').write('')
      s.settimeout(20)
      for i in range(int(sys.argv[3])):
          heard = s.recv(1000).decode().replace('\\n', ' ')
          open(sys.argv[2], 'a').write(heard + '\\n')
      """;

  private record Listener(Process process, String socket, Path heard) {
    List<String> end() throws Exception {
      assertEquals(0, process.waitFor());
      return Files.readAllLines(heard);
    }
  }

  private Listener listener(String socket, int messages) throws Exception {
    Path heard = Files.createTempFile(nsbox.folder, "heard", "");
    Files.delete(heard);
    Process process =
        new ProcessBuilder(
                program("python3"), "-c", LISTEN, socket, heard.toString(), "" + messages)
            .inheritIO()
            .start();
    Nsbox.await("the socket", () -> Files.exists(heard));
    return new Listener(process, socket, heard);
  }

  private String socket(String name) {
    return nsbox.folder.resolve(name).toString();
  }

  private Result run(Listener listener, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("nsbox"));
    command.addAll(List.of(words));
    return nsbox.start(Map.of("NOTIFY_SOCKET", listener.socket()), command).finish();
  }

  private String monitor(String id) throws Exception {
    return Files.readString(nsbox.runRoot.resolve(id).resolve("monitor")).split(" ")[0];
  }

  @Test
  void isToldByTheMonitorOnceTheContainerRuns() throws Exception {
    for (String socket : List.of(socket("conmon.sock"), "@" + socket("conmon"))) {
      Listener listener = listener(socket, 2);
      String script = "env; ls /run; sleep 300";
      String id =
          run(
                  listener,
                  "run",
                  "-d",
                  "--name",
                  "box",
                  "--sdnotify",
                  "conmon",
                  ALPINE,
                  "sh",
                  "-c",
                  script)
              .expect(0)
              .out()
              .strip();
      String first = monitor(id);
      Nsbox.await("its words", () -> nsbox.run("logs", "box").out().contains("PATH="));
      assertTrue(!nsbox.run("logs", "box").out().toLowerCase().contains("notify"));
      nsbox.run("stop", "-t", "0", "box").expect(0);
      run(listener, "start", "box").expect(0);
      String second = monitor(id);
      assertEquals(
          List.of("MAINPID=" + first + " READY=1", "MAINPID=" + second + " READY=1"),
          listener.end());
      nsbox.run("rm", "-f", "box").expect(0);
    }
  }

  @Test
  void isToldByTheContainerItself() throws Exception {
    Listener listener = listener(socket("container.sock"), 2);
    List<String> words =
        new ArrayList<>(List.of("run", "--name", "box", "--sdnotify", "container"));
    for (String folder : List.of("/usr", "/lib", "/lib64")) {
      if (Files.isDirectory(Path.of(folder))) {
        words.addAll(List.of("-v", folder + ":" + folder + ":ro"));
      }
    }
    String say =
        "import os, socket, time; time.sleep(0.5);"
            + " socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)"
            + ".sendto(b'READY=1', os.environ['NOTIFY_SOCKET'])";
    words.addAll(List.of(ALPINE, "/usr/bin/python3", "-c", say));
    run(listener, words.toArray(new String[0])).expect(0);
    List<String> heard = listener.end();
    assertTrue(heard.getFirst().matches("MAINPID=[0-9]+"), heard.toString());
    assertEquals("READY=1", heard.getLast());
    /* Without a socket of its caller's it has none. */
    Result result = nsbox.run("start", "-a", "box");
    assertTrue(result.err().contains("KeyError: 'NOTIFY_SOCKET'"), result.err());
  }

  @Test
  void isNotToldUnlessAskedFor() throws Exception {
    Listener listener = listener(socket("ignore.sock"), 1);
    for (String option : List.of("--sdnotify=ignore", "--quiet")) {
      Result result = run(listener, "run", "--rm", option, ALPINE, "sh", "-c", "env; ls /run");
      assertEquals(0, result.code());
      assertTrue(!result.out().toLowerCase().contains("notify"), result.out());
    }
    assertEquals(List.of(), Files.readAllLines(listener.heard()));
    listener.process().destroy();
    listener.process().waitFor();
  }

  @Test
  void runsAlsoWhereNobodyListens() throws Exception {
    Listener nobody = new Listener(null, socket("nobody.sock"), null);
    Result result = run(nobody, "run", "--rm", "--sdnotify", "conmon", ALPINE, "echo", "runs");
    assertEquals("0 runs\n", result.code() + " " + result.out());
    assertTrue(result.err().contains("nobody.sock"), result.err());
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: --sdnotify soon: invalid sdnotify mode; use container, conmon or ignore\n"),
        nsbox.run("run", "--sdnotify", "soon", ALPINE, "true"));
  }
}
