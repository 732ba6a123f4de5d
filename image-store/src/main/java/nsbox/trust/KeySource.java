package nsbox.trust;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The keys that a requirement names, read when they are needed: a key that is gone harms only the
/// images it is for.
///
/// @param files in PEM
/// @param texts in PEM
/// @param rule what to call the texts in messages
record KeySource(List<Path> files, List<byte[]> texts, String rule) {

  /// @throws TrustException.UnusableKey if one of them is none
  List<TrustedKey> read() throws IOException {
    List<TrustedKey> keys = new ArrayList<>();
    for (Path file : files) {
      keys.add(TrustedKey.read(file));
    }
    for (byte[] text : texts) {
      keys.add(TrustedKey.parse(text, "of " + rule));
    }
    return keys;
  }
}
