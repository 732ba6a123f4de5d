package nsbox.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import nsbox.engine.CniCaller;
import nsbox.engine.Containers;
import nsbox.engine.DefaultFilter;
import nsbox.engine.Events;
import nsbox.engine.Front;
import nsbox.engine.ImageMounts;
import nsbox.engine.Images;
import nsbox.engine.StateRoots;
import nsbox.engine.Sweep;
import nsbox.registry.config.Surroundings;
import nsbox.runtime.state.ProcessIdentity;
import nsbox.snapshot.LayerLimits;

/// What a command works with: who called, the front, and the state that the global options name.
public final class Session {
  private final Invocation invocation;
  private final Front front;
  private final StateRoots roots;
  private final Optional<String> storageDriver;
  private final boolean debug;
  private final RuntimeOptions runtimeOptions;
  private final RuntimeLog log;
  private final Containers containers;

  /// For `nsbox` itself.
  ///
  /// @param storageDriver as the user wants it, a name that is one
  public Session(
      Invocation invocation,
      Front front,
      StateRoots roots,
      Optional<String> storageDriver,
      boolean debug) {
    this(invocation, front, roots, storageDriver, debug, RuntimeOptions.DEFAULT, RuntimeLog.NONE);
  }

  /// @param storageDriver as the user wants it, a name that is one
  /// @param runtimeOptions what a caller of `nsbox-runtime` wants, and the log that it named
  public Session(
      Invocation invocation,
      Front front,
      StateRoots roots,
      Optional<String> storageDriver,
      boolean debug,
      RuntimeOptions runtimeOptions,
      RuntimeLog log) {
    this.invocation = invocation;
    this.front = front;
    this.roots = roots;
    this.storageDriver = storageDriver;
    this.debug = debug;
    this.runtimeOptions = runtimeOptions;
    this.log = log;
    this.containers = new Containers(roots);
  }

  public Invocation invocation() {
    return invocation;
  }

  public Front front() {
    return front;
  }

  public StateRoots roots() {
    return roots;
  }

  /// What a caller of `nsbox-runtime` said before the command.
  public RuntimeOptions runtimeOptions() {
    return runtimeOptions;
  }

  public Containers containers() {
    return containers;
  }

  /// Where what happens is recorded.
  public Events events() {
    return new Events(roots);
  }

  /// By whom the plugins of CNI networks are called.
  public CniCaller cniCaller() {
    return new CniCaller(invocation.home() + "/bin/nsbox", invocation.environment());
  }

  /// The images that are mounted on the host.
  public ImageMounts imageMounts() {
    return new ImageMounts(roots, front);
  }

  /// The images; made anew on each call, so to be kept by the caller.
  ///
  /// @throws Failure if a variable says a wrong limit
  public Images images() throws IOException, Failure {
    return new Images(
        roots, Path.of(invocation.home(), "lib", "images"), storageDriver, layerLimits());
  }

  /// How far layers may expand.
  ///
  /// @throws Failure if a variable says a wrong limit
  public LayerLimits layerLimits() throws Failure {
    return LayerVariables.limits(invocation.environment());
  }

  /// Where the user's configuration of registries is looked for.
  public Surroundings surroundings() {
    return new Surroundings(
        invocation.environment(), Path.of("/" + invocation.directory()), Path.of("/"));
  }

  /// Tells what is only of interest with `--debug`, one line: in the log where there is one.
  public void debug(String sentence) throws IOException {
    if (debug && log.isThere()) {
      log.write(RuntimeLog.Level.DEBUG, sentence);
    } else if (debug) {
      front.err("debug: " + sentence + "\n");
    }
  }

  /// Whether the user wants to know more than the result. What costs something only to be told is
  /// not worked out without it.
  public boolean debugs() {
    return debug;
  }

  /// The system call filter that containers get.
  public DefaultFilter defaultFilter() throws IOException {
    return DefaultFilter.read(Path.of(invocation.home(), "lib", "seccomp"));
  }

  /// The user's `nsbox` process, which answers for whatever this command leaves half done.
  public ProcessIdentity caller() {
    return new ProcessIdentity(invocation.processId(), invocation.startTime());
  }

  /// A path of the user's, relative to where the user is.
  ///
  /// @throws Failure if the path is relative and the user's folder has been deleted
  public Path path(String text) throws Failure {
    if (invocation.directory().isEmpty() && !text.startsWith("/")) {
      throw new Failure(
          "the current folder has been deleted, so " + text + " is nowhere; use an absolute path");
    }
    return Path.of(invocation.directory()).resolve(text).normalize();
  }

  /// Makes the state's folders and puts in order what others left behind.
  public void prepare() throws IOException {
    roots.create();
    new Sweep(containers, front).run();
  }
}
