package nsbox.cli.command;

import java.io.IOException;
import nsbox.cli.output.Human;
import nsbox.engine.ContainerState;

/// A container's state in docker's words for people: `Up 3 minutes`, `Exited (137) 2 hours ago`.
final class ContainerStatus {
  private ContainerStatus() {}

  /// @param now seconds since the epoch
  static String text(ListedContainer container, long now) throws IOException {
    ContainerState state = container.state();
    /* Not a switch over types: `ps` is a command for which people wait. */
    if (state instanceof ContainerState.Running running) {
      String up = "Up " + Human.duration(now - running.sinceSeconds());
      return running.paused() ? up + " (Paused)" : up + health(container.health());
    }
    if (state instanceof ContainerState.Exited exited) {
      return ended("Exited (", exited.exitCode(), exited.atSeconds(), now);
    }
    if (state instanceof ContainerState.Restarting restarting) {
      return ended("Restarting (", restarting.exitCode(), restarting.atSeconds(), now);
    }
    return "Created";
  }

  private static String health(String status) {
    if (status.isEmpty()) {
      return "";
    }
    return status.equals("starting") ? " (health: starting)" : " (" + status + ")";
  }

  private static String ended(String word, int code, long at, long now) {
    return word + code + ") " + Human.duration(now - at) + " ago";
  }
}
