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
/// @param streams of the container that are the user's
/// @param signals signals sent to `nsbox` are for the container
/// @param descriptors how many of the caller's from 3 on the container gets
record Staying(
    boolean attached,
    AttachedStreams streams,
    boolean signals,
    byte[] detachKeys,
    int descriptors) {
  private static final String SIGNALS = "--sig-proxy";

  static final Staying NOT = new Staying(false, AttachedStreams.ALL, false, new byte[0], 0);

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
        AttachedStreams.ALL,
        /* Where there are very many options, that one is of this whole name. */
        !parsed.hasMatchedOption(SIGNALS + "=false")
            && parsed.matchedOptionValue(SIGNALS, Boolean.TRUE),
        DetachKeys.parse(parsed.matchedOptionValue("--detach-keys", DetachKeys.DEFAULT)),
        0);
  }

  Staying with(AttachedStreams wanted) {
    return new Staying(attached, wanted, signals, detachKeys, descriptors);
  }

  Staying withDescriptors(int count) {
    return new Staying(attached, streams, signals, detachKeys, count);
  }

  /// Whether the monitor is another process than the user's `nsbox`: one that goes on without it.
  boolean apart(ContainerRecord record) throws IOException {
    return !attached || record.terminal() || !signals || !streams.areAll() || record.mayRestart();
  }

  /// How `nsbox` stays as a client; empty where it does not, or is the monitor itself.
  Optional<Attachment> attachment(ContainerFolder folder, ContainerRecord record)
      throws IOException {
    return attached && apart(record)
        ? Optional.of(attachment(folder, record, record.keepInput() && streams.input()))
        : Optional.empty();
  }

  Attachment attachment(ContainerFolder folder, ContainerRecord record, boolean input)
      throws IOException {
    return new Attachment(
        input,
        record.terminal(),
        signals,
        streams.out(),
        streams.error(),
        detachKeys,
        folder.exitFile());
  }
}
