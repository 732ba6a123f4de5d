package nsbox.cli.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import nsbox.cli.RuntimeOptions.Rootless;
import nsbox.cli.Session;
import nsbox.cli.UserNamespace;
import nsbox.runtime.plan.Rights;

/// The effective ids of whoever called.
record Caller(long uid, long gid) {
  private static final String PROGRAMS = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin";

  private static final int EFFECTIVE = 2;

  /// What the caller may do, and is content with.
  static Rights rights(Session session) throws IOException {
    boolean root = session.invocation().userId() == 0;
    boolean ofHost = root && UserNamespace.isInitial();
    Rootless rootless = session.runtimeOptions().rootless();
    boolean cgroupsOptional = rootless == Rootless.YES || rootless == Rootless.AUTO && !ofHost;
    if (root) {
      return new Rights(ofHost, true, 0, 0, cgroupsOptional, Optional.empty(), Optional.empty());
    }
    Caller caller = of(session.invocation().processId());
    String path = session.invocation().environment().getOrDefault("PATH", "") + ":" + PROGRAMS;
    return new Rights(
        false,
        false,
        caller.uid(),
        caller.gid(),
        cgroupsOptional,
        find("newuidmap", path),
        find("newgidmap", path));
  }

  private static Optional<String> find(String program, String path) {
    for (String folder : path.split(":")) {
      Path file = Path.of(folder, program);
      if (file.isAbsolute() && Files.isExecutable(file)) {
        return Optional.of(file.toString());
      }
    }
    return Optional.empty();
  }

  /// @throws IOException if the process is gone
  static Caller of(int processId) throws IOException {
    long uid = -1;
    long gid = -1;
    Path file = Path.of("/proc", Integer.toString(processId), "status");
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("Uid:")) {
        uid = Long.parseLong(line.split("\t")[EFFECTIVE]);
      } else if (line.startsWith("Gid:")) {
        gid = Long.parseLong(line.split("\t")[EFFECTIVE]);
      }
    }
    if (uid < 0 || gid < 0) {
      throw new IOException(file + ": names no user or no group");
    }
    return new Caller(uid, gid);
  }
}
