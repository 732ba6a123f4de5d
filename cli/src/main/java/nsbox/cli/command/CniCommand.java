package nsbox.cli.command;

import static nsbox.cli.Model.positionals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.CniCall;
import nsbox.engine.CniCaller;
import nsbox.engine.ContainerFolder;
import nsbox.json.Json;
import nsbox.network.NetworkException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox __cni add|delete ID INTERFACE`: has plugins put a container on a network, or take it off.
///
/// A container's monitor calls it as it calls hooks. It puts nothing in order before, for it may be
/// a part of that.
public final class CniCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            CniCaller.COMMAND, "add|delete ID INTERFACE", "Call the plugins of a CNI network.");
    spec.addPositional(
        Model.parameters("WORD", "3", "What to do, the container's ID, and its interface"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = positionals(parsed);
    ContainerFolder folder = session.containers().folder(words.get(1));
    CniCall call =
        new CniCall(session.roots(), folder, session.front(), session.invocation().environment());
    try {
      switch (words.getFirst()) {
        case CniCaller.ADD -> call.add(pid(session), words.get(2));
        case CniCaller.DELETE -> call.delete(words.get(2));
        default ->
            throw new Failure(CniCaller.COMMAND + ": add or delete, not " + words.getFirst());
      }
    } catch (NetworkException e) {
      throw new Failure(e.getMessage(), e);
    }
    return 0;
  }

  /* As hooks are told it. */
  private static int pid(Session session) throws IOException {
    ByteArrayOutputStream state = new ByteArrayOutputStream();
    byte[] piece = new byte[1024];
    for (int n = session.front().read(piece); n > 0; n = session.front().read(piece)) {
      state.write(piece, 0, n);
    }
    return (int) Json.parse(state.toByteArray(), "the state on standard input").number("pid");
  }
}
