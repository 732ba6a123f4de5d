package nsbox.e2e.layers;

/// A tool that makes a root file system of an image.
interface Unpacker extends AutoCloseable {
  /// As the columns of `LAYERS.md` call it.
  String name();

  Outcome unpack(ImageLayout.Image image) throws Exception;

  @Override
  default void close() {}
}
