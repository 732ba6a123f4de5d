package nsbox.engine;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.runtime.plan.Launch;
import nsbox.runtime.state.ProcessIdentity;

/// The files of one container.
///
/// @param lasting what outlives a reboot: `<root>/containers/<id>`
/// @param running what goes with its process: `<run root>/<id>`
public record ContainerFolder(String id, Path lasting, Path running) {

  private static final int END_LOOKS = 100;
  private static final int END_LOOK_MILLISECONDS = 5;

  static ContainerFolder of(StateRoots roots, String id) {
    return new ContainerFolder(id, roots.containers().resolve(id), roots.run().resolve(id));
  }

  public Path recordFile() {
    return lasting.resolve("container.json");
  }

  /// What the user asked for, in docker's words: `Config` and `HostConfig`. Only `inspect` reads
  /// it.
  public Path settingsFile() {
    return lasting.resolve("settings.json");
  }

  /// "SECONDS NANOS" since the epoch of the last start. Without it the container never ran.
  public Path startedFile() {
    return lasting.resolve("started");
  }

  /// There while a user wants the container not to run: no restart policy starts it again.
  public Path stoppedFile() {
    return lasting.resolve("stopped");
  }

  /// There while the container is paused.
  public Path pausedFile() {
    return running.resolve("paused");
  }

  /// The name that the container got while it ran; its monitor knows only the one before.
  Path renamedFile() {
    return running.resolve("renamed");
  }

  /// Held by whoever changes what is kept of the container, or pauses it.
  public Path lockFile() {
    return lasting.resolve("lock");
  }

  /// How often its monitor has started it again since a user did.
  public Path restartsFile() {
    return lasting.resolve("restarts");
  }

  public Path configFile() {
    return lasting.resolve("config.json");
  }

  /// Where the container's files are: its changes, or all of them. Each driver has another.
  public List<Path> trees() {
    return List.of(lasting.resolve("upper"), lasting.resolve("rootfs"));
  }

  public Path log() {
    return lasting.resolve("log");
  }

  public Path exitFile() {
    return lasting.resolve("exit");
  }

  public Path monitorFile() {
    return running.resolve("monitor");
  }

  public Path processFile() {
    return running.resolve("process");
  }

  /// How it fares, as long as it runs and is asked: see [Health].
  public Path healthFile() {
    return running.resolve("health");
  }

  /// Where clients find its monitor.
  public Path attachSocket() {
    return running.resolve("attach");
  }

  /// The program that it was started by: how to watch over it, and how to take it back.
  public Path programFile() {
    return running.resolve("program");
  }

  /// How a further process of it is started, but for its command; one that has input has a file of
  /// its own.
  public Path execProgramFile(boolean input) {
    return running.resolve(input ? "exec-i.program" : "exec.program");
  }

  /// Held by its monitor.
  public Path monitorLockFile() {
    return running.resolve("lock");
  }

  /// Where the overlay is mounted, in the container's own mount namespace; empty on the host.
  public Path mountPoint() {
    return running.resolve("rootfs");
  }

  public Launch.Records records() {
    return new Launch.Records(
        monitorFile().toString(), processFile().toString(), exitFile().toString());
  }

  /// @throws DamagedContainerException if it cannot be read
  public ContainerRecord record() throws IOException {
    try {
      return new ContainerRecord(
          Json.parse(Files.readAllBytes(recordFile()), recordFile().toString()));
    } catch (JsonException e) {
      throw new DamagedContainerException(this, e.getMessage(), e);
    } catch (FileSystemException e) {
      throw isGutted() ? new DamagedContainerException(this, "it has no container.json", e) : e;
    }
  }

  /// It has its final name, which it gets last, and no record: so that was removed by somebody
  /// else.
  boolean isGutted() {
    return Files.exists(lasting, LinkOption.NOFOLLOW_LINKS) && !Files.exists(recordFile());
  }

  /// The configuration that every start is compiled from.
  public JsonObject config() throws IOException {
    return Json.parse(Files.readAllBytes(configFile()), configFile().toString());
  }

