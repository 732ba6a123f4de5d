package nsbox.cli.planner;

import nsbox.cli.Command;
import nsbox.cli.artifact.ArtifactAddCommand;
import nsbox.cli.artifact.ArtifactAttachCommand;
import nsbox.cli.artifact.ArtifactExtractCommand;
import nsbox.cli.artifact.ArtifactInspectCommand;
import nsbox.cli.artifact.ArtifactListCommand;
import nsbox.cli.artifact.ArtifactRmCommand;
import nsbox.cli.command.AttachCommand;
import nsbox.cli.command.BundleCommand;
import nsbox.cli.command.CniCommand;
import nsbox.cli.command.CommitCommand;
import nsbox.cli.command.ContainerExistsCommand;
import nsbox.cli.command.ContainerPruneCommand;
import nsbox.cli.command.CpCommand;
import nsbox.cli.command.CreateCommand;
import nsbox.cli.command.DiffCommand;
import nsbox.cli.command.ExecCommand;
import nsbox.cli.command.ExportCommand;
import nsbox.cli.command.HealthcheckRunCommand;
import nsbox.cli.command.InspectCommand;
import nsbox.cli.command.KillCommand;
import nsbox.cli.command.LogsCommand;
import nsbox.cli.command.MountCommand;
import nsbox.cli.command.PauseCommand;
import nsbox.cli.command.PortCommand;
import nsbox.cli.command.PsCommand;
import nsbox.cli.command.RenameCommand;
import nsbox.cli.command.RestartCommand;
import nsbox.cli.command.RmCommand;
import nsbox.cli.command.RunCommand;
import nsbox.cli.command.StartCommand;
import nsbox.cli.command.StatsCommand;
import nsbox.cli.command.StopCommand;
import nsbox.cli.command.SystemBootCommand;
import nsbox.cli.command.SystemPruneCommand;
import nsbox.cli.command.TopCommand;
import nsbox.cli.command.UnmountCommand;
import nsbox.cli.command.UpdateCommand;
import nsbox.cli.command.WaitCommand;
import nsbox.cli.image.CopyCommand;
import nsbox.cli.image.ExistsCommand;
import nsbox.cli.image.HistoryCommand;
import nsbox.cli.image.ImageMountCommand;
import nsbox.cli.image.ImagePruneCommand;
import nsbox.cli.image.ImageUnmountCommand;
import nsbox.cli.image.ImagesCommand;
import nsbox.cli.image.ImportCommand;
import nsbox.cli.image.LoadCommand;
import nsbox.cli.image.LoginCommand;
import nsbox.cli.image.LogoutCommand;
import nsbox.cli.image.PullCommand;
import nsbox.cli.image.PushCommand;
import nsbox.cli.image.ReferrersCommand;
import nsbox.cli.image.RmiCommand;
import nsbox.cli.image.SaveCommand;
import nsbox.cli.image.SearchCommand;
import nsbox.cli.image.TagCommand;
import nsbox.cli.image.TreeCommand;
import nsbox.cli.image.UntagCommand;
import nsbox.cli.image.VerifyCommand;
import nsbox.cli.network.NetworkConnectCommand;
import nsbox.cli.network.NetworkCreateCommand;
import nsbox.cli.network.NetworkDisconnectCommand;
import nsbox.cli.network.NetworkInspectCommand;
import nsbox.cli.network.NetworkListCommand;
import nsbox.cli.network.NetworkLookup;
import nsbox.cli.network.NetworkPruneCommand;
import nsbox.cli.network.NetworkRmCommand;
import nsbox.cli.secret.SecretCreateCommand;
import nsbox.cli.secret.SecretInspectCommand;
import nsbox.cli.secret.SecretListCommand;
import nsbox.cli.secret.SecretLookup;
import nsbox.cli.secret.SecretRmCommand;
import nsbox.cli.system.DfCommand;
import nsbox.cli.system.DoctorCommand;
import nsbox.cli.system.EventsCommand;
import nsbox.cli.system.InfoCommand;
import nsbox.cli.system.VersionCommand;
import nsbox.cli.volume.VolumeCreateCommand;
import nsbox.cli.volume.VolumeInspectCommand;
import nsbox.cli.volume.VolumeListCommand;
import nsbox.cli.volume.VolumeLookup;
import nsbox.cli.volume.VolumePruneCommand;
import nsbox.cli.volume.VolumeRmCommand;
import nsbox.engine.CniCaller;
import nsbox.engine.Registries;

/// The commands of `nsbox`, alone and in groups.
final class Catalog {
  private Catalog() {}

  /// @return null if there is no such command
  static Command command(String name) {
    return switch (name) {
      case "run",
          "create",
          "start",
          "exec",
          "ps",
          "logs",
          "attach",
          "stop",
          "restart",
          "kill",
          "pause",
          "unpause",
          "wait",
          "rename",
          "cp",
          "diff",
          "export",
          "update",
          "top",
          "stats",
          "port",
          "mount",
          "unmount",
          "umount",
          "rm" ->
          containerCommand(name);
      case "commit" -> new CommitCommand();
      case "bundle" -> new BundleCommand();
      case "import" -> new ImportCommand();
      case "images" -> new ImagesCommand();
      case "rmi" -> new RmiCommand();
      case "pull" -> new PullCommand();
      case "push" -> new PushCommand();
      case "referrers" -> new ReferrersCommand();
      case "copy" -> new CopyCommand();
      case "search" -> new SearchCommand();
      case "inspect" -> InspectCommand.ofAll();
      case "completion" -> new CompletionCommand();
      case "__complete" -> new CompleteCommand();
      case "__man" -> new ManCommand();
      case CniCaller.COMMAND -> new CniCommand();
      case "doctor" -> new DoctorCommand();
      case "events" -> new EventsCommand();
      case "info" -> new InfoCommand(Commands.VERSION);
      case "version" -> new VersionCommand(Commands.VERSION);
      case "history" -> new HistoryCommand();
      case "tag" -> new TagCommand();
      case "untag" -> new UntagCommand();
      case "verify" -> new VerifyCommand();
      case "load" -> new LoadCommand();
      case "save" -> new SaveCommand();
      case "login" -> new LoginCommand(Registries::checkLogin);
      case "logout" -> new LogoutCommand();
      default -> null;
    };
  }

