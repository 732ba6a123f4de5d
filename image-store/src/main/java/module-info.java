/// Images by digest in an OCI image layout.
module nsbox.image {
}
