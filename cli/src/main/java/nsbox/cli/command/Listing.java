package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerGlance;
import nsbox.engine.ContainerState;
import nsbox.engine.Containers;
import nsbox.engine.DamagedContainerException;

/// Reads what a list shows of containers; of many on two processors, for the JVM is cold and
/// reading them is all that such a command does.
final class Listing extends Thread {
  /* Below, the thread costs what it saves. */
  private static final int MANY = 50;

  private final List<ContainerFolder> folders;
  private final Set<String> inRunRoot;
  private final ContainerFilters filters;
  private final boolean all;
  private final List<ListedContainer> found = new ArrayList<>();
  private final StringBuilder damaged = new StringBuilder();
  private Exception failure;

  private Listing(
      List<ContainerFolder> folders, Set<String> inRunRoot, ContainerFilters filters, boolean all) {
    this.folders = folders;
    this.inRunRoot = inRunRoot;
    this.filters = filters;
    this.all = all;
    setDaemon(true);
  }

  /// Those that filters leave, in no order. One that is damaged is left out, with a warning: the
  /// others are what was asked for.
  ///
  /// @param all also those that do not run
  static List<ListedContainer> read(Session session, ContainerFilters filters, boolean all)
      throws IOException {
    Containers containers = session.containers();
    /* What starts after this look is found at rest, with a start and no end: then its state is asked for. */
    Set<String> inRunRoot = containers.inRunRoot();
    List<ContainerFolder> folders = containers.folders();
    int half = folders.size() < MANY ? folders.size() : folders.size() / 2;
    Listing mine = new Listing(folders.subList(0, half), inRunRoot, filters, all);
    Listing other = new Listing(folders.subList(half, folders.size()), inRunRoot, filters, all);
    if (half < folders.size()) {
      other.start();
    }
    mine.run();
    try {
      other.join();
    } catch (InterruptedException e) {
      throw new IOException("interrupted while containers were read", e);
    }
    mine.check();
    other.check();
    mine.found.addAll(other.found);
    mine.damaged.append(other.damaged);
    if (!mine.damaged.isEmpty()) {
      session.front().err(mine.damaged.toString());
    }
    return mine.found;
  }

  @Override
  public void run() {
    try {
      for (ContainerFolder folder : folders) {
        read(folder);
      }
    } catch (IOException | RuntimeException e) {
      failure = e;
    }
  }

  private void read(ContainerFolder folder) throws IOException {
    boolean mayRun = inRunRoot.contains(folder.id());
    if (!all && !mayRun) {
      return;
    }
    try {
      ContainerState state = mayRun ? folder.state() : folder.restingState();
      if (all
          || state instanceof ContainerState.Running
          || state instanceof ContainerState.Restarting) {
        ListedContainer container = new ListedContainer(folder, ContainerGlance.of(folder), state);
        if (filters.match(container)) {
          found.add(container);
        }
      }
    } catch (NoSuchFileException e) {
      /* It has just been removed. */
    } catch (DamagedContainerException e) {
      damaged.append("nsbox: warning: ").append(e.getMessage()).append('\n');
    }
  }

  private void check() throws IOException {
    if (failure instanceof IOException e) {
      throw e;
    } else if (failure instanceof RuntimeException e) {
      throw e;
    }
  }
}
