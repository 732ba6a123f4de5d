package nsbox.cli.oci;

import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.FrontInput;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.state.ResourceUpdate;
import nsbox.runtime.state.ResourceUpdate.ScopeChange;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.state.StateFolder.Status;
import nsbox.runtime.state.StoredState;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime update`: other limits for a container that is there.
public final class UpdateCommand implements Command {
  private static final int MOST_BYTES = 1 << 20;
  private static final List<String> KERNEL_MEMORY =
      List.of("--kernel-memory", "--kernel-memory-tcp");
  private static final List<String> RESOURCE_CONTROL =
      List.of("--l3-cache-schema", "--mem-bw-schema");

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        OciModel.command(
            "update", "ID", "Change the limits of a container. What is not named stays.");
    spec.addOption(
        text("FILE", "linux.resources as JSON, - for standard input", "-r", "--resources"));
    spec.addOption(text("N", "Weight for block devices, 10 to 1000", "--blkio-weight"));
    spec.addOption(text("N", "Period of the quota, in microseconds", "--cpu-period"));
    spec.addOption(text("N", "CPU time in a period, in microseconds; -1: all", "--cpu-quota"));
    spec.addOption(text("N", "Quota that may be saved up, in microseconds", "--cpu-burst"));
    spec.addOption(
        text("N", "Weight for CPU time, 1024 by default", "--cpu-share", "--cpu-shares"));
    spec.addOption(text("N", "Period for realtime, in microseconds", "--cpu-rt-period"));
    spec.addOption(text("N", "Realtime in a period, in microseconds", "--cpu-rt-runtime"));
    spec.addOption(text("LIST", "CPUs to use, such as 0-2,7", "--cpuset-cpus"));
    spec.addOption(text("LIST", "Memory nodes to use", "--cpuset-mems"));
    spec.addOption(text("SIZE", "Memory, such as 64m; -1: no limit", "--memory"));
    spec.addOption(text("SIZE", "Memory that is left to it if possible", "--memory-reservation"));
    spec.addOption(text("SIZE", "Memory and swap together; -1: no limit", "--memory-swap"));
    spec.addOption(text("N", "Processes and threads; -1: no limit", "--pids-limit"));
    spec.addOption(text("N", "1: only what CPU time nobody else wants", "--cpu-idle"));
    for (String option : KERNEL_MEMORY) {
      spec.addOption(text("SIZE", "Ignored: no kernel limits it any more", option));
    }
    for (String option : RESOURCE_CONTROL) {
      spec.addOption(text("SCHEMA", "Refused: nsbox sets up no Intel RDT", option));
    }
    spec.addPositional(Model.parameters("ID", "1", "The container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    for (String option : RESOURCE_CONTROL) {
      Optional<String> schema = optional(parsed, option);
      if (schema.isPresent() && !schema.get().isEmpty()) {
        throw new Failure(
            option + " " + schema.get() + ": this version of nsbox sets up no Intel RDT");
      }
    }
    Optional<String> file = optional(parsed, "--resources");
    JsonObject changes =
        file.isPresent() && !file.get().isEmpty()
            ? read(session, file.get())
            : new ChangedLimits(parsed).json();
    StateFolder folder = Containers.find(session, positionals(parsed).getFirst());
    try (FileChannel _ = folder.lock()) {
      if (folder.status() == Status.STOPPED) {
        throw new Failure("container not running");
      }
      StoredState state = Containers.state(folder);
      Optional<ScopeChange> scope =
          state.scope().isPresent()
              ? Optional.of(limits -> Scopes.change(session, state.scope().get(), limits))
              : Optional.empty();
      List<String> ignored = new ResourceUpdate(folder, state.cgroup(), scope).apply(changes);
      warn(parsed, session, ignored);
    }
    return 0;
  }

  private static void warn(ParseResult parsed, Session session, List<String> ignored)
      throws IOException {
    boolean asked = !ignored.isEmpty();
    for (String option : KERNEL_MEMORY) {
      asked |= optional(parsed, option).isPresent();
    }
    if (asked) {
      session
          .front()
          .err("nsbox-runtime: warning: limits of kernel memory are ignored: no kernel has them\n");
    }
  }

  private static JsonObject read(Session session, String file) throws Exception {
    if (!file.equals("-")) {
      return Json.parse(Files.readAllBytes(session.path(file)), file);
    }
    byte[] bytes = new FrontInput(session.front()).readNBytes(MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) {
      throw new Failure("standard input: more than " + MOST_BYTES + " bytes are no resources");
    }
    return Json.parse(bytes, "standard input");
  }
}
