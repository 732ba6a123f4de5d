package nsbox.trust;

import java.io.IOException;
import java.util.List;
import nsbox.image.Digest;

/// Why an image is not trusted, or why that cannot be told. Both mean: do not use it.
///
/// Each kind carries the facts; the message is one plain sentence made of them.
public abstract sealed class TrustException extends IOException {
  private static final long serialVersionUID = 1L;

  private TrustException(String message, Throwable cause) {
    super(message, cause);
  }

  /// The policy refuses the image whatever is signed.
  public static final class Rejected extends TrustException {
    private static final long serialVersionUID = 1L;
    private final String image;
    private final String rule;

    Rejected(String image, String rule) {
      super(image + " is rejected by " + rule, null);
      this.image = image;
      this.rule = rule;
    }

    public String image() {
      return image;
    }

    /// File and place in it.
    public String rule() {
      return rule;
    }
  }

  /// A signature is asked for, and there is none.
  public static final class Unsigned extends TrustException {
    private static final long serialVersionUID = 1L;
    private final String image;
    private final transient List<Digest> manifests;

    Unsigned(String image, List<Digest> manifests, String rule) {
      super(image + " has no signature, which " + rule + " asks for", null);
      this.image = image;
      this.manifests = manifests;
    }

    public String image() {
      return image;
    }

    /// Of which a signature was looked for.
    public List<Digest> manifests() {
      return manifests;
    }
  }

  /// There are signatures, and none was made by a trusted key over this image.
  public static final class BadSignature extends TrustException {
    private static final long serialVersionUID = 1L;
    private final String image;
    private final transient List<RefusedSignature> refused;

    BadSignature(String image, List<RefusedSignature> refused, String rule) {
      super(
          image + " has no valid signature, which " + rule + " asks for: " + joined(refused), null);
      this.image = image;
      this.refused = refused;
    }

    public String image() {
      return image;
    }

    public List<RefusedSignature> refused() {
      return refused;
    }
  }

  /// A trusted key has signed the image, but as another one.
  public static final class WrongIdentity extends TrustException {
    private static final long serialVersionUID = 1L;
    private final String image;
    private final transient List<RefusedSignature> refused;

    WrongIdentity(String image, List<RefusedSignature> refused, String rule) {
      super(
          image + " is signed under another name than " + rule + " allows: " + joined(refused),
          null);
      this.image = image;
      this.refused = refused;
    }

    public String image() {
      return image;
    }

    public List<RefusedSignature> refused() {
      return refused;
    }
  }

  /// The policy cannot be read, so it allows nothing.
  public static final class PolicyFile extends TrustException {
    private static final long serialVersionUID = 1L;
    private final String file;
    private final String reason;

    PolicyFile(String file, String reason, Throwable cause) {
      super("signature policy " + reason, cause);
      this.file = file;
      this.reason = reason;
    }

    public String file() {
      return file;
    }

    /// Begins with the file, and names the place in it.
    public String reason() {
      return reason;
    }
  }

  /// A key cannot be read, or is of a kind that is not taken.
  public static final class UnusableKey extends TrustException {
    private static final long serialVersionUID = 1L;
    private final String key;
    private final String reason;

    UnusableKey(String key, String reason, Throwable cause) {
      super("public key " + key + ": " + reason, cause);
      this.key = key;
      this.reason = reason;
    }

    public String key() {
      return key;
    }

    public String reason() {
      return reason;
    }
  }

  /// The policy asks for a check that nsbox does not have.
  public static final class Unsupported extends TrustException {
    private static final long serialVersionUID = 1L;
    private final String image;
    private final String rule;
    private final String feature;

    Unsupported(String image, String rule, String feature) {
      super(
          image
              + " cannot be trusted: "
              + rule
              + " asks for "
              + feature
              + ", which nsbox cannot check",
          null);
      this.image = image;
      this.rule = rule;
      this.feature = feature;
    }

    public String image() {
      return image;
    }

    /// File and place in it.
    public String rule() {
      return rule;
    }

    public String feature() {
      return feature;
    }
  }

  private static String joined(List<RefusedSignature> refused) {
    StringBuilder text = new StringBuilder();
    for (RefusedSignature signature : refused) {
      text.append(text.isEmpty() ? "" : "; ").append(signature);
    }
    return text.toString();
  }
}
