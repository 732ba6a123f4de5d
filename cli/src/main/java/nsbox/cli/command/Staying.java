package nsbox.cli.command;

import static nsbox.cli.Model.text;

import java.io.IOException;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.engine.Attachment;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// How the user stays with a container that is started, or that runs.
///
/// @param attached until its end; else not at all
/// @param signals signals sent to `nsbox` are for the container
record Staying(boolean attached, boolean signals, byte[] detachKeys) {
  private static final String SIGNALS = "--sig-proxy";

  static final Staying NOT = new Staying(false, false, new byte[0]);

  static void addTo(CommandSpec spec) {
    spec.addOption(
        text(
            "KEYS",
            "Keys that leave the container alone (" + DetachKeys.DEFAULT + "); \"\" for none",
            "--detach-keys"));
    spec.addOption(
        OptionSpec.builder(SIGNALS)
            .type(Boolean.class)
            .arity("0..1")
            .fallbackValue("true")
            .paramLabel("BOOL")
            .description("Whether the signals that nsbox gets are for the container (true)")
            .build());
  }

  static void addTo(Flags flags) {
    flags
        .text("KEYS", "Keys that leave the container alone; \"\" for none", "--detach-keys")
        .flag("Whether the signals that nsbox gets are for the container (true)", SIGNALS);
  }

  static Staying of(ParseResult parsed, boolean attached) throws Failure {
    return new Staying(
        attached,
        /* Where there are very many options, that one is of this whole name. */
        !parsed.hasMatchedOption(SIGNALS + "=false")
            && parsed.matchedOptionValue(SIGNALS, Boolean.TRUE),
        DetachKeys.parse(parsed.matchedOptionValue("--detach-keys", DetachKeys.DEFAULT)));
  }

  /// Whether the monitor is another process than the user's `nsbox`: one that goes on without it.
  boolean apart(ContainerRecord record) throws IOException {
    return !attached
        || record.terminal()
        || !signals
        || !record.restartPolicy().equals(ContainerRecord.NO_RESTART);
  }

  /// How `nsbox` stays as a client; empty where it does not, or is the monitor itself.
  Optional<Attachment> attachment(ContainerFolder folder, ContainerRecord record)
      throws IOException {
    return attached && apart(record)
        ? Optional.of(attachment(folder, record, record.keepInput()))
        : Optional.empty();
  }

  Attachment attachment(ContainerFolder folder, ContainerRecord record, boolean input)
      throws IOException {
    return new Attachment(input, record.terminal(), signals, detachKeys, folder.exitFile());
  }
}
