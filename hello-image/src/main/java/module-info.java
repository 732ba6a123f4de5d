/// The image that comes with nsbox.
module nsbox.hello {
  requires nsbox.image;
  requires nsbox.json;
  requires org.apache.commons.compress;
}
