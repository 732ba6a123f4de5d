package nsbox.transfer;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import nsbox.image.BlobCheck;
import nsbox.image.BlobSource;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageManifest;
import nsbox.image.Ingest;
import nsbox.image.MediaType;
import nsbox.json.Json;
import nsbox.json.JsonObject;

/// An image with its layers compressed as they are wished on the way out.
///
/// What is compressed already stays byte for byte, unless that is forced; an image of which nothing
/// changes keeps its digest. Compressed layers wait in the ingest folder until they are sent. The
/// same content with the same wish gives the same bytes.
public final class Recompression {
  private static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
  private static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";
  private static final int BUFFER_BYTES = 128 << 10;

  private final BlobSource store;
  private final Ingest ingest;
  private final Wish wish;
  private final Map<Digest, Path> made = new HashMap<>();
  private final Map<Digest, byte[]> documents = new HashMap<>();
  private Descriptor root;

  /// @param level as the compressor counts
  /// @param force compress also what is compressed already
  public record Wish(boolean zstd, int level, boolean force) {}

  private Recompression(BlobSource store, Ingest ingest, Wish wish) {
    this.store = store;
    this.ingest = ingest;
    this.wish = wish;
  }

  /// Compresses what is to be compressed. Indexes and artifacts stay as they are.
  ///
  /// @param ingest where the results lie until it is closed
  public static Recompression of(Descriptor root, BlobSource store, Ingest ingest, Wish wish)
      throws IOException {
    Recompression recompression = new Recompression(store, ingest, wish);
    recompression.root = recompression.manifest(root);
    return recompression;
  }

  /// What is to be pushed.
  public Descriptor root() {
    return root;
  }

  /// Where its blobs are.
  public BlobSource source() {
    return new Source();
  }

  private Descriptor manifest(Descriptor descriptor) throws IOException {
    if (!MediaType.isManifest(descriptor.mediaType())) {
      return descriptor;
    }
    byte[] bytes = store.document(descriptor);
    ImageManifest manifest = ImageManifest.parse(descriptor, bytes);
    if (!manifest.isImage()) {
      return descriptor;
    }
    List<JsonObject> layers = new ArrayList<>();
    boolean changed = false;
    boolean oci = false;
    for (Descriptor layer : manifest.layers()) {
      Descriptor compressed = layer(layer);
      changed |= compressed != layer;
      oci |= compressed.mediaType().endsWith("+zstd");
      layers.add(compressed.toJson());
    }
    if (!changed) {
      return descriptor;
    }
    JsonObject json = Json.parse(bytes, "manifest " + descriptor.digest()).put("layers", layers);
    String mediaType = descriptor.mediaType();
    if (oci && mediaType.equals(MediaType.DOCKER_MANIFEST)) {
      /* Docker's format has no zstd. */
      mediaType = MediaType.OCI_MANIFEST;
      json.put("mediaType", mediaType)
          .put("config", json.object("config").put("mediaType", MediaType.OCI_CONFIG));
      for (JsonObject layer : layers) {
        layer.put("mediaType", OCI_LAYER + suffix(layer.string("mediaType")));
      }
    }
    byte[] rewritten = Json.bytes(json);
    Descriptor result = new Descriptor(mediaType, Digest.sha256(rewritten), rewritten.length);
    documents.put(result.digest(), rewritten);
    return result;
  }

  private static String suffix(String mediaType) {
    if (mediaType.endsWith("+zstd")) {
      return "+zstd";
    }
    return mediaType.endsWith("gzip") ? "+gzip" : "";
  }

  private Descriptor layer(Descriptor layer) throws IOException {
    String type = layer.mediaType();
    boolean plain = type.equals(OCI_LAYER) || type.equals(DOCKER_LAYER);
    boolean known =
        plain
            || type.equals(OCI_LAYER + "+gzip")
            || type.equals(OCI_LAYER + "+zstd")
            || type.equals(DOCKER_LAYER + ".gzip");
    if (!known || !plain && !wish.force()) {
      return layer;
    }
    Path file = ingest.file("compressed-" + made.size());
    MessageDigest hasher = layer.digest().hasher();
    try (InputStream tar = expanded(layer);
        OutputStream out =
            compressor(
                new DigestOutputStream(
                    Files.newOutputStream(file, StandardOpenOption.CREATE_NEW), hasher))) {
      tar.transferTo(out);
    }
    String compressedType =
        type.startsWith(DOCKER_LAYER) && !wish.zstd()
            ? DOCKER_LAYER + ".gzip"
            : OCI_LAYER + (wish.zstd() ? "+zstd" : "+gzip");
    Descriptor result =
        new Descriptor(compressedType, layer.digest().finished(hasher), Files.size(file));
    made.put(result.digest(), file);
    return result;
  }

  private InputStream expanded(Descriptor layer) throws IOException {
    InputStream bytes = store.open(layer);
    String type = layer.mediaType();
    if (type.endsWith("gzip")) {
      return new GZIPInputStream(bytes, BUFFER_BYTES);
    }
    return type.endsWith("+zstd") ? new ZstdInputStream(bytes) : bytes;
  }

  private OutputStream compressor(OutputStream out) throws IOException {
    if (wish.zstd()) {
      return new ZstdOutputStream(out, wish.level());
    }
    return new GZIPOutputStream(out, BUFFER_BYTES) {
      {
        def.setLevel(Math.clamp(wish.level(), Deflater.BEST_SPEED, Deflater.BEST_COMPRESSION));
      }
    };
  }

  private final class Source implements BlobSource {
    @Override
    public InputStream open(Descriptor blob) throws IOException {
      Path file = made.get(blob.digest());
      if (file != null) {
        return Files.newInputStream(file);
      }
      byte[] document = documents.get(blob.digest());
      return document == null ? store.open(blob) : new ByteArrayInputStream(document);
    }

    @Override
    public byte[] document(Descriptor blob) throws IOException {
      byte[] document = documents.get(blob.digest());
      if (document == null) {
        return store.document(blob);
      }
      BlobCheck.check(blob, document, "manifest " + blob.digest());
      return document;
    }
  }
}
