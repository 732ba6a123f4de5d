package nsbox.trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/// A public key whose signatures count: ECDSA over P-256, P-384 or P-521, RSA, or Ed25519.
///
/// A signature says nothing about its scheme, so the key decides: ECDSA with SHA-256, or with the
/// hash of the curve's size; RSA with PKCS #1 v1.5 and SHA-256; Ed25519 over the bytes themselves.
///
/// @spec https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#signature-schemes
public final class TrustedKey {
  /// The longest file or text that is read as a key, in bytes.
  public static final int MAX_BYTES = 64 << 10;

  private static final int MIN_RSA_BITS = 2048;
  private static final int MAX_RSA_BITS = 16384;
  private static final String BEGIN = "-----BEGIN ";
  private static final String DASHES = "-----";
  private static final String TYPE = "PUBLIC KEY";
  private static final String END = "-----END " + TYPE + DASHES;

  private final String label;
  private final PublicKey key;
  private final List<String> schemes;

  private TrustedKey(String label, PublicKey key) throws TrustException {
    this.label = label;
    this.key = key;
    this.schemes = schemes();
  }

  /// Reads a key's file, in PEM.
  ///
  /// @throws TrustException.UnusableKey if it is none
  public static TrustedKey read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return parse(in.readNBytes(MAX_BYTES + 1), file.toString());
    } catch (NoSuchFileException e) {
      throw new TrustException.UnusableKey(file.toString(), "there is no such file", e);
    }
  }

  /// Reads one key in PEM, a block `PUBLIC KEY`.
  ///
  /// @param label what to call it in messages
  /// @throws TrustException.UnusableKey if it is none
  public static TrustedKey parse(byte[] pem, String label) throws TrustException {
    if (pem.length > MAX_BYTES) {
      throw unusable(label, "longer than " + MAX_BYTES + " bytes", null);
    }
    byte[] der = der(new String(pem, StandardCharsets.ISO_8859_1), label);
    for (String algorithm : List.of("EC", "RSA", "Ed25519")) {
      try {
        KeyFactory factory = KeyFactory.getInstance(algorithm);
        return new TrustedKey(label, factory.generatePublic(new X509EncodedKeySpec(der)));
      } catch (InvalidKeySpecException e) {
        // Of another algorithm, as a rule; the last one decides.
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has " + algorithm, e);
      }
    }
    throw unusable(label, "neither ECDSA nor RSA nor Ed25519", null);
  }

  private static byte[] der(String text, String label) throws TrustException {
    int begin = text.indexOf(BEGIN);
    int type = begin + BEGIN.length();
    int typeEnd = begin < 0 ? -1 : text.indexOf(DASHES, type);
    if (typeEnd < 0) {
      throw unusable(label, "no PEM, which begins with " + BEGIN + TYPE + DASHES, null);
    }
    String found = text.substring(type, typeEnd);
    if (!found.equals(TYPE)) {
      boolean plain = found.chars().allMatch(c -> c == ' ' || c >= 'A' && c <= 'Z');
      throw unusable(
          label, "a PEM block " + (plain ? found : "of another kind") + ", not " + TYPE, null);
    }
    int end = text.indexOf(END, typeEnd);
    if (end < 0 || text.indexOf(BEGIN, end) >= 0) {
      throw unusable(label, end < 0 ? "the PEM block has no end" : "more than one key", null);
    }
    String base64 = text.substring(typeEnd + DASHES.length(), end).replaceAll("[ \t\r\n]", "");
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw unusable(label, "the PEM block is not Base64", e);
    }
  }

  private List<String> schemes() throws TrustException {
    return switch (key) {
      case ECPublicKey ec ->
          switch (ec.getParams().getOrder().bitLength()) {
            case 256 -> List.of("SHA256withECDSA");
            case 384 -> List.of("SHA256withECDSA", "SHA384withECDSA");
            case 521 -> List.of("SHA256withECDSA", "SHA512withECDSA");
            default -> throw unusable(label, "on another curve than P-256, P-384, P-521", null);
          };
      case RSAPublicKey rsa -> {
        int bits = rsa.getModulus().bitLength();
        if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
          String range = MIN_RSA_BITS + " to " + MAX_RSA_BITS;
          throw unusable(label, "RSA of " + bits + " bits; " + range + " are taken", null);
        }
        yield List.of("SHA256withRSA");
      }
      case EdECPublicKey _ -> List.of("Ed25519");
      default -> throw unusable(label, "of the unknown kind " + key.getAlgorithm(), null);
    };
  }

  /// Whether this key signed these bytes. What is no signature at all is no error.
  boolean verifies(byte[] message, byte[] signature) {
    for (String scheme : schemes) {
      try {
        java.security.Signature verifier = java.security.Signature.getInstance(scheme);
        verifier.initVerify(key);
        verifier.update(message);
        if (verifier.verify(signature)) {
          return true;
        }
      } catch (SignatureException e) {
        // Not of this key's form: as wrong as one of another key.
      } catch (NoSuchAlgorithmException | InvalidKeyException e) {
        throw new IllegalStateException("every JDK has " + scheme, e);
      }
    }
    return false;
  }

  private static TrustException unusable(String label, String reason, Throwable cause) {
    return new TrustException.UnusableKey(label, reason, cause);
  }

  /// What it is called in messages.
  @Override
  public String toString() {
    return label;
  }
}
