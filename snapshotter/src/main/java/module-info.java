/// Layers to root filesystems.
module nsbox.snapshot {
  requires transitive nsbox.linux;
  requires com.github.luben.zstd_jni;

  exports nsbox.snapshot;
}
