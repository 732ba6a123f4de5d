package nsbox.cli.image;

import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Human;
import nsbox.cli.output.Visible;
import nsbox.engine.ContentCheck;
import nsbox.engine.Front;
import nsbox.engine.ImageRoots;
import nsbox.image.Descriptor;
import nsbox.image.ImageStore;
import nsbox.image.StoredImage;
import nsbox.registry.RawManifest;
import nsbox.trust.BundleFile;
import nsbox.trust.RefusedSignature;
import nsbox.trust.SignatureCheck;
import nsbox.trust.SignatureSource;
import nsbox.trust.StoreSignatures;
import nsbox.trust.TrustedKey;
import nsbox.trust.VerifiedSignature;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox verify`: whether a stored image is what it should be, or who signed it. No network.
public final class VerifyCommand implements Command {
  private static final int NOT_SOUND = 1;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "verify",
            "[OPTIONS] IMAGE...",
            "Hash anew all that the store has of images, and say what is damaged. With --key, check"
                + " cosign's signatures of them instead, without any network.",
            "The exit code is 1 if something is damaged, or no signature is valid.");
    spec.addOption(
        texts("FILE", "A public key in PEM; given several times, any of them will do", "--key"));
    spec.addOption(
        text("FILE", "A sigstore bundle to check, not the signatures in the store", "--bundle"));
    spec.addPositional(Model.parameters("IMAGE", "1..*", "Names or IDs of images"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    ImageStore store = new ImageStore(session.roots().root());
    List<TrustedKey> keys = new ArrayList<>();
    for (String file : values(parsed, "--key")) {
      keys.add(TrustedKey.read(session.path(file)));
    }
    Optional<String> bundle = Model.optional(parsed, "--bundle");
    if (bundle.isPresent() && keys.isEmpty()) {
      throw new Failure("--bundle needs --key: a signature is checked with a key");
    }
    SignatureSource source =
        bundle.isPresent() ? new BundleFile(session.path(bundle.get())) : StoreSignatures.of(store);
    boolean sound = true;
    for (String image : positionals(parsed)) {
      sound &=
          keys.isEmpty()
              ? checkContent(session, store, image)
              : checkSignatures(store, image, keys, source, session.front());
    }
    return sound ? 0 : NOT_SOUND;
  }

  private static boolean checkContent(Session session, ImageStore store, String image)
      throws IOException, Failure {
    Front front = session.front();
    ContentCheck.Report report =
        new ContentCheck(store, session.layerLimits()).check(ImageRoots.of(store, image));
    for (String damage : report.damages()) {
      front.out(image + ": " + Visible.text(damage) + "\n");
    }
    if (report.damages().isEmpty()) {
      front.out(
          image
              + ": sound, "
              + report.blobs()
              + " blobs of "
              + Human.size(report.bytes())
              + " together\n");
    }
    return report.damages().isEmpty();
  }

  private static boolean checkSignatures(
      ImageStore store, String image, List<TrustedKey> keys, SignatureSource source, Front front)
      throws IOException {
    SignatureCheck.Result result = SignatureCheck.check(keys, manifests(store, image), source);
    for (VerifiedSignature signature : result.verified()) {
      front.out(
          image
              + ": signed with "
              + Visible.text(signature.key())
              + " as "
              + signature.identity().map(Visible::text).orElse("no name")
              + "\n  "
              + signature.manifest()
              + "\n  "
              + Visible.text(signature.origin())
              + "\n");
    }
    if (!result.verified().isEmpty()) {
      return true;
    }
    StringBuilder text = new StringBuilder("nsbox: ").append(image);
    text.append(result.refused().isEmpty() ? " has no signature\n" : " has no valid signature\n");
    for (RefusedSignature refused : result.refused()) {
      text.append("  ").append(Visible.text(refused.toString())).append('\n');
    }
    front.err(text.toString());
    return false;
  }

  /* What the name points at, and the manifest that this machine takes from it. */
  private static List<RawManifest> manifests(ImageStore store, String image) throws IOException {
    StoredImage stored = store.get(image);
    List<RawManifest> manifests = new ArrayList<>();
    for (Descriptor root : ImageRoots.of(store, image)) {
      if (!root.digest().equals(stored.descriptor().digest())) {
        manifests.add(new RawManifest(root, store.blobs().document(root)));
      }
    }
    Descriptor chosen = stored.descriptor();
    manifests.add(new RawManifest(chosen, store.blobs().document(chosen)));
    return manifests;
  }
}