  static boolean isGroup(String name) {
    return switch (name) {
      case "artifact",
          "container",
          "healthcheck",
          "image",
          "network",
          "secret",
          "system",
          "volume" ->
          true;
      default -> false;
    };
  }

  /// @return null if the group has no such command
  static Command command(String group, String name) {
    return switch (group) {
      case "container" -> containerCommand(name);
      case "healthcheck" -> name.equals("run") ? new HealthcheckRunCommand() : null;
      case "image" -> imageCommand(name);
      case "system" -> systemCommand(name);
      case "artifact" -> artifactCommand(name);
      case "volume" -> volumeCommand(name);
      case "network" -> networkCommand(name);
      case "secret" -> secretCommand(name);
      default -> null;
    };
  }

  private static Command containerCommand(String name) {
    return switch (name) {
      case "run" -> new RunCommand();
      case "create" -> new CreateCommand();
      case "start" -> new StartCommand();
      case "exec" -> new ExecCommand();
      case "ps", "ls", "list" -> new PsCommand();
      case "logs" -> new LogsCommand();
      case "attach" -> new AttachCommand();
      case "stop" -> new StopCommand();
      case "restart" -> new RestartCommand();
      case "kill" -> new KillCommand();
      case "pause" -> PauseCommand.pause();
      case "unpause" -> PauseCommand.unpause();
      case "wait" -> new WaitCommand();
      case "rename" -> new RenameCommand();
      case "cp" -> new CpCommand();
      case "diff" -> new DiffCommand();
      case "export" -> new ExportCommand();
      case "update" -> new UpdateCommand();
      case "top" -> new TopCommand();
      case "stats" -> new StatsCommand();
      case "port" -> new PortCommand();
      case "mount" -> new MountCommand();
      case "unmount", "umount" -> new UnmountCommand();
      case "rm" -> new RmCommand();
      case "commit" -> new CommitCommand();
      case "exists" -> new ContainerExistsCommand();
      case "prune" -> new ContainerPruneCommand();
      case "inspect" -> InspectCommand.ofContainers();
      default -> null;
    };
  }

  private static Command imageCommand(String name) {
    return switch (name) {
      case "ls", "list" -> new ImagesCommand();
      case "pull" -> new PullCommand();
      case "push" -> new PushCommand();
      case "import" -> new ImportCommand();
      case "prune" -> new ImagePruneCommand();
      case "rm" -> new RmiCommand();
      case "inspect" -> new nsbox.cli.image.InspectCommand();
      case "history" -> new HistoryCommand();
      case "tree" -> new TreeCommand();
      case "exists" -> new ExistsCommand();
      case "tag" -> new TagCommand();
      case "untag" -> new UntagCommand();
      case "load" -> new LoadCommand();
      case "save" -> new SaveCommand();
      case "mount" -> new ImageMountCommand();
      case "unmount", "umount" -> new ImageUnmountCommand();
      default -> null;
    };
  }

  private static Command artifactCommand(String name) {
    return switch (name) {
      case "add" -> new ArtifactAddCommand();
      case "attach" -> new ArtifactAttachCommand();
      case "extract" -> new ArtifactExtractCommand();
      case "inspect" -> new ArtifactInspectCommand();
      case "ls", "list" -> new ArtifactListCommand();
      case "pull" -> new PullCommand();
      case "push" -> new PushCommand();
      case "rm" -> new ArtifactRmCommand();
      default -> null;
    };
  }

  private static Command volumeCommand(String name) {
    return switch (name) {
      case "create" -> new VolumeCreateCommand();
      case "exists" -> VolumeLookup.existsCommand();
      case "inspect" -> new VolumeInspectCommand();
      case "ls", "list" -> new VolumeListCommand();
      case "prune" -> new VolumePruneCommand();
      case "rm", "remove" -> new VolumeRmCommand();
      default -> null;
    };
  }

  private static Command networkCommand(String name) {
    return switch (name) {
      case "connect" -> new NetworkConnectCommand();
      case "create" -> new NetworkCreateCommand();
      case "disconnect" -> new NetworkDisconnectCommand();
      case "exists" -> NetworkLookup.existsCommand();
      case "inspect" -> new NetworkInspectCommand();
      case "ls", "list" -> new NetworkListCommand();
      case "prune" -> new NetworkPruneCommand();
      case "rm", "remove" -> new NetworkRmCommand();
      default -> null;
    };
  }

  private static Command secretCommand(String name) {
    return switch (name) {
      case "create" -> new SecretCreateCommand();
      case "exists" -> SecretLookup.existsCommand();
      case "inspect" -> new SecretInspectCommand();
      case "ls", "list" -> new SecretListCommand();
      case "rm", "remove" -> new SecretRmCommand();
      default -> null;
    };
  }

  private static Command systemCommand(String name) {
    return switch (name) {
      case "boot" -> new SystemBootCommand();
      case "df" -> new DfCommand();
      case "prune" -> new SystemPruneCommand();
      case "doctor" -> new DoctorCommand();
      case "events" -> new EventsCommand();
      case "info" -> new InfoCommand(Commands.VERSION);
      default -> null;
    };
  }
}
