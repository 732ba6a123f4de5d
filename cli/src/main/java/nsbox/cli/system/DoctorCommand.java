package nsbox.cli.system;

import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.JsonForm;
import nsbox.cli.output.Visible;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox doctor`: what this host can and cannot do for containers, and what to change.
public final class DoctorCommand implements Command {
  private static final int LEVEL_COLUMN = 6;
  private static final int NOT_HEALTHY = 1;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "doctor",
            "[OPTIONS]",
            "Say what this host can and cannot do for containers, and what to change.",
            "Runs a container in a store of its own beside the others. Ends with 0 if containers"
                + " run, with 1 if they do not.");
    spec.addOption(text("FORMAT", "json: a list of objects", "-f", "--format"));
    return spec;
  }

  @Override
  public boolean needsRoot() {
    return false;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    String format = optional(parsed, "--format").orElse("");
    if (!format.isEmpty() && !format.equals("json")) {
      throw new Failure("--format " + format + ": doctor knows json only");
    }
    HostFiles host = new HostFiles(Path.of("/"));
    List<Check> checks = new ArrayList<>(KernelChecks.all(host));
    checks.addAll(CgroupChecks.all(host));
    checks.addAll(StoreChecks.all(host, session.roots().root()));
    checks.addAll(LimitChecks.all(host));
    if (session.invocation().userId() == 0) {
      checks.addAll(ForwardChecks.all(host));
      checks.addAll(NetworkTrial.run(session));
      checks.add(Trial.run(session));
    }
    session.front().out(format.isEmpty() ? lines(checks) : json(checks));
    for (Check check : checks) {
      if (check.level() == Check.Level.FAIL) {
        return NOT_HEALTHY;
      }
    }
    return 0;
  }

  private static String lines(List<Check> checks) {
    StringBuilder text = new StringBuilder();
    for (Check check : checks) {
      String word = check.level().word();
      text.append(word)
          .append(" ".repeat(LEVEL_COLUMN - word.length()))
          .append(check.what())
          .append(": ")
          .append(Visible.lines(check.found()))
          .append('\n');
      if (check.level() != Check.Level.OK && !check.advice().isEmpty()) {
        text.append(" ".repeat(LEVEL_COLUMN)).append("  ").append(check.advice()).append('\n');
      }
    }
    return text.toString();
  }

  private static String json(List<Check> checks) {
    List<JsonObject> documents = new ArrayList<>();
    for (Check check : checks) {
      documents.add(
          check.level() == Check.Level.OK ? check.json().put("Advice", "") : check.json());
    }
    return JsonForm.pretty(documents) + "\n";
  }
}
