package nsbox.cli.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nsbox.cli.output.Human;
import nsbox.engine.Images;
import nsbox.image.Reference;
import nsbox.image.StoredImage;

/// The layers of all images as one tree: a layer stands on the one below it, and images that have a
/// stack of layers in common share a trunk. A layer is named by its chain ID.
final class ImageTree {
  private static final int SHORT = 12;

  private final Map<String, Layer> layers = new TreeMap<>();

  /// One layer of whichever images have it.
  private static final class Layer {
    final String chain;
    final long bytes;
    final List<String> topOf = new ArrayList<>();
    final List<Layer> above = new ArrayList<>();

    Layer(String chain, long bytes) {
      this.chain = chain;
      this.bytes = bytes;
    }

    String line() {
      String digits = chain.substring(chain.indexOf(':') + 1);
      String top = topOf.isEmpty() ? "" : " Top Layer of: [" + String.join(" ", topOf) + "]";
      return "ID: "
          + digits.substring(0, SHORT)
          + " Size: "
          + "%7s".formatted(Human.size(bytes))
          + top;
    }
  }

  ImageTree(List<StoredImage> images, ImageSizes sizes) {
    for (StoredImage image : images) {
      Layer below = null;
      List<String> chains = Images.chainIds(image);
      for (int i = 0; i < chains.size(); i++) {
        Layer layer = layers.get(chains.get(i));
        if (layer == null) {
          layer = new Layer(chains.get(i), sizes.layerBytes(image, i));
          layers.put(layer.chain, layer);
          if (below != null) {
            below.above.add(layer);
          }
        }
        below = layer;
      }
      if (below != null) {
        below.topOf.addAll(names(image));
      }
    }
  }

  static List<String> names(StoredImage image) {
    return image.references().isEmpty()
        ? List.of(ImageName.NONE)
        : image.references().stream().map(Reference::familiar).toList();
  }

  /// The layers of one image, the lowest first, one a line.
  String stack(StoredImage image) {
    StringBuilder text = new StringBuilder();
    List<String> chains = Images.chainIds(image);
    for (String chain : chains) {
      boolean last = chain.equals(chains.getLast());
      text.append(last ? "└── " : "├── ").append(layers.get(chain).line()).append('\n');
    }
    return text.toString();
  }

  /// The top layer of an image, and all layers of other images that stand on it.
  String above(StoredImage image) {
    StringBuilder text = new StringBuilder();
    List<String> chains = Images.chainIds(image);
    if (!chains.isEmpty()) {
      append(layers.get(chains.getLast()), "", true, text);
    }
    return text.toString();
  }

  /* As deep as an image has layers, which are at most 127. */
  private static void append(Layer layer, String indent, boolean last, StringBuilder text) {
    text.append(indent).append(last ? "└── " : "├── ").append(layer.line()).append('\n');
    for (Layer above : layer.above) {
      append(above, indent + (last ? "    " : "│   "), above == layer.above.getLast(), text);
    }
  }
}
