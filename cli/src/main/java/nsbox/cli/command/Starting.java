package nsbox.cli.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.cli.ServiceSockets;
import nsbox.cli.Session;
import nsbox.engine.Attachment;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerMaker;
import nsbox.engine.ContainerNetworks;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerStart;
import nsbox.engine.Containers;
import nsbox.engine.Front;
import nsbox.engine.Images;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.UnsupportedSpecException;
import nsbox.snapshot.Driver;
import nsbox.snapshot.Drivers;
import nsbox.snapshot.UpperFileSystem;

/// Starts a container that is on disk and whose run folder is this process's.
final class Starting {
  private Starting() {}

  /// @throws Failure if the container's storage driver is not known
  static Program program(Session session, NewContainer.Made container, Staying staying)
      throws IOException, UnsupportedSpecException, Failure {
    ContainerRecord record = container.record();
    Images images = container.images();
    Driver driver =
        record.driver().equals(images.driver().name())
            ? images.driver()
            : Drivers.named(record.driver(), images.snapshots());
    if (driver == null) {
      throw new Failure("there is no storage driver " + record.driver());
    }
    String notifySocket = "";
    if (!record.serviceNotify().equals("ignore")) {
      ServiceSockets sockets = new ServiceSockets(session.invocation());
      notifySocket = sockets.notifySocket();
      if (record.serviceNotify().equals("container")) {
        sockets.mountIn(container.config());
      }
    }
    return new ContainerStart(session.containers(), container.folder(), record)
        .program(
            container.config(),
            driver,
            session.defaultFilter(),
            staying.apart(record),
            staying.attached(),
            staying.descriptors(),
            notifySocket);
  }

  /// Launches. A container that does not come up is left as it was, or gone where it was to go with
  /// its process.
  static void start(Session session, NewContainer.Made container, Staying staying)
      throws Exception {
    ContainerFolder folder = container.folder();
    Program program;
    boolean first = !Files.exists(folder.startedFile());
    try {
      if (container.record().passesStreams()) {
        LogFlags.checkStreams(session.invocation());
      }
      new ContainerNetworks(session.containers(), folder, container.record())
          .prepare(container.config(), session.cniCaller());
      program = program(session, container, staying);
      new ContainerMaker(session.containers(), session.caller()).storeProgram(folder, program);
      markStarted(folder);
    } catch (Exception e) {
      giveUp(session, container, first);
      throw e;
    }
    if (staying.attached()) {
      session.events().container("attach", container.record());
    }
    Front.Outcome outcome = launch(session, container, program, staying);
    if (!outcome.succeeded()) {
      if (outcome.errno() == Errno.EOWNERDEAD) {
        /* A monitor that fails cleans up after itself, one that was killed does not. */
        session.front().run(program.teardownOnly().encode());
      }
      giveUp(session, container, first);
      String intent = "start container " + container.record().name();
      throw PortFailure.isWhy(program, outcome)
          ? PortFailure.failure(session, intent, outcome)
          : LaunchFailure.of(intent, program, outcome, overlayHint(session));
    }
  }

  private static Front.Outcome launch(
      Session session, NewContainer.Made container, Program program, Staying staying)
      throws IOException {
    Optional<Attachment> attachment = staying.attachment(container.folder(), container.record());
    if (attachment.isPresent()) {
      return session.front().launch(program, attachment.get());
    }
    return session
        .front()
        .launch(program, staying.attached() ? Front.Stay.ATTACHED : Front.Stay.DETACHED);
  }

  private static void giveUp(Session session, NewContainer.Made container, boolean first)
      throws IOException {
    session.containers().networks().forget(container.folder().id());
    if (container.record().autoRemove()) {
      if (Removal.remove(session, container.folder(), container.record().name())) {
        session.events().container("destroy", container.record());
      }
      return;
    }
    if (first) {
      /* It is as it was created. */
      Files.deleteIfExists(container.folder().startedFile());
      Files.deleteIfExists(container.folder().exitFile());
    }
    Removal.release(session, container.folder());
  }

  private static void markStarted(ContainerFolder folder) throws IOException {
    Instant now = Instant.now();
    String text = now.getEpochSecond() + " " + now.getNano() + "\n";
    Containers.replace(folder.startedFile(), text.getBytes(StandardCharsets.US_ASCII), false);
    Files.deleteIfExists(folder.exitFile());
    Files.deleteIfExists(folder.stoppedFile());
    Files.deleteIfExists(folder.restartsFile());
  }

  private static String overlayHint(Session session) {
    Path containers = session.roots().containers();
    return "Its changes would be kept on "
        + UpperFileSystem.type(containers)
        + ", in "
        + containers
        + ".\n  Where overlayfs cannot write: nsbox --storage-driver copy run ..., or another --root.";
  }
}
