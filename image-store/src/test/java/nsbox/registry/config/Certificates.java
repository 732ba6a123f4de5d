package nsbox.registry.config;

import java.io.IOException;
import java.io.Writer;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import nsbox.registry.config.Tls.Identity;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/// An authority, a server for `localhost` and clients, all made for one test.
final class Certificates {
  private final Path folder;
  private final KeyPair authorityKeys = keys("EC");
  private final X509Certificate authority;

  Certificates(Path folder) throws Exception {
    this.folder = folder;
    this.authority = sign("CN=authority", authorityKeys, true);
  }

  /// The authority's certificate in PEM.
  Path authority() throws IOException {
    return write("authority.crt", authority);
  }

  /// A server that trusts clients of the authority.
  SSLContext server() throws Exception {
    KeyPair keys = keys("EC");
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry(
        "server",
        keys.getPrivate(),
        new char[0],
        new X509Certificate[] {sign("CN=localhost", keys, false)});
    own.setCertificateEntry("authority", authority);
    KeyManagerFactory shown = KeyManagerFactory.getInstance("PKIX");
    shown.init(own, new char[0]);
    TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
    trusted.init(own);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(shown.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }

  /// @param format `PKCS8`, or the older one of the algorithm
  Identity client(String algorithm, String format) throws Exception {
    KeyPair keys = keys(algorithm);
    PrivateKey key = keys.getPrivate();
    return new Identity(
        write("client.cert", sign("CN=client", keys, false)),
        write(
            "client.key",
            switch (format) {
              case "PKCS8" -> new JcaPKCS8Generator(key, null);
              case "SEC1" -> sec1(key);
              default -> key;
            }));
  }

  /// As openssl writes it: the JDK's own encoding leaves the curve out of the inner structure.
  private static PemObject sec1(PrivateKey key) throws IOException {
    ASN1Encodable curve =
        PrivateKeyInfo.getInstance(key.getEncoded()).getPrivateKeyAlgorithm().getParameters();
    ECPrivateKey withCurve =
        new ECPrivateKey(256, ((java.security.interfaces.ECPrivateKey) key).getS(), curve);
    return new PemObject("EC PRIVATE KEY", withCurve.getEncoded());
  }

  private Path write(String name, Object object) throws IOException {
    Path file = folder.resolve(name);
    try (Writer text = Files.newBufferedWriter(file);
        JcaPEMWriter pem = new JcaPEMWriter(text)) {
      pem.writeObject(object);
    }
    return file;
  }

  private X509Certificate sign(String name, KeyPair keys, boolean isAuthority) throws Exception {
    Instant now = Instant.now();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name("CN=authority"),
            BigInteger.valueOf(System.nanoTime()),
            Date.from(now.minusSeconds(3600)),
            Date.from(now.plusSeconds(3600)),
            new X500Name(name),
            keys.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
    if (!isAuthority) {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost")));
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(
                new JcaContentSignerBuilder("SHA256withECDSA").build(authorityKeys.getPrivate())));
  }

  private static KeyPair keys(String algorithm) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
    return generator.generateKeyPair();
  }
}
