package nsbox.e2e.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Which images may come in: what policy.json asks for, and cosign's signatures in a registry.
final class TrustTest extends RegistryTests {
  private record Key(Path secret, Path open) {}

  private Key key(String name) throws Exception {
    Key key = new Key(scratch.resolve(name + ".key"), scratch.resolve(name + ".pub"));
    Outside.run(
        "openssl",
        "ecparam",
        "-name",
        "prime256v1",
        "-genkey",
        "-noout",
        "-out",
        key.secret() + "");
    Outside.run("openssl", "ec", "-in", key.secret() + "", "-pubout", "-out", key.open() + "");
    return key;
  }

  private void policy(String text) throws Exception {
    Path file = home.resolve(".config/containers/policy.json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void asksFor(Key key, String scope) throws Exception {
    policy(
        """
        {"default": [{"type": "insecureAcceptAnything"}],
         "transports": {"docker": {"%s": [
           {"type": "sigstoreSigned", "keyPath": "%s",
            "signedIdentity": {"type": "matchRepository"}}]}}}
        """
            .formatted(scope, key.open()));
  }

  @AfterEach
  void noPolicy() throws Exception {
    Files.deleteIfExists(home.resolve(".config/containers/policy.json"));
  }

  /// Puts a signature where cosign puts it: an image beside the image, under a tag of its digest.
  private Crafted sign(Key key, Crafted image, String name, String identity) throws Exception {
    Blob payload =
        Blob.of(
            "application/vnd.dev.cosign.simplesigning.v1+json",
            "{\"critical\":{\"identity\":{\"docker-reference\":\"%s\"},\"image\":{"
                    .formatted(identity)
                + "\"docker-manifest-digest\":\"%s\"},".formatted(image.manifest().digest())
                + "\"type\":\"cosign container image signature\"},\"optional\":null}");
    Path file = Files.write(Files.createTempFile(scratch, "payload", ""), payload.bytes());
    Path signature = Files.createTempFile(scratch, "signature", "");
    Outside.run(
        "openssl",
        "dgst",
        "-sha256",
        "-sign",
        key.secret().toString(),
        "-out",
        signature.toString(),
        file.toString());
    String base64 = Base64.getEncoder().encodeToString(Files.readAllBytes(signature));
    String layer = payload.descriptor();
    /* As cosign writes it: the config of an image that has no system, and no tar for a layer. */
    Blob config =
        Blob.of(
            Blob.OCI + "config.v1+json",
            "{\"architecture\":\"\",\"created\":\"0001-01-01T00:00:00Z\",\"history\":[{\"created\":"
                + "\"0001-01-01T00:00:00Z\"}],\"os\":\"\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":"
                + "[\"%s\"]},\"config\":{}}".formatted(payload.digest()));
    String type = Blob.OCI + "manifest.v1+json";
    Blob manifest =
        Blob.of(
            type,
            "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
                .formatted(
                    type,
                    config.descriptor(),
                    layer.substring(0, layer.length() - 1)
                        + ",\"annotations\":{\"dev.cosignproject.cosign/signature\":\"%s\"}}"
                            .formatted(base64)));
    Crafted signed = new Crafted(manifest, config, List.of(payload));
    String repository = name.substring(name.indexOf('/') + 1, name.lastIndexOf(':'));
    populated.image(
        signed, repository, "sha256-" + image.manifest().digest().substring(7) + ".sig");
    return signed;
  }

  private static String repository(String name) {
    return name.substring(0, name.lastIndexOf(':'));
  }

  private void isNotTaken(String name, String... texts) throws Exception {
    List<String> before = store.listing();
    Result refused = run("pull", "--retry", "0", name);
    saysWhy(refused, texts);
    assertTrue(refused.err().contains("cannot pull " + name), refused.err());
    assertTrue(refused.err().contains("Nothing was stored."), refused.err());
    assertEquals(before, store.listing());
  }

  @Test
  void refusesWhatIsRejected() throws Exception {
    Crafted image = Crafted.random(900, 2000);
    String name = pushed(image);
    policy(
        """
        {"default": [{"type": "insecureAcceptAnything"}],
         "transports": {"docker": {"%s": [{"type": "reject"}]}}}
        """
            .formatted(repository(name)));
    isNotTaken(name, "is rejected by", "policy\\.json");
    for (Blob layer : image.layers()) {
      assertEquals(0, proxy.requests("GET .*" + layer.digest()).size(), "layers were fetched");
    }
    assertEquals(125, run("run", "--rm", name).code());
    assertEquals(125, run("copy", "-q", "docker://" + name, "store:copied:1").code());
    Crafted other = Crafted.random(901, 2000);
    pulls(other, pushed(other));
  }

  @Test
  void takesWhatIsSignedWithTheKey() throws Exception {
    Key ours = key("ours");
    Key theirs = key("theirs");
    Crafted image = Crafted.random(902, 2000);
    String name = pushed(image);
    asksFor(ours, proxy.host());
    isNotTaken(name, "has no signature");
    sign(theirs, image, name, repository(name));
    isNotTaken(name, "has no valid signature");
    sign(ours, image, name, "localhost/another/name");
    isNotTaken(name, "signed under another name");
    sign(ours, Crafted.random(903, 2000), name, repository(name));
    Crafted wrongImage = Crafted.random(904, 2000);
    String wrong = pushed(wrongImage);
    sign(ours, wrongImage, name, repository(name));
    isNotTaken(wrong, "has no signature");
    Crafted signature = sign(ours, image, name, repository(name));
    pulls(image, name);
    assertEquals(0, run("run", "--rm", "--pull", "never", name).code());
    run("rmi", name).expect(0);
    /* Signed is the manifest, and nothing else may come under its name. */
    Crafted other = Crafted.random(905, 2000);
    String repository = name.substring(name.indexOf('/') + 1, name.lastIndexOf(':'));
    populated.image(other, repository, "1");
    isNotTaken(name, "has no signature");
    assertTrue(signature.manifest().text().contains("cosign"));
  }

  @Test
  void refusesAllWhereThePolicyCannotBeRead() throws Exception {
    Crafted image = Crafted.random(906, 2000);
    String name = pushed(image);
    policy("{\"default\": [{\"type\": \"acceptEverything\"}]}");
    List<String> before = store.listing();
    saysWhy(run("pull", name), "policy\\.json", "acceptEverything");
    policy("not json");
    saysWhy(run("pull", name), "policy\\.json");
    asksFor(new Key(Path.of("/nonexistent"), scratch.resolve("missing.pub")), proxy.host());
    saysWhy(run("pull", name), "missing\\.pub");
    assertEquals(before, store.listing());
    Path other =
        Files.writeString(
            scratch.resolve("other-policy.json"),
            "{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}");
    policy("{\"default\": [{\"type\": \"reject\"}]}");
    pulls(image, "--signature-policy", other.toString(), name);
  }

  @Test
  void verifiesWhatLiesInTheStore() throws Exception {
    Key ours = key("v-ours");
    Key theirs = key("v-theirs");
    Crafted image = Crafted.random(907, 20_000);
    String name = pushed(image);
    pulls(image, name);
    Result sound = run("verify", name).expect(0);
    assertTrue(sound.out().startsWith(name + ": sound, 4 blobs of "), sound.out());
    Result unsigned = run("verify", "--key", ours.open().toString(), name);
    assertEquals(1, unsigned.code(), unsigned::toString);
    assertTrue(unsigned.err().contains("has no signature"), unsigned.err());
    sign(ours, image, name, repository(name));
    String tag = repository(name) + ":sha256-" + image.manifest().digest().substring(7) + ".sig";
    run("artifact", "pull", "-q", tag).expect(0);
    proxy.reset();
    Result signed = run("verify", "--key", ours.open().toString(), name).expect(0);
    assertTrue(signed.out().contains("signed with " + ours.open()), signed.out());
    assertEquals(1, run("verify", "--key", theirs.open().toString(), name).code());
    assertEquals(List.of(), proxy.requests(), "verifying is offline");
    Path blob =
        store.layout().resolve("blobs/sha256/" + image.layers().getLast().digest().substring(7));
    byte[] bytes = Files.readAllBytes(blob);
    byte[] damaged = bytes.clone();
    damaged[100] ^= 1;
    Files.write(blob, damaged);
    Result broken = run("verify", name);
    assertEquals(1, broken.code(), broken::toString);
    assertTrue(broken.out().contains(image.layers().getLast().digest()), broken.out());
    Files.write(blob, bytes);
    run("verify", name).expect(0);
  }
}
