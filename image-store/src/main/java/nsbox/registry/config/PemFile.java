package nsbox.registry.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/// Certificates and keys in PEM.
record PemFile(Path path, byte[] bytes) {
  private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
  private static final String END = "-----END CERTIFICATE-----";

  /// @throws InvalidConfigurationException if it is not there
  static PemFile read(Path path, Origin origin) throws IOException {
    byte[] bytes =
        Places.read(path)
            .orElseThrow(
                () -> new InvalidConfigurationException(origin, "there is no file " + path));
    return new PemFile(path, bytes);
  }

  /// All certificates, in their order; at least one.
  ///
  /// Other blocks, such as a key in the same file, are passed over.
  List<X509Certificate> certificates() throws InvalidConfigurationException {
    List<X509Certificate> certificates = new ArrayList<>();
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int line = 1;
    int at = 0;
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (int begin = text.indexOf(BEGIN); begin >= 0; begin = text.indexOf(BEGIN, at)) {
        line += (int) text.substring(at, begin).chars().filter(c -> c == '\n').count();
        int end = text.indexOf(END, begin);
        if (end < 0) {
          throw new InvalidConfigurationException(
              Places.at(path, line), "a certificate has no end");
        }
        byte[] one =
            text.substring(begin, end + END.length()).getBytes(StandardCharsets.ISO_8859_1);
        certificates.add(
            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(one)));
        at = end;
        line += (int) text.substring(begin, end).chars().filter(c -> c == '\n').count();
      }
    } catch (CertificateException e) {
      throw new InvalidConfigurationException(Places.at(path, line), "not a certificate", e);
    }
    if (certificates.isEmpty()) {
      throw new InvalidConfigurationException(Places.at(path), "has no certificate in PEM");
    }
    return certificates;
  }

  /// The first private key: PKCS#8, PKCS#1 of RSA, or SEC1 of elliptic curves.
  ///
  /// @throws InvalidConfigurationException if there is none, or it is encrypted: nobody is asked
  ///   for its password
  PrivateKey key() throws InvalidConfigurationException {
    Origin origin = Places.at(path);
    try (PEMParser parser =
        new PEMParser(new StringReader(new String(bytes, StandardCharsets.ISO_8859_1)))) {
      JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
      for (Object block = parser.readObject(); block != null; block = parser.readObject()) {
        switch (block) {
          case PrivateKeyInfo key -> {
            return converter.getPrivateKey(key);
          }
          case PEMKeyPair pair -> {
            return converter.getPrivateKey(pair.getPrivateKeyInfo());
          }
          case PEMEncryptedKeyPair _, PKCS8EncryptedPrivateKeyInfo _ ->
              throw new InvalidConfigurationException(origin, "the key is encrypted");
          default -> {
            /* A certificate, or the parameters of a curve. */
          }
        }
      }
    } catch (InvalidConfigurationException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidConfigurationException(origin, "the key cannot be read", e);
    }
    throw new InvalidConfigurationException(origin, "has no private key in PEM");
  }
}
