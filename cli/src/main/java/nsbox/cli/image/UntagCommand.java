package nsbox.cli.image;

import static nsbox.cli.Model.positionals;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.image.ImageStore;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox untag`: takes names from an image; the image stays.
public final class UntagCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "untag",
            "IMAGE [NAME...]",
            "Take names from an image, or all that it has. The image stays, and has an ID.");
    spec.addPositional(Model.parameters("IMAGE", "1..*", "Name or ID, and the names to take"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = positionals(parsed);
    session.prepare();
    ImageStore store = session.images().store();
    StoredImage image = StoreLookup.get(store, words.getFirst());
    Set<Reference> names = new LinkedHashSet<>();
    for (String text : words.subList(1, words.size())) {
      Reference name = Reference.parse(text);
      if (!image.references().contains(name)) {
        throw new Failure(
            "no such name of image " + words.getFirst() + ": " + text + "\n  No name was taken.");
      }
      names.add(name);
    }
    Set<Reference> taken = names.isEmpty() ? Set.copyOf(image.references()) : names;
    store.untagAll(taken);
    for (Reference name : taken) {
      session.events().image("untag", image.id().toString(), name.familiar());
    }
    return 0;
  }
}
