package nsbox.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.image.Digest;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Makes archives in the format of `docker save`, sound ones unless a test breaks them.
final class ArchiveFixture {
  private final Map<String, Member> members = new LinkedHashMap<>();
  private final List<JsonObject> images = new ArrayList<>();

  private record Member(byte type, String link, byte[] bytes) {}

  ArchiveFixture file(String name, byte[] bytes) {
    members.put(name, new Member(TarConstants.LF_NORMAL, "", bytes));
    return this;
  }

  ArchiveFixture file(String name, String text) {
    return file(name, text.getBytes(UTF_8));
  }

  ArchiveFixture link(String name, String target) {
    members.put(name, new Member(TarConstants.LF_SYMLINK, target, new byte[0]));
    return this;
  }

  ArchiveFixture hardLink(String name, String target) {
    members.put(name, new Member(TarConstants.LF_LINK, target, new byte[0]));
    return this;
  }

  ArchiveFixture remove(String name) {
    members.remove(name);
    return this;
  }

  /// An entry of `manifest.json`; config and layers are members that the test adds.
  ArchiveFixture entry(List<String> tags, String config, List<String> layers) {
    JsonObject entry = new JsonObject().put("Config", config);
    entry.put("RepoTags", tags.isEmpty() ? null : tags);
    images.add(entry.put("Layers", layers));
    StringBuilder list = new StringBuilder("[");
    images.forEach(image -> list.append(list.length() == 1 ? "" : ",").append(image));
    return file("manifest.json", list.append("]").toString());
  }

  /// An image whose uncompressed layers are these, as podman lays it out.
  ///
  /// @return its config
  byte[] image(List<String> tags, byte[]... layers) {
    List<String> diffIds = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (byte[] layer : layers) {
      Digest diffId = Digest.sha256(layer);
      diffIds.add(diffId.toString());
      names.add(diffId.hex() + ".tar");
      file(diffId.hex() + ".tar", layer);
    }
    byte[] config = config(diffIds);
    String name = Digest.sha256(config).hex() + ".json";
    file(name, config);
    entry(tags, name, names);
    return config;
  }

  static byte[] config(List<String> diffIds) {
    return Json.bytes(
        new JsonObject()
            .put("os", "linux")
            .put("architecture", "amd64")
            .put("config", new JsonObject().put("Cmd", List.of("/bin/sh")))
            .put("rootfs", new JsonObject().put("type", "layers").put("diff_ids", diffIds)));
  }

  /// A tar of one file, as layers are.
  static byte[] layer(String content) throws IOException {
    return new ArchiveFixture().file("etc/motd", content).tar();
  }

  byte[] tar() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (Map.Entry<String, Member> entry : members.entrySet()) {
        Member member = entry.getValue();
        TarArchiveEntry header = new TarArchiveEntry(entry.getKey(), member.type(), true);
        header.setLinkName(member.link());
        header.setSize(member.bytes().length);
        tar.putArchiveEntry(header);
        tar.write(member.bytes());
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }
}
