package nsbox.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// A key pair of openssl's, so that what nsbox verifies was signed by somebody else.
final class OpenSsl {
  private final Path privateKey;
  private final Path publicKey;
  private final boolean raw;

  private OpenSsl(Path privateKey, Path publicKey, boolean raw) {
    this.privateKey = privateKey;
    this.publicKey = publicKey;
    this.raw = raw;
  }

  static OpenSsl p256(Path folder, String name) throws IOException {
    return ec(folder, name, "P-256");
  }

  static OpenSsl ec(Path folder, String name, String curve) throws IOException {
    return make(folder, name, false, "EC", "-pkeyopt", "ec_paramgen_curve:" + curve);
  }

  static OpenSsl rsa(Path folder, String name, int bits) throws IOException {
    return make(folder, name, false, "RSA", "-pkeyopt", "rsa_keygen_bits:" + bits);
  }

  static OpenSsl ed25519(Path folder, String name) throws IOException {
    return make(folder, name, true, "ED25519");
  }

  private static OpenSsl make(Path folder, String name, boolean raw, String... kind)
      throws IOException {
    Path privateKey = folder.resolve(name + ".key");
    Path publicKey = folder.resolve(name + ".pub");
    List<String> command =
        new ArrayList<>(List.of("genpkey", "-out", privateKey.toString(), "-algorithm"));
    command.addAll(List.of(kind));
    openssl(command);
    openssl(List.of("pkey", "-in", privateKey.toString(), "-pubout", "-out", publicKey.toString()));
    return new OpenSsl(privateKey, publicKey, raw);
  }

  Path publicFile() {
    return publicKey;
  }

  Path privateFile() {
    return privateKey;
  }

  TrustedKey trusted() throws IOException {
    return TrustedKey.read(publicKey);
  }

  byte[] sign(byte[] message) throws IOException {
    return sign(message, "sha256");
  }

  byte[] sign(byte[] message, String hash) throws IOException {
    Path folder = privateKey.getParent();
    Path file = Files.write(folder.resolve("message"), message);
    Path signature = folder.resolve("signature");
    openssl(
        raw
            ? List.of(
                "pkeyutl",
                "-sign",
                "-rawin",
                "-inkey",
                privateKey.toString(),
                "-in",
                file.toString(),
                "-out",
                signature.toString())
            : List.of(
                "dgst",
                "-" + hash,
                "-sign",
                privateKey.toString(),
                "-out",
                signature.toString(),
                file.toString()));
    return Files.readAllBytes(signature);
  }

  String signBase64(byte[] message) throws IOException {
    return Base64.getEncoder().encodeToString(sign(message));
  }

  private static void openssl(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(arguments);
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      Assumptions.abort("openssl cannot be run: " + e.getMessage());
      return;
    }
    String output = new String(process.getInputStream().readAllBytes());
    try {
      assertEquals(0, process.waitFor(), command + ": " + output);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
