package nsbox.trust;

import java.io.IOException;
import java.util.List;
import nsbox.image.Digest;

/// Where the signatures of an image are found.
///
/// What is found is what somebody put there: hostile until a key has verified it. So one that
/// cannot be read does not hide the others; it comes as [Signature.Unreadable].
public interface SignatureSource {

  /// The most signatures of one manifest that are looked at.
  int MAX_SIGNATURES = 100;

  /// All signatures of a manifest, in the order in which they were found; none if there are none.
  ///
  /// @throws IOException if it cannot be told whether there are any
  List<Signature> signaturesOf(Digest manifest) throws IOException;
}
