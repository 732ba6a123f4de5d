/// What nsbox takes from Jib Core, over nsbox's own transport.
module nsbox.jib {
  requires com.google.api.client;
  requires com.google.cloud.tools.jib;

  exports nsbox.jib;
}
