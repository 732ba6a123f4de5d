package nsbox.e2e.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.e2e.EndToEnd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whole images: what nsbox, umoci, podman and docker make of them is the same to the last
/// attribute.
///
/// What podman and docker give the root directory itself does not come from the image, so that is
/// compared with umoci's only.
final class TreeComparisonTest extends ComparisonTests {
  private static final String[] STEPS = {
    "RUN echo 1 > /a && mkdir -p /d/sub && echo x > /d/sub/x && ln -s d /link && mkdir /keep",
    "RUN chmod 0700 /d/sub && chown 5:6 /a && echo k > /keep/k",
    "RUN rm -rf /d && mkdir /d && echo new > /d/new",
    "RUN ln /a /a-hard && ln /a /d/a-hard",
    "RUN rm /link && mkdir /link && echo in > /link/in",
    "RUN rm -rf /link && ln -s a /link",
    "RUN echo s > /suid && chown 7:8 /suid && chmod 6755 /suid",
    "RUN rm /etc/group && echo new > /etc/shadow",
    "RUN n=$(printf '%0200d' 0) && mkdir /long && echo x > /long/$n && ln -s $n /long/link",
    "RUN mkdir -m 1777 /t && touch -d '2001-02-03 04:05:06' /t/old",
    "RUN chmod 0750 /t && chown 1:2 /keep",
    "ADD attributes.tar /",
    "RUN rm -rf /long && touch /long && mkfifo -m 0620 /fifo",
    "RUN rm /d/new && rm /t/old && echo again > /t/old",
  };

  private final Map<String, List<ImageLayout.Image>> images = new LinkedHashMap<>();

  @Override
  void addImages() throws Exception {
    for (String name : List.of("alpine", "busybox")) {
      images.put(name, layout.addAll(name, EndToEnd.layout(name)));
    }
    images.put("built", List.of(built()));
  }

  /// An image of many layers, as a build makes them.
  private ImageLayout.Image built() throws Exception {
    ImageLayout.Image base =
        images.get("busybox").stream()
            .filter(ImageLayout.Image::isForThisMachine)
            .findFirst()
            .orElseThrow();
    Path context = Files.createDirectory(scratch.resolve("context"));
    Files.write(
        context.resolve("attributes.tar"),
        Tar.of(
            Tar.file("capable", "c")
                .mode(0755)
                .attribute("security.capability", LayerCases.CAPABILITY),
            Tar.file("attributed", "a").attribute("user.test", (byte) 0, (byte) 0xff),
            Tar.directory("t/").mode(0750).owner(3, 4).attribute("user.test", (byte) 1)));
    Files.writeString(
        context.resolve("Containerfile"),
        "FROM oci:" + base.layout() + ":" + base.tag() + "\n" + String.join("\n", STEPS) + "\n");
    buildah("bud", "--isolation=chroot", "--layers", "-t", "built", context.toString());
    Path target = scratch.resolve("built");
    buildah("push", "--quiet", "--format=oci", "built", "oci:" + target + ":built");
    return layout.addAll("built", target).getFirst();
  }

  private void buildah(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "buildah",
                "--root=" + scratch.resolve("buildah"),
                "--runroot=" + scratch.resolve("r-buildah"),
                "--storage-driver=vfs"));
    command.addAll(List.of(arguments));
    mounts.run(command).expectSuccess();
  }

  @ParameterizedTest
  @ValueSource(strings = {"alpine", "busybox"})
  void realImagesOfTwoPlatforms(String name) throws Exception {
    assertEquals(
        List.of("amd64", "arm64"),
        List.of(images.get(name).get(0).architecture(), images.get(name).get(1).architecture()));
    for (ImageLayout.Image image : images.get(name)) {
      assertSameEverywhere(image);
    }
  }

  @Test
  void anImageOfManyLayers() throws Exception {
    ImageLayout.Image image = images.get("built").getFirst();
    assertEquals(1 + STEPS.length, image.layers().size());
    Tree tree = assertSameEverywhere(image);
    assertTrue(tree.summary().size() > 50, tree.summary()::toString);
    assertEquals("06755".substring(1), tree.files().get("suid").get("mode"));
    assertTrue(tree.files().get("capable").containsKey("security.capability"));
  }

  private Tree assertSameEverywhere(ImageLayout.Image image) throws Exception {
    Tree here = made("nsbox", ours.unpack(image));
    for (Unpacker peer : peers) {
      Tree there = made(peer.name(), peer.unpack(image));
      if (peer instanceof Umoci) {
        assertEquals("", here.explain(there), image + " by umoci");
      } else {
        assertEquals(
            "",
            here.without(Tree.ROOT).explain(there.without(Tree.ROOT)),
            image + " by " + peer.name());
      }
    }
    return here;
  }

  private static Tree made(String tool, Outcome outcome) {
    return assertInstanceOf(Outcome.Made.class, outcome, () -> tool + ": " + outcome).tree();
  }
}
