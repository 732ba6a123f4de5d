/// Image configuration and policy to config.json.
module nsbox.bundle {
  requires transitive nsbox.image;
  requires transitive nsbox.json;

  exports nsbox.bundle;
  exports nsbox.bundle.options;
  exports nsbox.bundle.seccomp;
}
