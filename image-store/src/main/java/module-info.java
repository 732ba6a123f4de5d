/// Images by digest in an OCI image layout, and the ways in and out: registries and archives.
module nsbox.image {
  requires com.github.benmanes.caffeine;
  requires com.github.luben.zstd_jni;
  requires nsbox.jib;
  requires org.apache.commons.compress;
  requires org.bouncycastle.pkix;
  requires org.bouncycastle.provider;
  requires org.tomlj;
  requires org.tukaani.xz;
  requires transitive nsbox.json;

  exports nsbox.archive;
  exports nsbox.image;
  exports nsbox.registry;
  exports nsbox.registry.config;
  exports nsbox.transfer;
  exports nsbox.trust;
}
