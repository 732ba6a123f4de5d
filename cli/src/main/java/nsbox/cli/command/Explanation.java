package nsbox.cli.command;

import java.util.List;
import nsbox.bundle.Bundle;
import nsbox.cli.output.Visible;
import nsbox.engine.ContainerPlan;
import nsbox.engine.Images;
import nsbox.image.Descriptor;
import nsbox.image.StoredImage;
import nsbox.runtime.program.Program;

/// The way of one container from its image to PID 1, as text.
final class Explanation {
  private Explanation() {}

  static String of(
      String asked, Images images, Images.Unpacked unpacked, ContainerPlan plan, Program program) {
    StringBuilder text = new StringBuilder();
    image(text, asked, unpacked.image());
    layers(text, images, unpacked);
    text.append("\nroot file system:\n");
    line(text, "driver", images.driver().name());
    text.append("\nconfig.json, and where it comes from:\n");
    for (Bundle.Origin origin : plan.bundle().origins()) {
      line(text, origin.field(), origin.value() + "  (" + origin.source() + ")");
    }
    text.append("\nlaunch program, ").append(program.encode().length).append(" bytes\n");
    text.append(program.text());
    return text.toString();
  }

  private static void image(StringBuilder text, String asked, StoredImage image) {
    text.append("image ").append(asked).append(":\n");
    for (var reference : image.references()) {
      line(text, "reference", reference.toString());
    }
    Descriptor manifest = image.descriptor();
    line(text, "manifest", manifest.digest() + ", " + manifest.mediaType());
    line(text, "config", image.id().toString());
    line(text, "platform", image.config().platform().toString());
  }

  private static void layers(StringBuilder text, Images images, Images.Unpacked unpacked) {
    List<Descriptor> layers = unpacked.image().manifest().layers();
    for (int i = 0; i < layers.size(); i++) {
      String chainId = unpacked.chainIds().get(i);
      text.append("\nlayer ").append(i + 1).append(" of ").append(layers.size()).append(":\n");
      line(text, "digest", layers.get(i).digest() + ", " + layers.get(i).sizeBytes() + " bytes");
      line(text, "diff ID", unpacked.image().config().diffIds().get(i).toString());
      line(text, "chain ID", chainId);
      line(text, "snapshot", images.snapshots().directory(chainId).toString());
    }
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("  ").append(name).append(" ".repeat(Math.max(1, 24 - name.length())));
    text.append(Visible.text(value)).append('\n');
  }
}
