package nsbox.cli.image;

import static nsbox.cli.Model.positionals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.image.Descriptor;
import nsbox.image.ImageStore;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox tag`: gives an image more names, all or none.
public final class TagCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "tag",
            "IMAGE NAME...",
            "Give an image more names. What had such a name before loses it, and stays.");
    spec.addPositional(
        Model.parameters("NAME", "2..*", "Name or ID of the image, and its new names"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = positionals(parsed);
    Map<Reference, Descriptor> names = new LinkedHashMap<>();
    List<String> wanted = words.subList(1, words.size());
    for (String text : wanted) {
      Reference name = Reference.parse(text);
      if (name.digest().isPresent()) {
        throw new Failure("cannot tag as " + text + ": a digest is found, not given");
      }
      names.put(name, null);
    }
    session.prepare();
    ImageStore store = session.images().store();
    StoredImage image = StoreLookup.get(store, words.getFirst());
    names.replaceAll((name, none) -> image.target());
    store.tagAll(names);
    for (Reference name : names.keySet()) {
      session.events().image("tag", image.id().toString(), name.familiar());
    }
    return 0;
  }
}
