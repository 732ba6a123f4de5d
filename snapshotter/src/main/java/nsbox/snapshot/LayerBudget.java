package nsbox.snapshot;

/// What a layer may still take up: made anew each time that the layer is read.
final class LayerBudget {
  private final String layerDigest;
  private final long limitBytes;
  private final long limitEntries;
  private long bytes;
  private long entries;

  LayerBudget(Layer layer, LayerLimits limits) {
    this.layerDigest = layer.digest();
    this.limitBytes = limits.bytesFor(layer.sizeBytes());
    this.limitEntries = limits.entries();
  }

  String layerDigest() {
    return layerDigest;
  }

  /// Counts bytes of the archive, and those that a file takes up although they do not stand there.
  ///
  /// @param more not negative
  void addBytes(long more) throws LayerException.TooLarge {
    if (more > limitBytes - bytes) {
      throw new LayerException.TooLarge(
          layerDigest, "bytes unpacked", limitBytes, LayerLimits.Limit.BYTES);
    }
    bytes += more;
  }

  /// Counts one entry, or a directory that no entry describes.
  void addEntry() throws LayerException.TooLarge {
    if (++entries > limitEntries) {
      throw new LayerException.TooLarge(
          layerDigest, "entries", limitEntries, LayerLimits.Limit.ENTRIES);
    }
  }
}
