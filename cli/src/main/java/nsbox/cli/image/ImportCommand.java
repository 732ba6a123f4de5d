package nsbox.cli.image;

import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Set;
import nsbox.archive.LayoutImport;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Front;
import nsbox.engine.Images;
import nsbox.image.Platform;
import nsbox.image.Reference;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox import`: the way into the store without a network.
public final class ImportCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "import",
            "[OPTIONS] PATH",
            "Bring images from an OCI layout into the store: a folder, a tar archive, or - for an"
                + " archive on standard input.",
            "Where the layout names only a tag, the folder's name is the repository.");
    spec.addOption(text("REFERENCE", "What to call the image instead", "--name"));
    spec.addPositional(Model.parameters("PATH", "1", "An OCI image layout"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    String path = positionals(parsed).getFirst();
    Optional<String> asked = Model.optional(parsed, "--name");
    Optional<Reference> name =
        asked.isPresent() ? Optional.of(Reference.parse(asked.get())) : Optional.empty();
    session.prepare();
    Images images = session.images();
    images.store().sweep();
    images.snapshots().sweep();
    LayoutImport layouts = new LayoutImport(images.store());
    Set<Reference> references =
        path.equals("-")
            ? layouts.importFrom(
                new FrontInput(session.front()), "standard input", name, Platform.host())
            : layouts.importFrom(session.path(path), name, Platform.host());
    for (Reference reference : references) {
      images.unpack(images.store().get(reference.toString()));
      session.front().out(reference.familiar() + "\n");
    }
    return 0;
  }

  /// The user's standard input, asked from the front piece by piece.
  private static final class FrontInput extends InputStream {
    private final Front front;
    private final byte[] buffer = new byte[1 << 16];
    private int at;
    private int end;

    private FrontInput(Front front) {
      this.front = front;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (at == end) {
        at = 0;
        end = front.read(buffer);
        if (end == 0) {
          return -1;
        }
      }
      int count = Math.min(length, end - at);
      System.arraycopy(buffer, at, into, offset, count);
      at += count;
      return count;
    }
  }
}
