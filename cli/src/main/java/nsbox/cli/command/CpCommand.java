package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import nsbox.cli.Command;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.cli.FrontInput;
import nsbox.cli.FrontOutput;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.linux.Fd;
import nsbox.linux.LinuxException;
import nsbox.snapshot.CopyRules;
import nsbox.snapshot.LayerException;
import nsbox.snapshot.TreeCopy;
import nsbox.snapshot.TreeExtract;
import nsbox.snapshot.TreeTar;
import nsbox.snapshot.UnsuitableTargetException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox cp`: copies files between containers, which need not run, the host, and tars on the
/// standard streams. What a path means is docker's rule.
public final class CpCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "cp",
            "[OPTIONS] [CONTAINER:]SOURCE [CONTAINER:]TARGET",
            "Copy files between containers and the host. SOURCE/. means what is in a directory; - is a"
                + " tar on standard input or output. Copies are root's, unless --archive is given.");
    spec.addOption(flag("Keep owners", "-a", "--archive"));
    spec.addOption(flag("Copy what a link leads to, not the link", "-L", "--follow-link"));
    spec.addOption(
        flag(
            "Let directories take the place of files, and files that of directories",
            "--overwrite"));
    spec.addOption(flag("Accepted for docker's sake: nothing is said anyway", "-q", "--quiet"));
    spec.addPositional(Model.parameters("PATH", "2", "What to copy, and where to"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    if (positionals(parsed).size() > 2) {
      throw new Failure("cp takes a source and a target, not also " + positionals(parsed).get(2));
    }
    CopyArgument source = CopyArgument.parse(positionals(parsed).getFirst());
    CopyArgument target = CopyArgument.parse(positionals(parsed).get(1));
    check(source, target);
    CopyRules rules = new CopyRules(isSet(parsed, "--archive"), isSet(parsed, "--overwrite"));
    session.prepare();
    try (CopyPlaces places = new CopyPlaces(session)) {
      places.open(source, false);
      places.open(target, true);
      if (source.isStream()) {
        unpack(session, target, places, rules);
      } else if (target.isStream()) {
        pack(session, source, places, isSet(parsed, "--follow-link"));
      } else {
        copy(session, source, target, places, rules, isSet(parsed, "--follow-link"));
      }
      places.tell(source, "archive-path");
      places.tell(target, "extract-to-dir");
    } catch (UnsuitableTargetException e) {
      throw new Failure("cp: " + e.getMessage() + "\n  --overwrite allows it.", e);
    } catch (LinuxException e) {
      /* Elsewhere it is our own disk that is full. */
      throw e.errno() == Errno.ENOSPC
          ? new Failure("cp: " + target.path() + ": " + Errno.text(Errno.ENOSPC), e)
          : e;
    } catch (LayerException e) {
      throw new Failure("cp: standard input: " + e.getMessage(), e);
    }
    return 0;
  }

  private static void check(CopyArgument source, CopyArgument target) throws Failure {
    if (source.container().isEmpty() && target.container().isEmpty()) {
      throw new Failure("cp: must specify at least one container: CONTAINER:PATH");
    }
    for (CopyArgument argument : new CopyArgument[] {source, target}) {
      if (argument.path().isEmpty()) {
        throw new Failure("cp: source and destination paths must not be empty");
      }
    }
  }

  private static void unpack(
      Session session, CopyArgument target, CopyPlaces places, CopyRules rules)
      throws IOException, Failure {
    try (CopyPlace.Found found = places.find(target, true)) {
      if (!found.isDirectory()) {
        throw new Failure("cp: destination " + target.path() + " must be a directory");
      }
      try (Fd directory = found.open()) {
        /* Who owns what, the tar says. */
        new TreeExtract(directory, new CopyRules(true, rules.overwrite()))
            .unpack(new FrontInput(session.front()));
      }
    }
  }

  private static void pack(Session session, CopyArgument source, CopyPlaces places, boolean follows)
      throws IOException, Failure {
    try (CopyPlace.Found found = places.source(source, follows)) {
      boolean nameless = source.meansContents() || found.name().length == 0;
      byte[] as = nameless ? new byte[0] : found.base().getBytes(StandardCharsets.UTF_8);
      FrontOutput out = new FrontOutput(session.front());
      for (String path : TreeTar.write(found.parent(), found.name(), as, out)) {
        session.front().err("nsbox: warning: /" + path + " changed while it was read\n");
      }
      out.flush();
    }
  }

  private static void copy(
      Session session,
      CopyArgument source,
      CopyArgument target,
      CopyPlaces places,
      CopyRules rules,
      boolean follows)
      throws IOException, Failure {
    try (CopyPlace.Found from = places.source(source, follows);
        CopyPlace.Found to = places.find(target, true)) {
      TreeCopy copy = new TreeCopy(rules);
      if (to.isDirectory()) {
        try (Fd directory = to.open()) {
          if (from.isDirectory() && (source.meansContents() || from.name().length == 0)) {
            try (Fd contents = from.open()) {
              copy.copyContents(contents, directory);
            }
          } else {
            byte[] name = from.base().getBytes(StandardCharsets.UTF_8);
            copy.copy(from.parent(), from.name(), directory, name);
          }
        }
        return;
      }
      if (to.stat() == null && target.meansDirectory() && !from.isDirectory()) {
        throw new Failure("cp: " + target.path() + ": no such directory");
      }
      if (to.stat() != null && target.meansDirectory()) {
        throw new Failure("cp: " + target.path() + " is not a directory");
      }
      if (from.name().length == 0) {
        throw new Failure(
            "cp: the root directory can only be copied into a directory that is there");
      }
      copy.copy(from.parent(), from.name(), to.parent(), to.name());
    }
  }
}
