package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.FrontOutput;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.ContainerView;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.OpenFlag;
import nsbox.snapshot.TreeTar;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox export`: the whole root file system of a container as a tar, without what is mounted in
/// it.
public final class ExportCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "export",
            "[OPTIONS] CONTAINER",
            "Write a container's root file system as a tar, whether it runs or not.");
    spec.addOption(text("FILE", "Write there, not to standard output", "-o", "--output"));
    spec.addOption(flag("The container that was created last", "-l", "--latest"));
    spec.addPositional(Model.optionalParameters("CONTAINER", "Name or ID"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Optional<String> output = optional(parsed, "--output");
    if (output.isEmpty() && session.invocation().outputIsTerminal()) {
      throw new Failure(
          "cowardly refusing to save to a terminal\n  Use the -o flag, or redirect standard output.");
    }
    session.prepare();
    ContainerChoice.One choice = ContainerChoice.one(parsed, session, positionals(parsed));
    if (!choice.rest().isEmpty()) {
      throw new Failure("export takes one container, not also " + choice.rest().getFirst());
    }
    session.events().container("export", choice.folder().record());
    List<String> changed;
    try (ContainerView view =
        ContainerView.bare(
            session.containers(),
            choice.folder(),
            session.images(),
            session.front(),
            session.caller())) {
      changed =
          output.isEmpty()
              ? write(view, new FrontOutput(session.front()))
              : writeFile(view, session.path(output.get()));
    }
    for (String path : changed) {
      session.front().err("nsbox: warning: /" + path + " changed while it was read\n");
    }
    return 0;
  }

  private static List<String> write(ContainerView view, OutputStream out) throws IOException {
    byte[] path = view.root().toString().getBytes(StandardCharsets.UTF_8);
    try (Fd root = Linux.openat2(Fd.NONE, path, OpenFlag.PATH | OpenFlag.DIRECTORY, 0, 0)) {
      List<String> changed = TreeTar.write(root, new byte[0], new byte[0], out);
      out.flush();
      return changed;
    }
  }

  /* Whole or not at all. What is no plain file is written to as it is. */
  private static List<String> writeFile(ContainerView view, Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      try (OutputStream out = Files.newOutputStream(file)) {
        return write(view, out);
      }
    }
    Path unfinished =
        file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid());
    try {
      List<String> changed;
      try (OutputStream out = Files.newOutputStream(unfinished)) {
        changed = write(view, out);
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      return changed;
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
