package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import nsbox.engine.DamagedContainerException;

/// Containers that cannot be without others: they share namespaces of theirs.
final class Dependents {
  private final Map<String, List<ContainerRecord>> byId = new HashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final List<String> order = new ArrayList<>();

  private Dependents(Session session) throws IOException {
    for (ContainerFolder folder : session.containers().list()) {
      try {
        ContainerRecord record = folder.record();
        for (String joined : new HashSet<>(record.joins().values())) {
          byId.computeIfAbsent(joined, _ -> new ArrayList<>()).add(record);
        }
      } catch (NoSuchFileException | DamagedContainerException e) {
        continue; // just removed; or nobody can tell whose namespaces it shared
      }
    }
  }

  static Dependents of(Session session, List<String> names) throws Exception {
    Dependents dependents = new Dependents(session);
    for (String name : names) {
      Lookup.Found found = Lookup.find(session, name);
      if (found.folder() == null) {
        dependents.order.add(name); // somebody will say so
      } else {
        dependents.add(found.folder().id(), name);
      }
    }
    return dependents;
  }

  /// The same names, and before each those of the containers that depend on it.
  List<String> names() {
    return order;
  }

  /// @throws Failure if one of them could not be removed
  void checkGone(Session session, ContainerFolder folder) throws IOException, Failure {
    for (ContainerRecord dependent : byId.getOrDefault(folder.id(), List.of())) {
      if (Files.exists(session.containers().folder(dependent.id()).recordFile())) {
        throw new Failure(
            "container "
                + folder.record().name()
                + " has dependent containers which must be removed before it: "
                + dependent.name());
      }
    }
  }

  /* None joins one that came later, so this ends. */
  private void add(String id, String name) {
    if (!seen.add(id)) {
      return;
    }
    for (ContainerRecord dependent : byId.getOrDefault(id, List.of())) {
      add(dependent.id(), dependent.name());
    }
    order.add(name);
  }
}
