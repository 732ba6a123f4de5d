package nsbox.cli.command;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.engine.ContainerBusyException;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerState;
import nsbox.engine.ContainerView;

/// The trees of both arguments. A container is opened once, and two always in the same order, so
/// that two commands do not wait for each other.
final class CopyPlaces implements AutoCloseable {
  private final Session session;
  private final Map<String, ContainerFolder> named = new HashMap<>();
  private final TreeMap<String, ContainerFolder> wanted = new TreeMap<>();
  private final Map<String, CopyPlace> open = new HashMap<>();
  private final Deque<Closeable> opened = new ArrayDeque<>();

  CopyPlaces(Session session) {
    this.session = session;
  }

  void open(CopyArgument argument, boolean writes) throws Exception {
    if (argument.container().isEmpty()) {
      return;
    }
    String name = argument.container().get();
    ContainerFolder folder = Lookup.container(session, name);
    if (writes
        && !(folder.state() instanceof ContainerState.Running)
        && folder.config().object("root").flag("readonly")) {
      throw new Failure("cp: container " + name + " rootfs is marked read-only");
    }
    named.put(name, folder);
    wanted.put(folder.id(), folder);
  }

  private CopyPlace place(CopyArgument argument) throws IOException, Failure {
    if (argument.container().isEmpty()) {
      return host();
    }
    if (open.isEmpty() || !open.containsKey(named.get(argument.container().get()).id())) {
      openAll();
    }
    return open.get(named.get(argument.container().get()).id());
  }

  private CopyPlace host() throws IOException {
    CopyPlace place = open.get("");
    if (place == null) {
      place = CopyPlace.ofHost();
      opened.push(place);
      open.put("", place);
    }
    return place;
  }

  private void openAll() throws IOException, Failure {
    for (ContainerFolder folder : wanted.values()) {
      ContainerView view;
      try {
        view =
            ContainerView.of(
                session.containers(), folder, session.images(), session.front(), session.caller());
      } catch (ContainerBusyException e) {
        throw new Failure(e.getMessage(), e);
      }
      opened.push(view);
      CopyPlace place = CopyPlace.of(view);
      opened.push(place);
      open.put(folder.id(), place);
    }
  }

  CopyPlace.Found find(CopyArgument argument, boolean follows) throws IOException, Failure {
    String directory = session.invocation().directory();
    return place(argument).find(CopyPlace.absolute(argument, Optional.of(directory)), follows);
  }

  CopyPlace.Found source(CopyArgument argument, boolean follows) throws IOException, Failure {
    CopyPlace.Found found = find(argument, follows || argument.meansDirectory());
    boolean wrong = found.stat() != null && argument.meansDirectory() && !found.isDirectory();
    if (found.stat() == null || wrong) {
      found.close();
      String where =
          argument.container().isPresent() ? " in container " + argument.container().get() : "";
      throw new Failure(
          wrong
              ? "cp: " + argument.path() + where + " is not a directory"
              : "cp: could not find the file " + argument.path() + where);
    }
    return found;
  }

  /// Records what was done to a container; of the host nothing.
  void tell(CopyArgument argument, String action) throws IOException {
    if (argument.container().isPresent()) {
      ContainerFolder folder = named.get(argument.container().get());
      session.events().container(action, folder.record());
    }
  }

  @Override
  public void close() throws IOException {
    for (Closeable each : opened) {
      each.close();
    }
  }
}
