/// The commands of nsbox, and the containers they work on.
module nsbox.cli {
  requires nsbox.bundle;
  requires nsbox.image;
  requires nsbox.json;
  requires nsbox.linux;
  requires nsbox.network;
  requires nsbox.runtime;
  requires nsbox.snapshot;
  requires nsbox.picocli;
}
