package nsbox.cli.artifact;

import static nsbox.cli.Model.positionals;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Artifacts;
import nsbox.image.BlobCheck;
import nsbox.image.Descriptor;
import nsbox.image.ImageStore;
import nsbox.transfer.Artifact;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox artifact extract`: an artifact's files, checked, in a folder.
public final class ArtifactExtractCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "artifact extract",
            "ARTIFACT FOLDER|FILE",
            "Write an artifact's files into a folder; one file alone may get another name.",
            "Nothing that is there is overwritten.");
    spec.addPositional(Model.parameters("ARTIFACT", "1..*", "Name or digest, and where to"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = positionals(parsed);
    if (words.size() != 2) {
      throw new Failure("artifact extract takes an artifact and a folder");
    }
    session.prepare();
    ImageStore store = session.images().store();
    List<Descriptor> files = new Artifacts(store).get(words.getFirst()).manifest().layers();
    Path target = session.path(words.get(1));
    if (!Files.isDirectory(target)) {
      if (files.size() != 1) {
        throw new Failure(
            target + ": no such folder, and the artifact has " + files.size() + " files");
      }
      write(store, files.getFirst(), target);
      return 0;
    }
    for (Descriptor file : files) {
      write(store, file, target.resolve(name(file)));
    }
    return 0;
  }

  /* What an artifact calls its file is anybody's word: only a plain name is taken. */
  private static String name(Descriptor file) throws Failure {
    String title = file.annotations().getOrDefault(Artifact.TITLE, file.digest().hex());
    boolean plain =
        !title.isEmpty()
            && !title.equals(".")
            && !title.equals("..")
            && title.indexOf('/') < 0
            && title.indexOf('\0') < 0
            && title.length() <= 255;
    if (!plain) {
      throw new Failure(
          "file " + file.digest() + " is called \"" + title + "\", which is no plain file name");
    }
    return title;
  }

  private static void write(ImageStore store, Descriptor file, Path target)
      throws IOException, Failure {
    Path unfinished = target.resolveSibling("." + target.getFileName() + ".nsbox");
    try (InputStream bytes = store.blobs().open(file);
        OutputStream out =
            Files.newOutputStream(
                unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      BlobCheck.copy(file, bytes, out, file.digest().toString());
    } catch (FileAlreadyExistsException e) {
      throw new Failure(unfinished + " is in the way", e);
    } catch (IOException e) {
      Files.deleteIfExists(unfinished);
      throw e;
    }
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(unfinished);
      throw new Failure(target + " exists; nothing is overwritten");
    }
    Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
  }
}
