package nsbox.jib;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/// Finds the processes of one call of a helper again: they carry a variable with this value.
///
/// Jib keeps the process to itself, and a helper may be a script whose children hold its pipes.
///
/// @param value unlike that of any other call
record HelperMark(String value) {
  static final String VARIABLE = "NSBOX_CREDENTIAL_HELPER_CALL";

  static HelperMark make() {
    return new HelperMark(UUID.randomUUID().toString());
  }

  void kill() {
    String assignment = VARIABLE + "=" + value;
    ProcessHandle.allProcesses()
        .filter(process -> carries(process.pid(), assignment))
        .forEach(ProcessHandle::destroyForcibly);
  }

  private static boolean carries(long processId, String assignment) {
    try {
      byte[] environment =
          Files.readAllBytes(Path.of("/proc", Long.toString(processId), "environ"));
      String text = "\0" + new String(environment, StandardCharsets.ISO_8859_1);
      return text.contains("\0" + assignment + "\0");
    } catch (IOException e) {
      /* It has ended, or is another user's and so not ours. */
      return false;
    }
  }
}
