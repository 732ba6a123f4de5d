package nsbox.engine;

import java.io.IOException;
import java.util.List;
import nsbox.runtime.program.Program;

/// The other side of the conversation: the `nsbox` process that the user called.
///
/// It owns the user's streams and does what only a small single-threaded program can do.
public interface Front {

  /// Prints to the user's standard output.
  void out(String text) throws IOException;

  /// Prints to the user's standard error.
  void err(String text) throws IOException;

  /// Prints bytes as they are, to standard output or standard error.
  void write(boolean error, byte[] bytes, int length) throws IOException;

  /// Reads from the user's standard input.
  ///
  /// @return how many bytes came, 0 at the end
  int read(byte[] buffer) throws IOException;

  /// Runs a program of host steps to its end.
  Outcome run(byte[] program) throws IOException;

  /// Who watches a container once it is started.
  enum Stay {
    /// The front itself; this planner has nobody to talk to any more.
    ATTACHED,
    /// A process apart, which nobody sees; the conversation goes on.
    DETACHED,
    /// Nobody of ours: the container is its caller's; the conversation goes on.
    NOT
  }

  /// Reads small files of each folder in a folder, for a cold JVM takes long to open each of them.
  ///
  /// @param most how many bytes of a file; what is longer is cut
  /// @return in no order; null where it cannot be had so, and must be read one by one
  default List<Gathered> gather(String folder, List<String> files, int most) throws IOException {
    return null;
  }

  /// What one folder has.
  ///
  /// @param files in the order that they were asked for in; null for one that cannot be read
  record Gathered(String name, byte[][] files) {}

  /// Starts a container.
  Outcome launch(Program program, Stay stay) throws IOException;

  /// Starts a container whose monitor is a process apart, and stays with it as its first client;
  /// this planner has nobody to talk to any more.
  default Outcome launch(Program program, Attachment attachment) throws IOException {
    throw new UnsupportedOperationException("a front that stays with nobody");
  }

  /// Attaches to a container that runs; then this planner has nobody to talk to any more.
  ///
  /// @param socket of the container's monitor
  default Outcome attach(String socket, Attachment attachment) throws IOException {
    throw new UnsupportedOperationException("a front that stays with nobody");
  }

  /// Has another monitor go on with a container whose monitor was killed.
  ///
  /// @param program that it was started by
  /// @return with an errno where somebody else was quicker, or where it cannot be taken over
  default Outcome adopt(byte[] program) throws IOException {
    throw new UnsupportedOperationException("a front that adopts nobody");
  }

  /// Has another monitor wait, as one did that was killed, to start its container again.
  ///
  /// @param program that it was started by
  /// @param exitCode that it ended with
  /// @return with an errno where somebody else was quicker, or where it is not to be started again
  default Outcome resume(byte[] program, int exitCode) throws IOException {
    throw new UnsupportedOperationException("a front that resumes nothing");
  }

  /// Runs the teardown of a program, and nothing else of it.
  default Outcome tearDown(byte[] program) throws IOException {
    throw new UnsupportedOperationException("a front that tears nothing down");
  }

  /// What a launch waits for, done by this planner.
  interface Interlude {
    /// @param pid of the process that waits
    void play(int pid) throws IOException;
  }

  /// Starts a container by a program that waits for the planner once.
  ///
  /// @param stay not [Stay#DETACHED]: this planner hears nothing of what is apart
  /// @throws IOException also if the interlude failed; then nothing is left of the container
  default Outcome launch(Program program, Stay stay, Interlude interlude) throws IOException {
    throw new UnsupportedOperationException("a front that waits for nobody");
  }

  /// How a program ended.
  ///
  /// @param errno 0 for success, else as of errno(3)
  /// @param section where it failed: 0 monitor, 1 init, 2 teardown
  /// @param index of the instruction that failed
  /// @param detail what errno does not say, such as what a hook wrote; may be empty
  record Outcome(int errno, int section, int index, String detail) {
    public boolean succeeded() {
      return errno == 0;
    }
  }
}