  /// How often its monitor has started it again since a user did.
  public long restarts() throws IOException {
    String text = ProcessIdentity.readIfThere(restartsFile()).strip();
    try {
      return text.isEmpty() ? 0 : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException(restartsFile() + " should hold a number, but has: " + text, e);
    }
  }

  /// Whether the kernel killed for want of memory before the last end.
  public boolean wantedMemory() throws IOException {
    return ProcessIdentity.readIfThere(exitFile()).endsWith(" oom\n");
  }

  /// Derives the state from what is there now.
  public ContainerState state() throws IOException {
    var process = identity(processFile());
    var monitor = identity(monitorFile());
    if (process.isPresent() && monitor.isPresent() && process.get().isAlive()) {
      return new ContainerState.Running(
          process.get(), monitor.get(), modifiedSeconds(processFile()), Files.exists(pausedFile()));
    }
    String exit = ProcessIdentity.readIfThere(exitFile());
    if (exit.isEmpty() && process.isPresent() && monitor.isPresent() && monitor.get().isAlive()) {
      exit = recordedEnd();
    }
    if (!exit.isEmpty()) {
      ContainerState.Exited end = parseExit(exit);
      /* The socket is the monitor's: without it, somebody else has claimed the folder to start it. */
      boolean waits =
          process.isEmpty()
              && monitor.isPresent()
              && Files.exists(attachSocket())
              && monitor.get().isAlive();
      return waits
          ? new ContainerState.Restarting(monitor.get(), end.exitCode(), end.atSeconds())
          : end;
    }
    if (!Files.exists(startedFile()) || monitor.isPresent() && monitor.get().isAlive()) {
      return new ContainerState.Created();
    }
    /* Nobody saw the end: the host went down, at the latest when it came up again. */
    return new ContainerState.Exited(
        255, Math.max(modifiedSeconds(startedFile()), Reboot.seconds()));
  }

  /* It has just ended, and its monitor is about to write down how. */
  private String recordedEnd() throws IOException {
    String exit = "";
    for (int i = 0; i < END_LOOKS && exit.isEmpty() && Files.exists(processFile()); i++) {
      try {
        Thread.sleep(END_LOOK_MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return exit;
      }
      exit = ProcessIdentity.readIfThere(exitFile());
    }
    return exit.isEmpty() ? ProcessIdentity.readIfThere(exitFile()) : exit;
  }

  private Optional<ProcessIdentity> identity(Path file) throws IOException {
    try {
      return ProcessIdentity.read(file);
    } catch (IOException e) {
      throw new DamagedContainerException(this, e.getMessage(), e);
    }
  }

  /// The state of a container that has no folder in the run root; cheaper, for lists of many.
  public ContainerState restingState() throws IOException {
    if (new File(lasting + "/exit").exists()) {
      return parseExit(ProcessIdentity.readIfThere(exitFile()));
    }
    /* Started, and no end: it may have just been started, or nobody saw the end. */
    return new File(lasting + "/started").exists() ? state() : new ContainerState.Created();
  }

  /// The same where its files have been read.
  ///
  /// @param exit null where there is none
  public ContainerState restingState(byte[] exit, boolean started) throws IOException {
    if (exit != null && exit.length > 0) {
      return parseExit(new String(exit, StandardCharsets.UTF_8));
    }
    return started ? state() : new ContainerState.Created();
  }

  private static long modifiedSeconds(Path file) throws IOException {
    return Files.exists(file) ? Files.getLastModifiedTime(file).toMillis() / 1000 : 0;
  }

  /* What says nothing is as good as nothing: nobody saw the end. */
  private ContainerState.Exited parseExit(String exit) throws IOException {
    String[] words = exit.strip().split(" ");
    try {
      int number = Integer.parseInt(words[1]);
      return new ContainerState.Exited(
          words[0].equals("signal") ? 128 + number : number, Long.parseLong(words[2]));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return new ContainerState.Exited(255, modifiedSeconds(exitFile()));
    }
  }
}
