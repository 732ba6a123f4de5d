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
import nsbox.engine.Front;

/// Reads what a list shows of containers. Of many, the front reads the files: to open them takes a
/// cold JVM longer than all else that such a command does.
final class Listing {
  private static final List<String> FILES = List.of("container.json", "exit", "started");

  /* What a list shows stands before that, unless an image has very many layers. */
  private static final int MOST_BYTES = 2048;

  private final Containers containers;
  private final ContainerFilters filters;
  private final List<ListedContainer> found = new ArrayList<>();
  private final StringBuilder damaged = new StringBuilder();

  private Listing(Containers containers, ContainerFilters filters) {
    this.containers = containers;
    this.filters = filters;
  }

  /// Those that filters leave, in no order. One that is damaged is left out, with a warning: the
  /// others are what was asked for.
  ///
  /// @param all also those that do not run
  static List<ListedContainer> read(Session session, ContainerFilters filters, boolean all)
      throws IOException {
    Containers containers = session.containers();
    Listing listing = new Listing(containers, filters);
    /* What starts after this look is found at rest, with a start and no end: then its state is asked for. */
    Set<String> inRunRoot = containers.inRunRoot();
    List<Front.Gathered> gathered =
        all
            ? session.front().gather(session.roots().containers().toString(), FILES, MOST_BYTES)
            : null;
    if (!all) {
      listing.readRunning(inRunRoot);
    } else if (gathered == null) {
      listing.readAll(inRunRoot);
    } else {
      listing.readGathered(gathered, inRunRoot);
    }
    if (!listing.damaged.isEmpty()) {
      session.front().err(listing.damaged.toString());
    }
    return listing.found;
  }

  private void readRunning(Set<String> inRunRoot) throws IOException {
    for (String id : inRunRoot) {
      if (!id.startsWith(".")) {
        read(containers.folder(id), null, true, false);
      }
    }
  }

  private void readAll(Set<String> inRunRoot) throws IOException {
    for (ContainerFolder folder : containers.folders()) {
      read(folder, null, inRunRoot.contains(folder.id()), true);
    }
  }

  private void readGathered(List<Front.Gathered> gathered, Set<String> inRunRoot)
      throws IOException {
    for (Front.Gathered one : gathered) {
      read(containers.folder(one.name()), one.files(), inRunRoot.contains(one.name()), true);
    }
  }

  /* `files` is null where nobody has read them. */
  private void read(ContainerFolder folder, byte[][] files, boolean mayRun, boolean all)
      throws IOException {
    try {
      ContainerState state = state(folder, files, mayRun);
      if (all
          || state instanceof ContainerState.Running
          || state instanceof ContainerState.Restarting) {
        ContainerGlance glance =
            files == null || files[0] == null
                ? ContainerGlance.of(folder)
                : ContainerGlance.of(folder, files[0], MOST_BYTES);
        ListedContainer container = new ListedContainer(folder, glance, state);
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

  private static ContainerState state(ContainerFolder folder, byte[][] files, boolean mayRun)
      throws IOException {
    if (mayRun) {
      return folder.state();
    }
    return files == null ? folder.restingState() : folder.restingState(files[1], files[2] != null);
  }
}
