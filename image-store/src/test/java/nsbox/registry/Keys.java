package nsbox.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Proxy;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// What the JDK makes of a certificate and its key: both ends of TLS, and signatures.
final class Keys {
  private final X509Certificate certificate;
  private final PrivateKey key;

  Keys(DockerRegistry.Certificate files) throws IOException, GeneralSecurityException {
    certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(files.file())));
    String pem = Files.readString(files.key()).replaceAll("-----[A-Z ]+-----|\\s", "");
    key =
        KeyFactory.getInstance("RSA")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
  }

  /// Shows the certificate, and trusts it alone.
  SSLContext context() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("trusted", certificate);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    store.setKeyEntry("own", key, new char[0], new java.security.cert.Certificate[] {certificate});
    KeyManagerFactory identity = KeyManagerFactory.getInstance("PKIX");
    identity.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(identity.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  Connections connections() throws IOException, GeneralSecurityException {
    Connections.Route route =
        new Connections.Route(Optional.of(context()), true, Proxy.NO_PROXY, Optional.empty());
    return target -> route;
  }

  /// A JSON web token that brings its certificate.
  String token(String claims) throws GeneralSecurityException {
    String header =
        "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5c\":[\""
            + Base64.getEncoder().encodeToString(certificate.getEncoded())
            + "\"]}";
    String signed = url(header.getBytes()) + "." + url(claims.getBytes());
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(key);
    signature.update(signed.getBytes());
    return signed + "." + url(signature.sign());
  }

  private static String url(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
