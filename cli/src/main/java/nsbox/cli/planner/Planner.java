package nsbox.cli.planner;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import nsbox.cli.Command;
import nsbox.cli.Failure;

/// The JVM's side of `nsbox`: hears what the user wants, plans it, and is gone. Start reading here.
///
/// `nsbox` (C) starts one planner for each command and talks to it over standard input and output.
public final class Planner {
  private Planner() {}

  public static void main(String[] arguments) throws IOException {
    serve(new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out));
    /* Nothing of this process is worth an orderly end, and the user waits. */
    Runtime.getRuntime().halt(0);
  }

  /// Answers one front, from its invocation to its exit code or its launch.
  static void serve(InputStream in, OutputStream out) throws IOException {
    FrontChannel front = new FrontChannel(in, out);
    int code;
    try {
      code = Commands.run(front.invocation(), front);
    } catch (IOException e) {
      front.err("nsbox: " + e.getMessage() + "\n");
      code = Failure.NSBOX;
    }
    if (code != Command.LAUNCHED) {
      front.exit(code);
    }
  }
}
