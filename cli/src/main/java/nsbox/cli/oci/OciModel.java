package nsbox.cli.oci;

import nsbox.cli.Model;
import picocli.CommandLine.Model.CommandSpec;

/// The frame of each command's model.
final class OciModel {
  private OciModel() {}

  static CommandSpec command(String name, String parameters, String description) {
    CommandSpec spec = Model.command(name, "[OPTIONS] " + parameters, description);
    spec.usageMessage().customSynopsis("nsbox-runtime " + name + " [OPTIONS] " + parameters);
    return spec;
  }
}
