package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerMounts;
import nsbox.engine.MountException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox unmount`: takes away what `mount` shows.
public final class UnmountCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "unmount",
            "[OPTIONS] CONTAINER...",
            "Unmount the root file systems of containers from the host.",
            "What was mounted several times stays until it was unmounted as often. It is no error"
                + " if a container is not mounted.");
    spec.addOption(flag("Unmount all that is mounted", "-a", "--all"));
    spec.addOption(
        flag("Unmount at once, however often it was mounted and whoever uses it", "-f", "--force"));
    spec.addOption(flag("The container that was created last", "-l", "--latest"));
    spec.addPositional(Model.optionalParameters("CONTAINER", "Names or IDs"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> names = new ArrayList<>(positionals(parsed));
    boolean all = isSet(parsed, "--all");
    boolean latest = isSet(parsed, "--latest");
    if ((all ? 1 : 0) + (latest ? 1 : 0) + (names.isEmpty() ? 0 : 1) > 1) {
      throw new Failure("--all, --latest and names of containers cannot be used together");
    }
    if (!all && !latest && names.isEmpty()) {
      throw new Failure("requires at least 1 arg(s): no container is named");
    }
    session.prepare();
    if (latest) {
      names.add(ContainerChoice.one(parsed, session, names).name());
    }
    if (all) {
      for (ContainerFolder folder : session.containers().list()) {
        if (ContainerMounts.of(folder).isPresent()) {
          names.add(folder.id());
        }
      }
    }
    ContainerMounts mounts =
        new ContainerMounts(
            session.containers(), session.images(), session.front(), session.caller());
    boolean force = isSet(parsed, "--force");
    return EachContainer.run(session, names, folder -> unmount(session, mounts, folder, force));
  }

  private static void unmount(
      Session session, ContainerMounts mounts, ContainerFolder folder, boolean force)
      throws Exception {
    String name = folder.record().name();
    try {
      if (!mounts.unmount(folder, force)) {
        session.front().err("nsbox: container " + name + " is not mounted\n");
      }
    } catch (MountException e) {
      String hint =
          e.errno() == Errno.EBUSY
              ? "\n  A process has files open there, or stands in it. Regardless of it: nsbox unmount"
                  + " --force "
                  + name
              : "";
      throw new Failure(
          "cannot unmount container " + name + ": " + Errno.text(e.errno()) + hint, e);
    }
  }
}
