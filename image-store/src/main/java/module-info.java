/// Images by digest in an OCI image layout.
module nsbox.image {
  requires org.apache.commons.compress;
  requires transitive nsbox.json;

  exports nsbox.image;
}
